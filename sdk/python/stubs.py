"""Makes the package `tunewright.v1` from the protobuf files: `python stubs.py [DIRECTORY]`, or `make stubs`.

Files with a service get a `_pb2_grpc.py`, the others none. grpcio-tools is pinned, since what it
makes runs with its own versions of grpcio and protobuf and newer ones: an older pin supports more.
"""

from __future__ import annotations

import importlib.resources
import sys
from pathlib import Path

from grpc_tools import protoc

HERE = Path(__file__).resolve().parent
PROTO = HERE.parent.parent / "proto"


def generate(directory: Path) -> None:
    """Writes the stubs below `directory`, in place of any that are there."""
    sources = sorted(PROTO.glob("tunewright/v1/*.proto"))
    if not sources:
        raise FileNotFoundError(f"no protobuf files below {PROTO}")
    target = directory / "tunewright" / "v1"
    target.mkdir(parents=True, exist_ok=True)
    for old in target.glob("*_pb2*"):
        old.unlink()
    well_known = importlib.resources.files("grpc_tools") / "_proto"
    includes = [f"-I{PROTO}", f"-I{well_known}"]
    _run([*includes, f"--python_out={directory}", f"--pyi_out={directory}", *map(str, sources)])
    services = [str(path) for path in sources if "\nservice " in path.read_text(encoding="utf-8")]
    _run([*includes, f"--grpc_python_out={directory}", *services])


def _run(arguments: list[str]) -> None:
    status = protoc.main(["protoc", *arguments])
    if status != 0:
        raise SystemExit(f"protoc ended with {status}")


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
