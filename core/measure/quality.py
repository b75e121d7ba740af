"""Runs the project's search-quality yardstick on the binary, and pastes what comes of it into a document.

    quality.py quality --bench DIR --binary FILE --document docs/quality.md --algorithms auto tpe ...
    quality.py timing --bench DIR --binary FILE --document docs/quality.md --algorithms auto tpe ...

An algorithm is a name, or LABEL={name: ..., ...}; `tpe-hyperopt` is short for Hyperopt's own kind. Raw lines
are kept by the digest of the binary: a run that was interrupted goes on, and never with figures of another.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

SHORT = {"tpe-hyperopt": "{name: tpe, mode: hyperopt}"}
OURS = "tunewright-"


@dataclass(frozen=True)
class Bench:
    """The yardstick and what is measured with it."""

    root: Path
    binary: Path
    lines: Path
    algorithms: dict[str, str]
    peers: list[str]

    def optimizers(self) -> list[str]:
        """Ours as the programs that they are, then the peers that are run along."""
        command = shlex.quote(str(self.binary)) + " suggest --stdio --algorithm "
        ours = [f"{OURS}{label}=exec:{command}{shlex.quote(of)}" for label, of in self.algorithms.items()]
        return ours + self.peers

    def program(self, name: str, *arguments: str) -> list[str]:
        return [sys.executable, str(self.root / name), *arguments]


def read_algorithms(words: list[str]) -> dict[str, str]:
    algorithms = {}
    for word in words:
        label, _, written = word.partition("=")
        algorithms[label] = written or SHORT.get(label, label)
    return algorithms


def measure(
    bench: Bench, seeds: int, budgets: list[int], parallels: list[int], jobs: int, images: Path
) -> str:
    """All runs that are not there yet, each as long as the greatest budget; and the report of each budget and degree of
    parallelism."""
    parts = [said_of(bench, "the tables say with how many seeds")]
    greatest = max(budgets)
    for parallel in parallels:
        lines = bench.lines / f"p{parallel}-b{greatest}.jsonl"
        chosen = {"--seeds": seeds, "--budget": greatest, "--parallel": parallel, "--jobs": jobs}
        options = [str(word) for option in chosen.items() for word in option]
        run = bench.program("run.py", "--out", str(lines), *options, "--optimizers", *bench.optimizers())
        subprocess.run(run, check=True)
        for budget in budgets:
            image = images / f"quality-p{parallel}.png" if budget == greatest else None
            parts.append(reported(bench, lines, budget, parallel, image))
    return "\n\n".join(parts)


def reported(bench: Bench, lines: Path, budget: int, parallel: int, image: Path | None) -> str:
    """The report of one file of ours beside the peers that were run before."""
    runs = chosen_runs([lines, *sorted((bench.root / "baseline").glob("*.jsonl.gz"))], budget, parallel)
    file = bench.lines / f"chosen-p{parallel}-b{budget}.jsonl"
    write(file, runs)
    problems: dict[str, set[str]] = {}
    for run in runs:
        problems.setdefault(run["optimizer"], set()).add(run["problem"])
    first = OURS + next(iter(bench.algorithms))
    # Some peers take minutes for a suggestion and ran on few problems: they are compared on these alone.
    everywhere = [name for name, on in problems.items() if len(on) == len(problems[first])]
    common = ["--parallel", str(parallel), "--budget", str(budget), "--versus", first]
    report = bench.program("report.py", str(file), *common)
    parts = output([*report, "--per-problem", "--optimizers", *everywhere]).split("\n\n")
    of_all = output(report).split("\n\n")
    versus = f"{first} at {budget} evaluations against:"
    kept = []
    for title, table in zip(parts, [*parts[1:], ""], strict=True):
        if title.startswith(("note: ", "Over the")):
            kept.append(title)
        elif title.startswith("## "):
            kept.append("#" + title)
        elif title.startswith(versus):
            kept += [title, of_all[of_all.index(title) + 1]]
            kept += [f"Score at {budget} evaluations, by family:", by_family(bench, runs, everywhere, common)]
        elif title.startswith((f"Median normalised regret at {budget} ", "Seconds per")):
            kept += [title, table]
        elif title.startswith("|") and kept and kept[-1].startswith("Over the"):
            kept.append(title)
    if image is not None:
        # All lines of ours would be too many for one picture.
        drawn = [name for name in everywhere if name == first or not name.startswith(OURS)]
        output([*report, "--plot", str(image), "--optimizers", *drawn])
        shrink(image)
        kept.append(f"![Regret by evaluation, each problem](images/{image.name})")
    return "\n\n".join(part.strip() for part in kept)


def chosen_runs(files: list[Path], budget: int, parallel: int) -> list[dict[str, Any]]:
    """One run for each optimizer, problem and seed, which would count twice if it was made for two budgets: the shortest
    that is long enough."""
    chosen: dict[tuple[str, str, int], dict[str, Any]] = {}
    for run in (run for file in files for run in read(file)):
        key = run["optimizer"], run["problem"], run["seed"]
        is_long_enough = run["parallel"] == parallel and run["budget"] >= budget
        if is_long_enough and (key not in chosen or run["budget"] < chosen[key]["budget"]):
            chosen[key] = run
    return list(chosen.values())


def by_family(bench: Bench, runs: list[dict[str, Any]], optimizers: list[str], common: list[str]) -> str:
    """A table of the scores after all evaluations, a column for each family of problems."""
    families = sorted({run["family"] for run in runs})
    scores: dict[str, dict[str, str]] = {}
    for family in families:
        file = bench.lines / "family.jsonl"
        write(file, [run for run in runs if run["family"] == family])
        report = bench.program("report.py", str(file), *common, "--optimizers", *optimizers)
        rows = output(report).split("\n\n")[2].splitlines()
        head, *rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
        last = max(at for at, cell in enumerate(head) if cell.startswith("score@"))
        for row in rows[1:]:
            scores.setdefault(row[0], {})[family] = row[last]
    ordered = sorted(scores, key=lambda name: [float(scores[name][family]) for family in families])
    rows = ["| optimizer | " + " | ".join(families) + " |", "| --- |" + " ---: |" * len(families)]
    for name in ordered:
        rows.append(f"| {name} | " + " | ".join(scores[name][family] for family in families) + " |")
    return "\n".join(rows)


def write(file: Path, runs: list[dict[str, Any]]) -> None:
    file.write_text("".join(json.dumps(run) + "\n" for run in runs))


def read(file: Path) -> list[dict[str, Any]]:
    raw = file.read_bytes()
    text = (gzip.decompress(raw) if file.suffix == ".gz" else raw).decode()
    return [json.loads(line) for line in text.splitlines()]


def shrink(image: Path) -> None:
    """Curves need few colours, and a picture that was committed is kept for ever."""
    from PIL import Image

    with Image.open(image) as picture:
        picture.convert("RGB").quantize(255, dither=Image.Dither.NONE).save(image, optimize=True)


def time_suggestions(bench: Bench, history: list[int], repeats: int) -> str:
    """A table of the seconds of a suggestion, ours and the peers', one after the other on this machine."""
    arguments = ["--history", *map(str, history), "--repeats", str(repeats)]
    rows = [
        "| optimizer | " + " | ".join(f"after {n}" for n in history) + " |",
        "| --- |" + " ---: |" * len(history),
    ]
    for optimizer in bench.optimizers():
        label, _, program = optimizer.rpartition("=exec:")
        name = f"exec:{program}" if label else program
        lines = output(bench.program("timing.py", name, *arguments)).strip().splitlines()
        rows.append(f"| {label or program} | " + " | ".join(line.split()[-4] for line in lines) + " |")
        sys.stdout.write(rows[-1] + "\n")
        sys.stdout.flush()
    return said_of(bench, "seconds per suggestion") + "\n\n" + "\n".join(rows)


def said_of(bench: Bench, what: str) -> str:
    """Where and when this was measured."""
    commit = output(["git", "describe", "--always", "--dirty"]).strip()
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if "model name" in line
    ]
    machine = f"{os.cpu_count()} cores ({models[0] if models else 'of an unknown kind'})"
    date = datetime.now(timezone.utc).date()
    return f"Measured on {date} at commit {commit}, {machine}; {what}."


def output(command: list[str]) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def paste(document: Path, section: str, text: str) -> None:
    """Puts the text between the section's two marks."""
    begin, end = f"<!-- {section}: begin -->\n", f"<!-- {section}: end -->"
    before, found, rest = document.read_text().partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise SystemExit(f"{document}: must have the marks `{begin.strip()}` and `{end}`")
    document.write_text(f"{before}{begin}\n{text}\n\n{end}{after}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["quality", "timing"])
    parser.add_argument("--bench", type=Path, required=True, help="the folder with run.py and report.py")
    parser.add_argument("--binary", type=Path, required=True, help="a release build of tunewright")
    parser.add_argument("--lines", type=Path, default=Path("target/quality"), help="where raw lines are kept")
    parser.add_argument(
        "--document", type=Path, required=True, help="where the tables go; pictures go beside it"
    )
    parser.add_argument(
        "--algorithms", nargs="+", required=True, help="the first is compared with all others"
    )
    parser.add_argument(
        "--peers", nargs="*", default=[], help="optimizers of the yardstick that are run along"
    )
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--budget", type=int, nargs="+", default=[100, 200])
    parser.add_argument("--parallel", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--history", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    binary = args.binary.resolve()
    lines = args.lines / hashlib.sha256(binary.read_bytes()).hexdigest()[:12]
    lines.mkdir(parents=True, exist_ok=True)
    bench = Bench(args.bench.resolve(), binary, lines, read_algorithms(args.algorithms), args.peers)
    if args.what == "timing":
        paste(args.document, "timing", time_suggestions(bench, args.history, args.repeats))
        return
    images = args.document.parent / "images"
    images.mkdir(exist_ok=True)
    paste(args.document, "quality", measure(bench, args.seeds, args.budget, args.parallel, args.jobs, images))


if __name__ == "__main__":
    main()
