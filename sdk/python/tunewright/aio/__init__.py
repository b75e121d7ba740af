"""The API for asyncio: the same names as the synchronous one, with `await`."""

from tunewright.aio.client import Client
from tunewright.aio.study import Study
from tunewright.aio.trial import Trial

__all__ = ["Client", "Study", "Trial"]
