"""The stop: what a signal begins, how long it may take, and how it ends whatever hangs."""

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable
from typing import Final

import discord
import structlog

MARGIN: Final = 10.0  # seconds beyond STOP_SECONDS after which the process is gone
GOODBYE: Final = 2.0  # seconds that Discord has to answer the gateway's close
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)

_log = structlog.get_logger("stopping")


class StopOnSignal:
    """Sets an event at the first SIGTERM or SIGINT; the second one ends the process at once, as the system does it.

    The first one also begins to count: `seconds` and a margin later the process ends by force. That loses nothing,
    since the next start takes up whatever a process has left, as it does after a power cut.
    """

    def __init__(self, stop: asyncio.Event, *, seconds: float) -> None:
        self._stop = stop
        self._seconds = seconds + MARGIN

    def install(self) -> None:
        """Handle the signals from now on; to be called within the event loop's thread."""
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            try:
                loop.add_signal_handler(number, self._begin)
            except NotImplementedError:  # Windows: its event loop knows no signal handlers
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(self._begin))

    def _begin(self) -> None:
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            with contextlib.suppress(NotImplementedError):  # as above
                loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)
        end_by_force(self._seconds)
        self._stop.set()


def end_by_force(seconds: float, *, end: Callable[[int], object] = os._exit) -> threading.Timer:
    """End the process so many seconds from now, unless it has ended by itself: also when the event loop hangs."""

    def ended() -> None:
        _log.warning("the stop was cut short: something hangs; the next start takes up what is unfinished")
        end(0)

    timer = threading.Timer(seconds, ended)
    timer.daemon = True
    timer.start()
    return timer


async def log_out(client: discord.Client, *, seconds: float = GOODBYE) -> None:
    """Close the gateway and the HTTP session; when Discord does not answer the close, without its answer."""
    if client.user is None:  # never logged in: no gateway to close, and discord.py's own close would fail
        await client.http.close()
        return
    closing = asyncio.create_task(client.close())
    done, _ = await asyncio.wait({closing}, timeout=seconds)
    if not done:
        _log.info("Discord did not answer the close of the gateway")
        await client.http.close()  # the gateway's sockets go with it, and so its wait is over
    await closing
