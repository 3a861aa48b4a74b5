"""A lock that is held, until it is lost."""

import asyncio


class Held:
    """This process is the active one for as long as `reason` is None."""

    def __init__(self) -> None:
        self._lost = asyncio.Event()
        self._reason: str | None = None

    @property
    def reason(self) -> str | None:
        """Why the lock was lost, in one sentence; None: it is held."""
        return self._reason

    async def lost(self) -> str:
        """Return the reason as soon as the lock is lost."""
        await self._lost.wait()
        assert self._reason is not None  # noqa: S101 - set before the event
        return self._reason

    def lose(self, reason: str) -> None:
        """For whoever watches the lock: it is gone. The first reason stays."""
        if self._reason is None:
            self._reason = reason
            self._lost.set()
