"""`python -m tunewright.worker` and `tunewright-worker`."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import socket
import sys
import threading
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO, cast

from tunewright import __version__
from tunewright._transport.address import places
from tunewright.errors import Invalid, TunewrightError
from tunewright.worker.config import Config
from tunewright.worker.gpus import shared_out
from tunewright.worker.loading import python_version, split
from tunewright.worker.outlet import Outlet
from tunewright.worker.process import start_process

if TYPE_CHECKING:
    from tunewright._transport.address import Place
    from tunewright._transport.spool import Spool
    from tunewright.v1.worker_pb2 import WorkerHello
    from tunewright.worker.work import Work

log = logging.getLogger("tunewright.worker")

FAILED = 1
USED_WRONGLY = 2
INTERRUPTED = 130

_LAST_WORDS = 2.0
"""So long it is waited at the end for what was written to be read, in seconds."""

_EPILOG = """\
An objective is called with the trial: trial.params is the configuration, trial.report(value, step) tells
intermediate losses, trial.should_stop() whether to end early, and trial.resources is what --setup returned.
It returns the loss, or a dict with it.

SIGTERM or Ctrl-C drains: no new trials, running ones get --drain-grace and are given back. A second one ends
at once.
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    known = argparse.ArgumentParser(
        prog="tunewright-worker",
        description="Runs trials of a server's studies by calling Python functions, a process for each slot.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = known.add_argument
    server = os.environ.get("TUNEWRIGHT_SERVER") or "127.0.0.1:7070"
    add(
        "--server",
        default=server,
        metavar="URL",
        help="default: $TUNEWRIGHT_SERVER or 127.0.0.1:7070; several with commas: the first that answers",
    )
    _add_access(known)
    add("--project", default="default", metavar="NAME", help="the project of the studies [default: default]")
    add("--pool", dest="pools", action="append", default=[], metavar="POOL",
        help="a pool to work for; may be repeated [default: default]")  # fmt: skip
    add("--study", dest="studies", action="append", default=[], metavar="NAME",
        help="only this study; may be repeated [default: all studies of the pools]")  # fmt: skip
    add("--slots", type=int, default=1, metavar="N", help="how many trials to run at once [default: 1]")
    add("--allow-pickled-objectives", action="store_true",
        help="also run pickled functions: whoever may create a study can then run any code here")  # fmt: skip
    add(
        "--setup",
        metavar="MODULE:FUNCTION",
        help="called once in each slot's process, for example to load data",
    )
    add(
        "--objective",
        metavar="MODULE:FUNCTION",
        help="evaluates studies without an objective, and only those",
    )
    add("--gpus", default="", metavar="GPUS",
        help="GPUs to share out over the slots, `auto` or for example `0,1`")  # fmt: skip
    add("--gpus-per-slot", type=int, default=1, metavar="N", help="how many GPUs each slot gets [default: 1]")
    add(
        "--env",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a variable for the slots; may be repeated",
    )
    add("--drain-grace", type=float, default=30.0, metavar="SECONDS",
        help="how long running trials may go on once the worker drains [default: 30]")  # fmt: skip
    add("--exit-when-idle", type=float, metavar="SECONDS", help="end when no trial has run for this long")
    add("--max-trials", type=int, metavar="N", help="end after this many trials")
    add("--exit-with-stdin", action="store_true", help="drain and end when the standard input ends")
    add("--json", action="store_true", help="print events as lines of JSON, and errors too")
    add(
        "-v",
        "--verbose",
        action="count",
        default=0,
        help="log more, and what the trials print; twice for details",
    )
    add("--version", action="version", version=f"tunewright-worker {__version__}")
    return known


def _add_access(known: argparse.ArgumentParser) -> None:
    """Who calls, and what waits for the server."""
    add = known.add_argument
    add("--token-file", type=Path, metavar="FILE",
        help="the token that says who calls "
        "[default: $TUNEWRIGHT_TOKEN, or in $TUNEWRIGHT_TOKEN_FILE]")  # fmt: skip
    add("--tls-ca", type=Path, metavar="FILE",
        help="the authorities that may vouch for an https server, in PEM "
        "[default: $TUNEWRIGHT_TLS_CA or the system's]")  # fmt: skip
    spool = os.environ.get("TUNEWRIGHT_SPOOL")
    add("--spool", type=Path, default=Path(spool) if spool else None, metavar="DIR",
        help="where results are kept until the server has them "
        "[default: $TUNEWRIGHT_SPOOL or tunewright/spool in $XDG_STATE_HOME or ~/.local/state]")  # fmt: skip
    add("--no-spool", action="store_true", help="keep results in memory only")


def config_of(arguments: argparse.Namespace) -> Config:
    """The configuration that a command line asks for. Raises Invalid."""
    env: dict[str, str] = {}
    for text in arguments.env:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise Invalid(f"must be KEY=VALUE, not `{text}`", field="env")
        env[name] = value
    if not 1 <= arguments.slots <= 4096:
        raise Invalid(f"must be 1 to 4096, not `{arguments.slots}`", field="slots")
    for field in ("drain_grace", "exit_when_idle"):
        seconds = getattr(arguments, field)
        if seconds is not None and not 0 <= seconds < 1e9:
            raise Invalid(f"must be a number of seconds from 0, not `{seconds}`", field=field)
    if arguments.max_trials is not None and arguments.max_trials < 1:
        raise Invalid(f"must be at least 1, not `{arguments.max_trials}`", field="max_trials")
    for field in ("setup", "objective"):
        if getattr(arguments, field) is not None:
            split(getattr(arguments, field), field)
    return Config(
        server=arguments.server,
        project=arguments.project,
        pools=tuple(arguments.pools),
        studies=tuple(arguments.studies),
        slots=arguments.slots,
        allow_pickled=arguments.allow_pickled_objectives,
        setup=arguments.setup,
        objective=arguments.objective,
        gpus=shared_out(arguments.gpus, arguments.slots, arguments.gpus_per_slot),
        env=env,
        drain_grace=arguments.drain_grace,
        exit_when_idle=arguments.exit_when_idle,
        max_trials=arguments.max_trials,
        exit_with_stdin=arguments.exit_with_stdin,
        spool=arguments.spool,
        no_spool=arguments.no_spool,
        token_file=arguments.token_file,
        tls_ca=arguments.tls_ca,
        verbose=arguments.verbose > 0,
        json=arguments.json,
    )


def work(config: Config) -> int:
    """Works until the end; the exit code. Raises TunewrightError and StartFailed."""
    servers = places(config.server)
    # Unique per process start, so that a restarted worker is never taken for its former self.
    worker_id = str(uuid.uuid4())
    # They start while this process still imports gRPC.
    processes = [start_process(index, config, worker_id) for index in range(config.slots)]
    from tunewright._transport.access import Access, token_in
    from tunewright._transport.connection import Connection
    from tunewright.worker.work import Work

    token = None if config.token_file is None else token_in(config.token_file)
    connection = Connection(config.server, access=Access(token=token, tls_ca=config.tls_ca))
    worker = Work(config, connection, _hello(config, worker_id), processes, _spool(config, servers))
    worker.events.tell("started", pid=os.getpid(), slots=config.slots)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.signalled())
    signal.set_wakeup_fd(worker.alarm.fileno(), warn_on_full_buffer=False)
    if config.exit_with_stdin:
        threading.Thread(target=_follow_stdin, args=(worker,), name="tunewright-stdin", daemon=True).start()
    try:
        worker.run()
    finally:
        worker.events.drain(_LAST_WORDS)
    return INTERRUPTED if worker.aborted else 0


def main(arguments: list[str] | None = None) -> NoReturn:
    """Runs the command, and ends the process."""
    told = parser().parse_args(arguments)
    level = {0: logging.WARNING, 1: logging.INFO}.get(told.verbose, logging.DEBUG)
    errors = Outlet(2, lambda count: f"{count} messages were left out: nobody read them\n")
    handler = logging.StreamHandler(cast(TextIO, errors))
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(message)s", handlers=[handler])
    from tunewright.worker.work import StartFailed

    try:
        code = work(config_of(told))
    except Invalid as error:
        errors.write(_complaint(told, error.code, str(error)))
        code = USED_WRONGLY
    except TunewrightError as error:
        errors.write(_complaint(told, error.code, str(error)))
        code = FAILED
    except StartFailed as error:
        text = f"{error}\n{error.traceback}".strip() if not told.json else str(error)
        errors.write(_complaint(told, "failed", text))
        code = FAILED
    logging.shutdown()
    # Whoever reads none of it gets the exit code.
    errors.drain(_LAST_WORDS)
    # Threads that wait in a call of gRPC must not hold up the end.
    os._exit(code)


def _complaint(told: argparse.Namespace, code: str, message: str) -> str:
    text = json.dumps({"error": {"code": code, "message": message}}) if told.json else f"error: {message}"
    return text + "\n"


def _hello(config: Config, worker_id: str) -> WorkerHello:
    from tunewright.v1.study_pb2 import StudyRef
    from tunewright.v1.worker_pb2 import WorkerHello, WorkerRuntime

    studies = []
    for written in config.studies:
        project, slash, name = written.rpartition("/")
        studies.append(StudyRef(project=project if slash else config.project, name=name))
    runtime = None
    if config.objective is None:
        runtime = WorkerRuntime(
            pickled=config.allow_pickled,
            python_version=python_version(),
            cloudpickle_version=_cloudpickle_version(),
        )
    return WorkerHello(
        worker_id=worker_id,
        host=socket.gethostname(),
        version=__version__,
        pools=config.pools,
        studies=studies,
        slots=config.slots,
        runtime=runtime,
    )


def _spool(config: Config, servers: list[Place]) -> Spool | None:
    """Where results wait on disk; a place that nobody asked for may be missing. Raises Invalid."""
    from tunewright._transport.spool import Spool, default_directory

    directory = config.spool or default_directory()
    if config.no_spool:
        return None
    try:
        if directory is not None:
            return Spool(directory, servers)
        why = "there is no home directory"
    except Invalid as error:
        if config.spool is not None:
            raise
        why = error.message
    log.warning("results that the server has not acknowledged are not kept on disk: %s", why)
    return None


def _cloudpickle_version() -> str:
    from importlib.metadata import version

    return version("cloudpickle")


def _follow_stdin(worker: Work) -> None:
    """Drains when whoever holds the other end is gone; a line `drain SECONDS` asks for it with a grace."""
    while True:
        line = sys.stdin.buffer.readline(1024)
        if not line:
            worker.drain_now(orphaned=True)
            return
        word, _, seconds = line.decode("utf-8", "replace").strip().partition(" ")
        try:
            grace = max(float(seconds), 0.0)
        except ValueError:
            continue
        if word == "drain":
            worker.drain_now(grace)


if __name__ == "__main__":
    main()
