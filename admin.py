"""`bot.py admin`: the operator's commands, sent to the running bot, or done in its database where none runs."""

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx

from jobs.catalog import Catalog, Provider
from jobs.operator.console import Console, Refusal
from jobs.operator.text import as_text
from jobs.ports import StoreUnavailable
from jobs.servers.people import People
from jobs.servers.servers import Servers
from logs import configure_logging
from parts import SystemClock, secrets_of
from settings import Settings, load_settings
from startup import prepare_folder, pseudonyms_of
from storage.errors import UnusableDatabase
from storage.lock import hold
from storage.store import open_store
from web.admin import NAME

EXIT_REFUSED: Final = 1
_ANSWER_SECONDS: Final = 60.0
_PAUSE_SECONDS: Final = 2.0  # between two looks whether all is done
_PATTERN: Final = "re:"
_TOO_LARGE: Final = 2**63  # for a database's integer
_NOT_SETTINGS: Final = ("action", "command", "json", "wait", "file")


class Failed(Exception):
    """It could not be done; `str()` is one line that says why."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What may be typed after `bot.py admin`."""
    form = argparse.ArgumentParser(add_help=False)
    form.add_argument("--json", action="store_true", help="answer as JSON; the keys are in docs/operations.md")
    actions = parser.add_subparsers(dest="action", required=True)
    ban = actions.add_parser("ban", parents=[form], help="let a user order nothing, anywhere")
    ban.add_argument("user", type=_id, help="the user's id")
    ban.add_argument("--reason", default="", help="the user reads it")
    ban.add_argument("--for", dest="until", metavar="TIME", help="30m, 12h, 7d, 2w, or a day like 2026-12-01")
    unban = actions.add_parser("unban", parents=[form], help="lift that; bans of single servers stay")
    unban.add_argument("user", type=_id)
    actions.add_parser("bans", parents=[form], help="list those bans")
    cap = actions.add_parser("cap", parents=[form], help="show or set what the whole bot may spend")
    cap.add_argument("--day", metavar="USD", help="an amount like 25 or 0.50, or none; a calendar day in UTC")
    cap.add_argument("--month", metavar="USD", help="the same for a calendar month")
    words = actions.add_parser("words", parents=[form], help="show or set what is refused in every prompt")
    words.add_argument(
        "--file", type=Path, help="a word a line; `re:` begins a pattern, `#` a comment; takes the place of all others"
    )
    actions.add_parser("keys", parents=[form], help="how each API key does")
    jobs = actions.add_parser("jobs", parents=[form], help="list jobs, the newest first")
    jobs.add_argument("--status", help="queued, running, failed …")
    jobs.add_argument("--server", type=_id, help="a server's id; 0 is outside of servers")
    jobs.add_argument("--user", type=_id, help="a user's id")
    jobs.add_argument("--limit", type=int, default=20, help="how many (%(default)s)")
    cancel = actions.add_parser("cancel", parents=[form], help="stop a job; its images go back to the quota")
    cancel.add_argument("job", help="the job's id")
    drain = actions.add_parser("drain", parents=[form], help="take no more orders; what waits and runs goes on")
    drain.add_argument("--wait", action="store_true", help="return once no job waits or runs")
    actions.add_parser("resume", parents=[form], help="take orders again")
    actions.add_parser("state", parents=[form], help="whether orders are taken, and how many jobs go on")


def run_admin(options: argparse.Namespace) -> int:
    """Run one command; returns the exit code: 0 done, 1 refused.

    Raises:
        settings.SettingsFault: a setting has to be mended first.
        startup.StartFault: the same of DATA_DIR.
    """
    # Neither token nor keys are needed to speak to the bot or to its database.
    settings = load_settings(discord_token="-", eachlabs_api_key="-")  # noqa: S106 - none is used
    configure_logging(level="WARNING", form=settings.log_format, secrets=secrets_of(settings))
    try:
        answer = asyncio.run(_answer(settings, options))
    except (Failed, Refusal) as fault:
        if options.json:
            sys.stdout.write(json.dumps({"error": str(fault)}) + "\n")
        else:
            sys.stderr.write(f"{fault}\n")
        return EXIT_REFUSED
    text = json.dumps(answer, indent=1, ensure_ascii=False) if options.json else as_text(options.action, answer)
    sys.stdout.write(text + "\n")
    return 0


async def _answer(settings: Settings, options: argparse.Namespace) -> Mapping[str, Any]:
    values = {name: value for name, value in vars(options).items() if name not in _NOT_SETTINGS}
    if options.action == "words" and options.file is not None:
        values |= await asyncio.to_thread(_read_words, options.file)
    answer = await _ask(settings, options.action, values)
    while options.action == "drain" and options.wait and answer["unfinished"]:
        if not answer["bot_running"]:
            raise Failed("No orders are taken from now on, but the bot is not running: what waits is not made.")
        await asyncio.sleep(_PAUSE_SECONDS)
        answer = await _ask(settings, "state", {})
    return answer


async def _ask(settings: Settings, command: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
    transport = httpx.AsyncHTTPTransport(uds=str(settings.data_dir / NAME))
    async with httpx.AsyncClient(transport=transport, timeout=_ANSWER_SECONDS) as http:
        try:
            answer = await http.post(f"http://bot/{command}", json=dict(values))
        except httpx.ConnectError:
            return await _without_bot(settings, command, values)
        except httpx.HTTPError as error:
            raise Failed(f"The bot did not answer ({type(error).__name__}); look whether it was done.") from None
    if answer.is_success:
        found: Mapping[str, Any] = answer.json()
        return found
    if answer.headers.get("Content-Type", "").startswith("application/json"):
        raise Failed(answer.json()["error"])
    raise Failed("The bot could not do that; its log says why.")


async def _without_bot(settings: Settings, command: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Nobody else may change the database meanwhile, so the lock of the active process is held."""
    clock = SystemClock()
    await asyncio.to_thread(prepare_folder, settings.data_dir)
    pseudonyms = await asyncio.to_thread(pseudonyms_of, settings)
    try:
        async with hold(settings.database, on_wait=_somebody_runs), open_store(settings.database, clock) as store:
            pseudonyms.load(await store.former_members())
            servers = Servers(store, clock)
            people = People(store, clock, servers.tell, pseudonyms)
            await servers.load()
            await people.load()
            return await Console(store, servers, people, Catalog(offered=list(Provider)), clock).run(command, values)
    except (UnusableDatabase, StoreUnavailable) as error:
        raise Failed(f"The database cannot be used: {error}") from None


def _somebody_runs() -> None:
    raise Failed(
        "A bot runs on this database, but not on this DATA_DIR, or on another machine, or it is just starting or "
        "stopping: use the command there, or again in a moment."
    )


def _read_words(path: Path) -> Mapping[str, Any]:
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(f"{path} cannot be read: {error}") from None
    lines = [line for line in lines if line and not line.startswith("#")]
    return {
        "words": [line for line in lines if not line.startswith(_PATTERN)],
        "patterns": [line.removeprefix(_PATTERN).strip() for line in lines if line.startswith(_PATTERN)],
    }


def _id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_TOO_LARGE)) and int(text) < _TOO_LARGE):
        raise argparse.ArgumentTypeError(f"{text!r} is no id, which is a long number")
    return int(text)
