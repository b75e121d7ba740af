"""The GPUs that the slots share out."""

from __future__ import annotations

import subprocess

from tunewright.errors import Invalid

_ASK = 30.0


def shared_out(gpus: str, slots: int, per_slot: int) -> tuple[str, ...]:
    """What `CUDA_VISIBLE_DEVICES` is in each slot; nothing for no GPUs.

    `gpus` are `auto` or names separated by commas, shared out in order; slots share one that is named several
    times. Raises Invalid.
    """
    if per_slot < 1:
        raise Invalid(f"must be at least 1, not `{per_slot}`", field="gpus_per_slot")
    if not gpus.strip():
        return ()
    names = _all() if gpus.strip() == "auto" else [name.strip() for name in gpus.split(",")]
    if not all(names):
        raise Invalid(f"must be `auto` or names separated by commas, not `{gpus}`", field="gpus")
    needed = slots * per_slot
    if len(names) < needed:
        hint = "lower `slots`, or name a GPU several times so that slots share it"
        message = f"must be at least {needed} for {slots} slots of {per_slot}, not {len(names)}"
        raise Invalid(message, field="gpus", hint=hint)
    return tuple(",".join(names[at : at + per_slot]) for at in range(0, needed, per_slot))


def _all() -> list[str]:
    hint = "name the GPUs, for example `--gpus 0,1`"
    try:
        listed = subprocess.run(
            ["nvidia-smi", "-L"], capture_output=True, text=True, timeout=_ASK, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Invalid(f"`nvidia-smi -L` cannot be run: {error}", field="gpus", hint=hint) from error
    count = sum(line.startswith("GPU ") for line in listed.stdout.splitlines())
    return [str(index) for index in range(count)]
