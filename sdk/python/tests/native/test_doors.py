"""The whole package with a real server that wants TLS and tokens."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixed_server import FixedServer
from tunewright import Trials, aio, errors, fmin, hp
from tunewright._embedded.binary import find_binary
from tunewright.client import Client
from tunewright.spaces import Float
from tunewright.study import Study

ROOT = "tw_admin_" + "0123456789abcdef" * 4
OWNER = ("study:read@vision", "study:create@vision", "study:control@vision")


class Doors:
    """A server, the authority that vouches for it, and tokens for it."""

    def __init__(self, directory: Path) -> None:
        self.ca = directory / "ca.pem"
        token = directory / "admin.token"
        token.write_text(ROOT)
        options = ["--auth", "--admin-token-file", str(token)]
        options += ["--tls-cert", str(directory / "server.pem"), "--tls-key", str(directory / "server.key")]
        self.server = FixedServer(directory / "store", *options)
        self.address = f"https://localhost:{self.server.address.rpartition(':')[2]}"

    def token(self, *scopes: str) -> str:
        """A new token."""
        command = [str(find_binary()), "--json", "--server", self.address, "--tls-ca", str(self.ca)]
        command += ["token", "create", "--label", "of a test"]
        for scope in scopes:
            command += ["--scope", scope]
        env = {**os.environ, "TUNEWRIGHT_TOKEN": ROOT}
        made = subprocess.run(command, env=env, check=True, capture_output=True, timeout=60)
        secret: str = json.loads(made.stdout)["secret"]
        return secret

    def client(self, *scopes: str) -> Client:
        """A client with a new token."""
        return Client(self.address, project="vision", token=self.token(*scopes), tls_ca=self.ca, timeout=20)


@pytest.fixture
def doors(certificates: Path) -> Iterator[Doors]:
    doors = Doors(certificates)
    doors.server.start()
    yield doors
    doors.server.kill()


def test_a_study_is_run_with_a_token_over_tls(doors: Doors) -> None:
    with doors.client(*OWNER) as client:
        study = Study.create("s", {"x": Float(0, 1)}, client=client)
        trial = study.ask()
        trial.report(1.0, 0)
        trial.tell(0.5)
        assert [record.loss for record in study.list_trials()] == [0.5]

        async def asynchronously() -> list[str]:
            token = doors.token("study:read@vision")
            async with aio.Client(doors.address, project="vision", token=token, tls_ca=doors.ca) as other:
                return [found.name for found in await other.studies()]

        assert asyncio.run(asynchronously()) == ["s"]
    with doors.client("study:read@vision") as reader, pytest.raises(errors.Forbidden):
        Study.create("t", {"x": Float(0, 1)}, client=reader)
    with Client(doors.address, project="vision", tls_ca=doors.ca, timeout=20) as nobody:
        with pytest.raises(errors.Unauthenticated) as caught:
            nobody.studies()
        assert caught.value.hint and "TUNEWRIGHT_TOKEN" in caught.value.hint


def test_a_worker_needs_no_more_than_its_own_scope(doors: Doors, tmp_path: Path) -> None:
    (tmp_path / "objective.py").write_text("def square(trial):\n    return trial.params['x'] ** 2\n")
    (tmp_path / "worker.token").write_text(doors.token("worker:run@vision"))
    package = str(Path(__file__).resolve().parents[2])
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([package, str(tmp_path)])}
    command = [sys.executable, "-m", "tunewright.worker", "--server", doors.address, "--no-spool"]
    command += ["--tls-ca", str(doors.ca), "--project", "vision", "--study", "s", "--max-trials", "4"]
    command += ["--objective", "objective:square"]
    with doors.client(*OWNER) as client:
        study = Study.create("s", {"x": Float(-1, 1)}, max_trials=4, client=client)
        token = ["--token-file", str(tmp_path / "worker.token")]
        subprocess.run([*command, *token], env=env, check=True, capture_output=True, timeout=60)
        records = study.list_trials()
        assert [record.loss for record in records] == [record.point["x"] ** 2 for record in records]
        assert len(records) == 4
    barred = subprocess.run(command, env=env, capture_output=True, timeout=60, text=True, check=False)
    assert barred.returncode == 1 and "asks for a token" in barred.stderr


def test_fmin_reads_the_environment(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNEWRIGHT_TOKEN", doors.token(*OWNER))
    monkeypatch.setenv("TUNEWRIGHT_TLS_CA", str(doors.ca))
    trials = Trials(doors.address, study="f", project="vision", in_process=True)
    space = {"x": hp.uniform("x", -1, 1)}
    best = fmin(lambda point: point["x"] ** 2, space, max_evals=5, trials=trials, show_progressbar=False)
    assert -1 <= best["x"] <= 1 and len(trials) == 5
