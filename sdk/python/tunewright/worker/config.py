"""What a worker is told when it starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


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
    spool: Path | None = None
    """Where results are kept until the server has acknowledged them; None: the user's place for such
    things.
    """
    no_spool: bool = False
    """Whether they are kept in memory only."""
    token_file: Path | None = None
    """Whose content says who calls; None: what the environment says."""
    tls_ca: Path | None = None
    """The authorities that may vouch for a server; None: what the environment says, or those of the
    system.
    """
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
