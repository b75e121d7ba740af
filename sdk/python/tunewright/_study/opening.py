"""Creating and opening studies, and what every handle of one knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tunewright._study import operations
from tunewright._study.operations import Operation
from tunewright._study.records import StudyInfo, study_info
from tunewright._study.settings import Settings
from tunewright.errors import AlreadyExists, Invalid, NotFound, StudyMismatch, TunewrightError
from tunewright.spaces.space import Space
from tunewright.v1 import study_pb2, trial_pb2


class StudyHandle:
    """A study's names and space, on some client."""

    def __init__(self, client: Any, ref: study_pb2.StudyRef, space: Space) -> None:
        self._client = client
        self._ref = ref
        self.space = space

    @property
    def name(self) -> str:
        """What it is called."""
        return self._ref.name

    @property
    def project(self) -> str:
        """The project that its name is one of."""
        return self._ref.project or "default"

    def __repr__(self) -> str:
        return f"<Study `{self.name}` at {self._client.address}>"

    @staticmethod
    def _info_of(study: study_pb2.Study) -> StudyInfo:
        return study_info(study)

    @staticmethod
    def _hint_of(assignment: trial_pb2.Assignment) -> trial_pb2.ResumeHint | None:
        return assignment.resume if assignment.HasField("resume") else None


class Opening:
    """The steps of creating a study. Without a seed of its own it takes that of the study that is there
    already.
    """

    def __init__(self, name: str, space: object, settings: Mapping[str, Any]) -> None:
        try:
            self._settings = Settings(**settings)
        except TypeError:
            known = Settings.__dataclass_fields__
            unknown = next(setting for setting in settings if setting not in known)
            raise Invalid(
                "is no setting of a study", field=unknown, hint=f"there are {', '.join(known)}"
            ) from None
        self.space = Space.of(space)
        self._spec = self._settings.spec()
        self._spec.space.CopyFrom(self.space.node)
        self._name = name
        self._refusal: AlreadyExists | None = None

    def requests(self, ref: study_pb2.StudyRef) -> Iterator[Operation[Any]]:
        """What to send, in this order, until one gives the study."""
        if self._settings.seed is not None:
            yield operations.create(ref, self._spec)
            return
        # Twice, as another process may create it in between.
        for _ in range(2):
            yield operations.get(ref)
            yield operations.create(ref, self._spec)

    def result(self, answer: Any) -> tuple[study_pb2.Study | None, bool]:
        """The study, once it is opened or created, and whether it is new."""
        if isinstance(answer, tuple):
            study, created = answer
            return study, created
        self._spec.seed = answer.spec.seed
        return None, False

    def after(self, error: TunewrightError) -> None:
        """Takes note of an error after which the next request may do; raises any other."""
        if isinstance(error, NotFound) and self._settings.seed is None:
            return
        if isinstance(error, AlreadyExists):
            self._refusal = error
            return
        raise error

    def mismatch(self) -> StudyMismatch:
        """The study that is there is another one."""
        if self._refusal is None:
            return StudyMismatch(f"the study `{self._name}` comes and goes")
        return StudyMismatch(self._refusal.message, field=self._refusal.field, hint=self._refusal.hint)

    @staticmethod
    def space_of(study: study_pb2.Study, given: object) -> Space:
        """The space of a study, as it was given if it was."""
        if given is None:
            return Space.of_node(study.spec.space)
        space = Space.of(given)
        if space.node != study.spec.space:
            message = f"the study `{study.name}` has another space"
            raise StudyMismatch(message, field="space", hint="leave it out to use the study's own")
        return space
