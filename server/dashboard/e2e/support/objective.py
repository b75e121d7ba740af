"""One trial: a made-up training whose loss depends on its parameters only, so that runs can be compared.

Six layers always fail, and a learning rate above 0.03 is given up after two steps. PACE is how long a step takes, in seconds.
"""

import json
import math
import os
import sys
import time

STEPS = 5
OFFSET = {"sgd": 0.05, "adam": 0.0, "plain": 0.2}


def report(**line):
    with open(os.environ["TUNEWRIGHT_RESULT"], "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def main():
    point = json.loads(os.environ["TUNEWRIGHT_POINT"])
    lr, layers, optimizer = point["lr"], point["layers"], point["optimizer"]
    print(f"training {layers} layers with {optimizer}")
    if layers == 6:
        print("gradients of layer 6 are not finite")
        print("RuntimeError: six layers do not converge", file=sys.stderr)
        sys.exit(3)
    loss = 0.1 + 0.2 * (math.log10(lr) + 2.5) ** 2 + 0.03 * abs(layers - 3) + OFFSET[optimizer]
    loss += 0.3 * abs(point.get("optimizer.sgd.momentum", 0.9) - 0.9)
    for step in range(STEPS):
        time.sleep(float(os.environ.get("PACE", "0")))
        report(step=step, loss=loss + 1 / (step + 1) - 1 / STEPS)
        if step == 1 and lr > 0.03:
            report(loss=loss + 0.5, status="pruned")
            return
    report(loss=loss, accuracy=1 / (1 + loss))


main()
