"""Gateway sessions: what each has been sent, who gets which event, and what a resume replays."""

import enum
import secrets
from collections import deque
from dataclasses import dataclass, field

from sandbox.discord.model import Json
from sandbox.discord.outbox import Close, Outbox

BACKLOG = 1000  # events kept for a resume; Discord states no number
RESUMABLE_SECONDS = 180  # how long a session outlives its connection; Discord states no number


class Intents(enum.IntFlag):
    """The intent bits that decide what is sent.

    Source: https://discord.com/developers/docs/events/gateway#gateway-intents
    """

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    DIRECT_MESSAGES = 1 << 12
    MESSAGE_CONTENT = 1 << 15
    PRIVILEGED = GUILD_MEMBERS | GUILD_PRESENCES | MESSAGE_CONTENT
    KNOWN = (1 << 26) - 1


@dataclass(kw_only=True)
class Session:
    """One session of the bot: it outlives its connection, so that a resume finds what was missed."""

    intents: int
    shard: int
    shard_count: int
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sequence: int = 0
    backlog: deque[Json] = field(default_factory=lambda: deque(maxlen=BACKLOG))
    outbox: Outbox | None = None
    gone_at_ms: int | None = None

    def send(self, kind: str, data: Json) -> None:
        """Number an event, keep it for a resume, and send it if the bot is connected."""
        self.sequence += 1
        frame: Json = {"op": 0, "t": kind, "s": self.sequence, "d": data}
        self.backlog.append(frame)
        if self.outbox is not None:
            self.outbox.put(frame)

    def missed_since(self, sequence: int) -> list[Json] | None:
        """Return the events after `sequence`; None when they are not all there any more."""
        if not 0 <= sequence <= self.sequence:
            return None
        missed = [frame for frame in self.backlog if frame["s"] > sequence]
        return missed if len(missed) == self.sequence - sequence else None

    def serves(self, guild_id: int | None) -> bool:
        """Whether this shard gets a guild's events; direct messages go to shard 0."""
        return self.shard == (0 if guild_id is None else (guild_id >> 22) % self.shard_count)


class Sessions:
    """All sessions of the bot."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}

    def add(self, session: Session) -> None:
        """Take up a new session."""
        self._sessions[session.id] = session

    def get(self, session_id: str, now_ms: int) -> Session | None:
        """Return a session that can be resumed."""
        session = self._sessions.get(session_id)
        if session is None or session.gone_at_ms is None:
            return session
        if now_ms - session.gone_at_ms > RESUMABLE_SECONDS * 1000:
            self.forget(session)
            return None
        return session

    def forget(self, session: Session) -> None:
        """Drop a session: it cannot be resumed."""
        self._sessions.pop(session.id, None)

    def connected(self) -> list[Session]:
        """Return the sessions that have a connection now."""
        return [session for session in self._sessions.values() if session.outbox is not None]

    def dispatch(
        self,
        kind: str,
        data: Json,
        *,
        guild_id: int | None = None,
        intent: int = 0,
        without_content: Json | None = None,
    ) -> None:
        """Send an event to every session that serves the guild and asked for `intent` (0: always sent).

        `without_content` goes to those who may not read message content.
        """
        for session in self._sessions.values():
            if not session.serves(guild_id) or (intent and not session.intents & intent):
                continue
            blind = without_content is not None and not session.intents & Intents.MESSAGE_CONTENT
            session.send(kind, without_content if blind and without_content is not None else data)

    def put_all(self, frame: Json | Close, *, forget: bool = False) -> int:
        """Send a frame that is no event, or a close, to every connection; returns how many there were.

        With `forget` their sessions cannot be resumed afterwards.
        """
        for session in (open_ones := self.connected()):
            if session.outbox is not None:
                session.outbox.put(frame)
            if forget:
                self.forget(session)
        return len(open_ones)
