"""What a worker is told when it starts."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Config:
    """What a worker runs, where it gets it from, and when it ends. Times are in seconds."""

    server: str
    project: str = "default"
    pools: tuple[str, ...] = ()
    """Empty: `default`."""
    studies: tuple[str, ...] = ()
    """Only these, as `NAME` or `PROJECT/NAME`; empty: all of the pools."""
    slots: int = 1
    allow_pickled: bool = False
    setup: str | None = None
    """`module:function`, called once in each slot's process."""
    objective: str | None = None
    """`module:function` for studies without an objective; the worker then gets only those."""
    gpus: tuple[str, ...] = ()
    """What `CUDA_VISIBLE_DEVICES` is in each slot; empty: as it is for the worker."""
    env: dict[str, str] = field(default_factory=dict)
    drain_grace: float = 30.0
    """How long running trials may go on once the worker drains."""
    exit_when_idle: float | None = None
    max_trials: int | None = None
    exit_with_stdin: bool = False
    verbose: bool = False
    """Whether the trials' output is passed on."""
    json: bool = False
    """Whether events are printed as lines of JSON."""


@dataclass(frozen=True)
class Graces:
    """How long an objective may take to end by itself, in seconds."""

    stop: float = 30.0
    """From the server's wish to stop to SIGTERM."""
    terminate: float = 5.0
    """From SIGTERM to SIGKILL."""
