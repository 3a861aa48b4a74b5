"""A typed client of the sandbox's control API: `async with SandboxClient(sandbox.url) as world:`."""

import time
from collections.abc import Callable

from sandbox.client.faults import Fates
from sandbox.client.guilds import Guilds
from sandbox.client.ledger import Books, Ledger, PaidCreate, Post
from sandbox.client.members import Members, Options
from sandbox.client.messages import Attachment, Button, Message, Select
from sandbox.client.types import (
    Channel,
    Choice,
    Event,
    Guild,
    Interaction,
    InteractionState,
    RecordedRequest,
    Refused,
    Role,
    SandboxError,
    User,
)
from sandbox.client.world import Places

__all__ = [
    "Attachment",
    "Button",
    "Channel",
    "Choice",
    "Event",
    "Guild",
    "Interaction",
    "InteractionState",
    "Ledger",
    "Message",
    "PaidCreate",
    "Post",
    "RecordedRequest",
    "Refused",
    "Role",
    "SandboxClient",
    "SandboxError",
    "Select",
    "User",
]
_MESSAGE_EVENTS = frozenset({"message_created", "message_edited", "message_deleted"})


class SandboxClient(Members, Places, Guilds, Fates, Books):
    """Whoever plays the members, the admins and the fates; made from the sandbox's `url`.

    Everything that waits raises TimeoutError after `timeout_s` seconds.
    """

    async def cursor(self) -> int:
        """Return the index of the last event so far, to wait for what comes after it."""
        return int((await self._call("GET", "world"))["last_event"])

    async def events(self, after: int = 0, timeout_s: float = 0.0) -> list[Event]:
        """Return the events after an index; when there are none yet, wait so long for the first."""
        query = {"after": str(after), "timeout": str(timeout_s)}
        return [Event(**each) for each in (await self._call("GET", "events", query=query))["events"]]

    async def wait_for_event(
        self, predicate: str | Callable[[Event], bool], timeout_s: float = 10.0, after: int = 0
    ) -> Event:
        """Return the first event after an index that fits: by its kind, or by a predicate."""
        until = time.monotonic() + timeout_s
        while True:
            found = await self.events(after, max(until - time.monotonic(), 0.0))
            for event in found:
                if event.kind == predicate if isinstance(predicate, str) else predicate(event):
                    return event
            if time.monotonic() >= until:
                raise TimeoutError(f"no such event within {timeout_s} s")
            after = found[-1].index if found else after

    async def wait_until_ready(self, timeout_s: float = 10.0, after: int = 0) -> Event:
        """Wait until the bot has started a gateway session (after an index: started again)."""
        return await self.wait_for_event("ready", timeout_s, after)

    async def wait_for_message(
        self,
        channel: Channel,
        viewer: User | None,
        predicate: Callable[[Message], bool],
        timeout_s: float = 10.0,
    ) -> Message:
        """Return the first message in a channel, as `viewer` sees it, that fits now or comes to fit."""
        until = time.monotonic() + timeout_s
        while True:
            after = await self.cursor()
            for message in await self.messages(channel, viewer):
                if predicate(message):
                    return message
            await self.wait_for_event(
                lambda event: event.kind in _MESSAGE_EVENTS, max(until - time.monotonic(), 0.0), after
            )

    async def wait_for_interaction(
        self,
        interaction: Interaction,
        predicate: Callable[[Interaction], bool] = lambda now: now.state is not InteractionState.PENDING,
        timeout_s: float = 10.0,
    ) -> Interaction:
        """Return the interaction once it fits: by default once it is acknowledged or has failed."""
        until = time.monotonic() + timeout_s
        while True:
            after = await self.cursor()
            now = await self.interaction(interaction)
            if predicate(now):
                return now
            await self.wait_for_event(lambda _: True, max(until - time.monotonic(), 0.0), after)

    async def autocomplete(
        self,
        user: User,
        channel: Channel,
        name: str,
        options: Options,
        focused: str,
        timeout_s: float = 10.0,
    ) -> list[Choice]:
        """Type into an option with autocomplete and return what the bot offers.

        Raises:
            SandboxError: the bot did not answer in time.
        """
        typed = await self.type_option(user, channel, name, options, focused)
        done = await self.wait_for_interaction(typed, timeout_s=timeout_s)
        if done.choices is None:
            raise SandboxError(f"no choices: {done.failure}")
        return list(done.choices)
