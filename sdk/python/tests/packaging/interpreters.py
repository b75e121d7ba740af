"""Virtual environments to install the wheel into, with the Pythons of this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Environment:
    """A virtual environment; what runs in it sees neither this process's packages nor its settings."""

    path: Path

    @classmethod
    def create(cls, path: Path, python: str) -> Environment:
        environment = cls(path)
        environment._checked([python, "-m", "venv", str(path)])
        return environment

    def program(self, name: str) -> str:
        return str(self.path / "bin" / name)

    def install(self, *what: str) -> None:
        self._checked([self.program("python"), "-m", "pip", "install", "--quiet", *what])

    def run(self, *command: str, cwd: Path | None = None) -> str:
        """What a program of the environment prints on standard output; fails the test if the program does."""
        return self._checked([self.program(command[0]), *command[1:]], cwd)

    def _checked(self, command: list[str], cwd: Path | None = None) -> str:
        inherited = {"PATH", "HOME", "TMPDIR", "LANG", "HTTPS_PROXY", "https_proxy", "SSL_CERT_FILE"}
        kept = inherited | {name for name in os.environ if name.startswith("PIP_")}
        environ = {name: value for name, value in os.environ.items() if name in kept}
        environ["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
        ended = subprocess.run(
            command, cwd=cwd or self.path.parent, env=environ, capture_output=True, text=True, timeout=240
        )
        assert ended.returncode == 0, f"{command}: {ended.returncode}\n{ended.stdout}\n{ended.stderr}"
        return ended.stdout


def interpreter(version: str) -> str | None:
    """A Python of this version: this one, one of pyenv's or one in the PATH; None if none runs."""
    if f"{sys.version_info.major}.{sys.version_info.minor}" == version:
        return sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [*sorted(pyenv.glob(f"versions/{version}.*/bin/python"), reverse=True)]
    if (found := shutil.which(f"python{version}")) is not None:
        candidates.append(Path(found))
    return next((str(candidate) for candidate in candidates if _is(candidate, version)), None)


def _is(candidate: Path, version: str) -> bool:
    # pyenv puts shims into the PATH also for versions that are not chosen: those only fail.
    program = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        told = subprocess.run([candidate, "-c", program], capture_output=True, text=True, timeout=30)
    except OSError:
        return False
    return told.stdout.strip() == version
