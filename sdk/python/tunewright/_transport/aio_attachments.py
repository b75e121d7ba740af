"""Attachments, for asyncio."""

from __future__ import annotations

from tunewright._transport.aio_connection import AioConnection
from tunewright._transport.attachments import TIMEOUT, Arriving, AttachmentInfo, info_of, key, put_parts
from tunewright.v1 import attachment_pb2 as pb
from tunewright.v1 import study_pb2


async def put_attachment(
    connection: AioConnection, study: study_pb2.StudyRef, trial: int | None, name: str, data: bytes
) -> None:
    """Keeps `data` under a name, in place of what was there. At most 64 MiB."""
    parts = put_parts(key(study, trial, name), data)
    method = connection.stub("attachments").PutAttachment
    await connection.attempts(lambda _: method(iter(parts), timeout=TIMEOUT), timeout=TIMEOUT)


async def get_attachment(
    connection: AioConnection, study: study_pb2.StudyRef, trial: int | None, name: str
) -> bytes:
    """The content of an attachment, checked against its digest. Raises `NotFound`."""
    request = pb.GetAttachmentRequest(key=key(study, trial, name))
    method = connection.stub("attachments").GetAttachment

    async def fetch(_: float) -> bytes:
        arriving = Arriving()
        async for message in method(request, timeout=TIMEOUT):
            arriving.take(message)
        return arriving.content(name)

    return await connection.attempts(fetch, timeout=TIMEOUT)


async def list_attachments(connection: AioConnection, study: study_pb2.StudyRef) -> list[AttachmentInfo]:
    """All attachments of a study, its own first, then those of its trials."""
    found: list[AttachmentInfo] = []
    request = pb.ListAttachmentsRequest(study=study, page_size=1_000)
    method = connection.stub("attachments").ListAttachments
    while True:
        page = await connection.attempts(lambda attempt: method(request, timeout=attempt))
        found.extend(info_of(attachment) for attachment in page.attachments)
        if not page.next_page_token:
            return found
        request.page_token = page.next_page_token


async def delete_attachment(
    connection: AioConnection, study: study_pb2.StudyRef, trial: int | None, name: str
) -> None:
    """Removes an attachment; removing what is not there is fine."""
    request = pb.DeleteAttachmentRequest(key=key(study, trial, name))
    method = connection.stub("attachments").DeleteAttachment
    await connection.attempts(lambda attempt: method(request, timeout=attempt))
