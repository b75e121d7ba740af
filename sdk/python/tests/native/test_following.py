"""What a watch makes of its streams, however many there are."""

from __future__ import annotations

import grpc
import pytest

from tunewright import errors
from tunewright._study.events import Gap, StudyChanged, TrialChanged
from tunewright._study.following import Following
from tunewright.v1 import study_pb2 as pb


class Failure(grpc.RpcError, grpc.Call):  # type: ignore[misc]
    """A stream that broke."""

    def __init__(self, status: grpc.StatusCode) -> None:
        self._status = status

    def code(self) -> grpc.StatusCode:
        return self._status

    def details(self) -> str:
        return "broken"

    def trailing_metadata(self) -> tuple[()]:
        return ()


Failure.__abstractmethods__ = frozenset()  # type: ignore[attr-defined]


def study(status: pb.StudyStatus) -> pb.WatchStudyResponse:
    return pb.WatchStudyResponse(study=pb.Study(name="s", status=status))


def test_a_gap_only_after_something_was_heard() -> None:
    following = Following(pb.StudyRef(name="s"))
    following.failed(Failure(grpc.StatusCode.UNAVAILABLE))
    following.pause()
    first = following.take(study(pb.STUDY_STATUS_ACTIVE))
    assert [type(event) for event in first] == [StudyChanged]
    trial = pb.WatchStudyResponse(trial=pb.TrialEvent(number=1, state="running", transition="leased"))
    assert [type(event) for event in following.take(trial)] == [TrialChanged]
    following.failed(Failure(grpc.StatusCode.UNAVAILABLE))
    following.pause()
    again = following.take(study(pb.STUDY_STATUS_ACTIVE))
    assert [type(event) for event in again] == [Gap, StudyChanged] and not following.is_over
    assert following.take(pb.WatchStudyResponse(gap=3)) == [Gap(3)]
    following.take(study(pb.STUDY_STATUS_COMPLETED))
    assert following.is_over


def test_waits_grow_until_something_is_heard() -> None:
    following = Following(pb.StudyRef(name="s"))
    waits = [following.pause() for _ in range(12)]
    assert waits[0] <= 0.05 and 2.5 <= waits[-1] <= 5
    following.take(study(pb.STUDY_STATUS_ACTIVE))
    assert following.pause() <= 0.05


def test_what_another_stream_cannot_mend_is_raised() -> None:
    following = Following(pb.StudyRef(name="s"))
    with pytest.raises(errors.NotFound):
        following.failed(Failure(grpc.StatusCode.NOT_FOUND))
