"""The operator's answers as lines to be read."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

Answer = Mapping[str, Any]
_STATES: Final = {"closed": "works", "open": "rests", "half-open": "is being tried"}  # of a key's breaker


def as_text(command: str, answer: Answer) -> str:
    """What a command has answered; one line or a table."""
    return "\n".join(_lines(command, answer))


def _lines(command: str, answer: Answer) -> Iterator[str]:
    match command:
        case "ban":
            ban = answer["ban"]
            yield f"User {ban['user']} is banned from the whole bot {_until(ban)}: {ban['reason']}"
        case "unban":
            yield f"User {answer['lifted']['user']} may use the bot again; bans of single servers stay."
        case "bans":
            yield from _table(answer["bans"], ("user", "banned_at", "expires_at", "reason"), none="Nobody is banned.")
        case "cap":
            caps = answer["caps"]
            yield f"Spending cap of the whole bot: {caps['day'] or 'none'} a day, {caps['month'] or 'none'} a month."
        case "words":
            yield f"{len(answer['words'])} words and {len(answer['patterns'])} patterns are refused everywhere."
            yield from answer["words"]
            yield from (f"re:{pattern}" for pattern in answer["patterns"])
        case "keys":
            columns = ("provider", "number", "key", "state", "trouble", "until", "in_flight", "creates_last_minute")
            keys = [{**key, "state": _STATES[key["state"]]} for key in answer["keys"]]
            yield from _table(keys, columns, none="There are no keys.")
        case "jobs":
            columns = ("id", "status", "created_at", "server", "user", "model", "images", "failure")
            yield from _table(answer["jobs"], columns, none="There are no such jobs.")
        case "cancel":
            job = answer["job"]
            yield f"Job {job['id']} is {job['status']}."
            if not answer["bot_running"]:
                yield "The bot is not running: it stops the job when it starts."
        case _:
            yield from _state(answer)


def _state(answer: Answer) -> Iterator[str]:
    taken = "No orders are taken: `resume` takes them again." if answer["draining"] else "Orders are taken."
    yield taken
    yield from (f"{trouble}." for trouble in answer["troubles"].values() if trouble is not None)
    if not answer["unfinished"]:
        yield "It is empty: no job waits or runs."
        return
    states = ", ".join(f"{count} {status}" for status, count in sorted(answer["by_status"].items()))
    yield f"{answer['unfinished']} jobs go on: {states}."


def _until(ban: Answer) -> str:
    return "for good" if ban["expires_at"] is None else f"until {ban['expires_at']}"


def _table(rows: Sequence[Answer], columns: Sequence[str], *, none: str) -> Iterator[str]:
    if not rows:
        yield none
        return
    cells = [columns, *([_cell(row[column]) for column in columns] for row in rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(columns))]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _cell(value: Any) -> str:
    return "-" if value is None else str(value)
