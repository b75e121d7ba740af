"""One study on a server, as a run of `fmin` uses it."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tunewright._engine.arguments import Options
from tunewright._outcome import Outcome
from tunewright._transport.attachments import get_attachment, put_attachment
from tunewright._transport.connection import Connection
from tunewright._transport.heartbeats import HeartbeatKeeper, LeaseWatch
from tunewright._wire.points import to_point
from tunewright._wire.values import to_value
from tunewright.errors import AlreadyExists, Closed, Conflict, NotFound, StudyMismatch
from tunewright.v1 import space_pb2, study_pb2, trial_pb2

SERIAL_TTL_MS = 300_000
"""An objective in this process may keep the heartbeats from being sent (a blocked C call), and nobody else
waits.
"""

LOCAL_TTL_MS = 10_000
"""Workers on this machine are heard of often."""

