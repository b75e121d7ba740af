"""A document's fenced blocks, as a story that can be told to the end.

A fence's first word is its language, what follows is ours:

- `yaml file=study.yaml` (any language): saved under that name, in the story's directory.
- `sh test`: run by bash there, after what stands before it.
- `python test`: a program, run there by itself; one of `python test continued` is put at its end.
- `text output`: what the program or the command before it prints; `...` in it stands for anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path


@dataclass(frozen=True)
class Block:
    """One fenced block; `line` is the number of its first line."""

    language: str
    words: tuple[str, ...]
    line: int
    text: str

    @property
    def file(self) -> str | None:
        return next((word.removeprefix("file=") for word in self.words if word.startswith("file=")), None)


@dataclass(frozen=True)
class Step:
    """What is run: a block that may have become longer, and what it should print, if the document says so."""

    block: Block
    output: str | None = None
    files: dict[str, str] = field(default_factory=dict)
    """What to save before it, by name."""


def blocks(document: Path) -> list[Block]:
    """The fenced blocks of a Markdown file."""
    found: list[Block] = []
    opened: Block | None = None
    for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), start=1):
        if opened is None:
            if line.startswith("```"):
                language, *words = line[3:].split() or [""]
                opened = Block(language, tuple(words), number + 1, "")
        elif line.startswith("```"):
            found.append(opened)
            opened = None
        else:
            opened = replace(opened, text=f"{opened.text}{line}\n")
    assert opened is None, f"{document}: a fence is not closed"
    return found


def steps(document: Path, *languages: str) -> list[Step]:
    """What a document tells to run in these languages, in order."""
    told: list[Step] = []
    files: dict[str, str] = {}
    for block in blocks(document):
        if block.file is not None:
            files[block.file] = block.text
        if block.language == "text" and "output" in block.words:
            assert told, f"{document}:{block.line}: nothing stands before this output"
            told[-1] = replace(told[-1], output=block.text)
        if block.language not in languages or "test" not in block.words:
            continue
        if "continued" in block.words:
            last = max(at for at, step in enumerate(told) if step.block.language == block.language)
            begun = told[last].block
            told[last] = replace(told[last], block=replace(begun, text=f"{begun.text}\n{block.text}"))
        else:
            told.append(Step(block, files=files))
            files = {}
    return told
