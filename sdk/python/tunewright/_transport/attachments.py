"""Attachments: named bytes beside a study or one of its trials."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from tunewright._transport.connection import Connection
from tunewright.errors import Internal, Invalid
from tunewright.v1 import attachment_pb2 as pb
from tunewright.v1 import study_pb2

CHUNK = 512 * 1024
#: The most bytes that one attachment may have.
LEN_MAX = 64 * 1024 * 1024

#: Content of tens of megabytes takes longer than an ordinary call; in seconds.
TIMEOUT = 120.0


@dataclass(frozen=True)
class AttachmentInfo:
    """An attachment without its content. `trial` is None for one of the study itself; `size` in bytes."""

    trial: int | None
    name: str
    size: int
    sha256: str


def put_attachment(
    connection: Connection,
    study: study_pb2.StudyRef,
    trial: int | None,
    name: str,
    data: bytes,
    *,
    timeout: float = TIMEOUT,
) -> None:
    """Keeps `data` under a name, in place of what was there. At most 64 MiB."""
    parts = put_parts(key(study, trial, name), data)
    connection.attempts(
        lambda _: connection.attachments.PutAttachment(iter(parts), timeout=timeout), timeout=timeout
    )


def get_attachment(
    connection: Connection,
    study: study_pb2.StudyRef,
    trial: int | None,
    name: str,
    *,
    timeout: float = TIMEOUT,
) -> bytes:
    """The content of an attachment, checked against its digest. Raises `NotFound`."""
    request = pb.GetAttachmentRequest(key=key(study, trial, name))

    def fetch(_: float) -> bytes:
        arriving = Arriving()
        for message in connection.attachments.GetAttachment(request, timeout=timeout):
            arriving.take(message)
        return arriving.content(name)

    return connection.attempts(fetch, timeout=timeout)


def list_attachments(connection: Connection, study: study_pb2.StudyRef) -> list[AttachmentInfo]:
    """All attachments of a study, its own first, then those of its trials."""
    found: list[AttachmentInfo] = []
    request = pb.ListAttachmentsRequest(study=study, page_size=1_000)
    while True:
        page = connection.call(connection.attachments.ListAttachments, request)
        found.extend(info_of(attachment) for attachment in page.attachments)
        if not page.next_page_token:
            return found
        request.page_token = page.next_page_token


def delete_attachment(
    connection: Connection, study: study_pb2.StudyRef, trial: int | None, name: str
) -> None:
    """Removes an attachment; removing what is not there is fine."""
    request = pb.DeleteAttachmentRequest(key=key(study, trial, name))
    connection.call(connection.attachments.DeleteAttachment, request)


def key(study: study_pb2.StudyRef, trial: int | None, name: str) -> pb.AttachmentRef:
    """What an attachment is known by."""
    if not isinstance(name, str):
        raise Invalid(f"must be text, not `{type(name).__name__}`", field="name")
    return pb.AttachmentRef(study=study, trial=trial, name=name)


def put_parts(attachment: pb.AttachmentRef, data: bytes) -> list[pb.PutAttachmentRequest]:
    """The messages that put an attachment."""
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise Invalid(f"must be bytes, not `{type(data).__name__}`", field="data")
    content = bytes(data)
    if len(content) > LEN_MAX:
        message = f"must have at most {LEN_MAX} bytes, not {len(content)}"
        raise Invalid(message, field="data", hint="keep it in a file and attach its path")
    about = pb.Attachment(key=attachment, size=len(content), sha256=hashlib.sha256(content).hexdigest())
    return [pb.PutAttachmentRequest(attachment=about), *_chunks(content)]


def info_of(attachment: pb.Attachment) -> AttachmentInfo:
    """An attachment as a record."""
    ref = attachment.key
    trial = ref.trial if ref.HasField("trial") else None
    return AttachmentInfo(trial, ref.name, attachment.size, attachment.sha256)


class Arriving:
    """An attachment on its way here."""

    def __init__(self) -> None:
        self._about: pb.Attachment | None = None
        self._content = bytearray()

    def take(self, message: pb.GetAttachmentResponse) -> None:
        """Takes the next message."""
        if message.WhichOneof("part") == "attachment":
            self._about = message.attachment
        else:
            self._content += message.content

    def content(self, name: str) -> bytes:
        """The whole content. Raises `Internal` if it is not what was put."""
        content = bytes(self._content)
        if self._about is None or hashlib.sha256(content).hexdigest() != self._about.sha256:
            raise Internal(f"the attachment `{name}` arrived damaged", hint="get it again")
        return content


def _chunks(content: bytes) -> Iterator[pb.PutAttachmentRequest]:
    for start in range(0, len(content), CHUNK):
        yield pb.PutAttachmentRequest(content=content[start : start + CHUNK])
