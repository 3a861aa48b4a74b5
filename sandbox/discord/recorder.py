"""Every request to the Discord API as it came, for tests that hold it against Discord's own description."""

from dataclasses import dataclass, field

from sandbox.discord.model import Json


@dataclass(kw_only=True)
class Recorded:
    """One request; `payload` is its JSON body, with multipart's `payload_json` in its place."""

    index: int
    method: str
    path: str  # below /api/v10, without query
    query: dict[str, str]
    content_type: str
    started_ms: int
    operation: str | None = None  # None: no such route
    payload: object = None
    files: list[Json] = field(default_factory=list)  # field, filename, content_type, size
    status: int | None = None  # None: not answered (yet), or the connection was dropped
    error_code: int | None = None
    finished_ms: int | None = None
    fault: bool = False  # the answer, or its loss, was scripted


class Recorder:
    """The requests in the order in which they came."""

    def __init__(self) -> None:
        self._requests: list[Recorded] = []

    def start(self, method: str, path: str, query: dict[str, str], content_type: str, now_ms: int) -> Recorded:
        """Note a request that has just come."""
        recorded = Recorded(
            index=len(self._requests) + 1,
            method=method,
            path=path,
            query=query,
            content_type=content_type,
            started_ms=now_ms,
        )
        self._requests.append(recorded)
        return recorded

    def since(self, after: int) -> list[Recorded]:
        """Return the requests whose index is greater than `after`."""
        return self._requests[max(after, 0) :]
