"""The entry: opens, joins and starts everything, and stops it: `python bot.py [run | backup | demo | admin]`."""

import argparse
import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import discord
import structlog

from admin import add_arguments, run_admin
from assembly import assemble
from cogs.client import Fluxcord
from features import make_cogs
from jobs.ports import StoreUnavailable
from jobs.restored import give_up_unfinished
from logs import configure_logging
from parts import SystemClock, make_http, secrets_of
from providers.download import ResultDownloader
from settings import Settings, SettingsFault, load_settings
from standby import Stopped, Turn, take_turns
from startup import (
    Health,
    PassingFault,
    StartFault,
    connect,
    introduce,
    log_in,
    prepare_folder,
    pseudonyms_of,
    settle_down,
)
from stopping import StopOnSignal, log_out
from storage.backup import BackupRefused, back_up, forget_taken_at, taken_at
from storage.errors import UnusableDatabase
from storage.store import open_store
from web.admin import AdminSocket, build_admin_app
from web.app import build_app
from web.server import WebServer

_log = structlog.get_logger("bot")
EXIT_FAULT = 2  # a setting, the token or the database has to be mended first


async def serve(
    settings: Settings, stop: asyncio.Event, *, restored: bool = False, when_started: Callable[[], None] = lambda: None
) -> None:
    """Run the bot until `stop` is set, then stop gracefully.

    `restored`: the database was restored from a backup, although it does not say so itself. `when_started` is called
    when everything is made and its work begins.

    Raises:
        StartFault: it cannot start.
    """

    async def run(turn: Turn) -> None:
        nonlocal restored
        async with contextlib.AsyncExitStack() as stack:
            client = await turn.until_over(stack.enter_async_context(_running(settings, turn, restored=restored)))
            restored = False  # what is unfinished from now on is this process's own
            turn.has_started = True
            when_started()
            await turn.until_over(connect(client, settings))

    try:
        await asyncio.to_thread(prepare_folder, settings.data_dir)
        await take_turns(settings.database, stop, run)
    except Stopped:
        return
    except discord.ConnectionClosed as error:
        raise StartFault(f"Discord closed the gateway for good (code {error.code}): was DISCORD_TOKEN reset?") from None
    except (UnusableDatabase, StoreUnavailable) as error:
        raise StartFault(f"The database cannot be used: {error}") from None


@contextlib.asynccontextmanager
async def _running(settings: Settings, turn: Turn, *, restored: bool) -> AsyncIterator[Fluxcord]:
    """Everything opened, joined and started; on leaving it is stopped in the opposite order."""
    database, clock = settings.database, SystemClock()
    async with contextlib.AsyncExitStack() as stack:
        pseudonyms = await asyncio.to_thread(pseudonyms_of, settings)
        store = await stack.enter_async_context(open_store(database, clock))
        restored = restored or (isinstance(database, Path) and await asyncio.to_thread(taken_at, database) is not None)
        http = await stack.enter_async_context(make_http())
        source = await stack.enter_async_context(ResultDownloader.opened(trusted=settings.trusted_result_hosts))

        async def set_up(client: Fluxcord) -> None:
            for cog in make_cogs(joined.features):
                await client.add_cog(cog)
            await introduce(client, settings)
            if restored:
                await give_up_unfinished(store)
                if isinstance(database, Path):
                    await asyncio.to_thread(forget_taken_at, database)
            await joined.load()
            for name, loop in joined.loops.items():
                tasks.supervise(name, loop)
            await service.start()

        client = Fluxcord(api_url=settings.discord_api_url, set_up=set_up)
        joined = assemble(
            settings, client=client, store=store, http=http, source=source, clock=clock, pseudonyms=pseudonyms
        )
        service, tasks = joined.service, joined.tasks
        server = WebServer(
            build_app(
                webhooks=service,
                readiness=Health(client, tasks, database=store, data_folder=joined.data_folder),
                metrics=joined.metrics,
                count_jobs=store.count_by_status,
                count_unknown_creates=store.count_unknown_creates,
            ),
            host=settings.http_host,
            port=settings.http_port,
        )
        stack.push_async_callback(log_out, client)
        stack.push_async_callback(joined.board.close)
        stack.push_async_callback(joined.notices.close)
        stack.push_async_callback(joined.alarms.close)
        stack.push_async_callback(lambda: service.stop(seconds=turn.patience(settings.stop_seconds)))
        try:
            await stack.enter_async_context(server)
        except OSError as error:
            address = f"{settings.http_host}:{settings.http_port}"
            raise PassingFault(
                f"HTTP_HOST and HTTP_PORT: cannot listen on {address} ({error.strerror}). Choose a free port."
            ) from None
        await stack.enter_async_context(AdminSocket(build_admin_app(joined.console.run), settings.data_dir))
        # First of all, before the server lets requests under way finish: no new work, above all without the lock.
        stack.push_async_callback(service.begin_nothing)
        _log.info("listening", host=settings.http_host, port=server.port, webhooks=settings.public_url is not None)
        await log_in(client, settings)
        stack.callback(lambda: _log.info("stopping", seconds=turn.patience(settings.stop_seconds)))
        yield client


async def _until_signalled(settings: Settings, *, restored: bool) -> None:
    stop = asyncio.Event()
    StopOnSignal(stop, seconds=settings.stop_seconds).install()
    await serve(settings, stop, restored=restored, when_started=settle_down)
    _log.info("stopped")


def _back_up(settings: Settings, target: Path) -> None:
    """Copy the database while the bot runs, and say what was copied.

    Raises:
        BackupRefused: there is no copy.
    """
    address = settings.database
    if not isinstance(address, Path):
        raise BackupRefused(f"DATABASE_URL is {address}: copy it with pg_dump --format=custom --file={target} …")
    made = back_up(address, target)
    sys.stdout.write(f"{made.path}: {made.jobs} jobs, {made.size} bytes, checked and on the disk\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="bot.py", description="fluxcord: images from words, in Discord")
    commands = parser.add_subparsers(dest="command")
    run = commands.add_parser("run", help="run the bot with the settings of .env (the default)")
    run.add_argument(
        "--restored",
        action="store_true",
        help="the database is an older copy: fail and refund what is unfinished in it, and pay nothing again",
    )
    backup = commands.add_parser("backup", help="copy the SQLite database to a new file, also while the bot runs")
    backup.add_argument("file", type=Path, help="the new file; its folder must exist")
    demo = commands.add_parser("demo", help="watch it work on a sandbox, without any account")
    demo.add_argument("--serve", action="store_true", help="keep the sandbox and the bot running afterwards")
    demo.add_argument("--output", type=Path, default=Path("demo-output"), help="where pictures go (%(default)s)")
    add_arguments(commands.add_parser("admin", help="ban, cap, list and cancel jobs, drain: what is not in Discord"))
    options = parser.parse_args(arguments)
    if options.command == "demo":
        from demo import run_demo  # noqa: PLC0415 - the sandbox is loaded for the demo alone

        return run_demo(options.output, serve=options.serve)
    try:
        if options.command == "admin":
            return run_admin(options)
        settings = load_settings()
        configure_logging(level=settings.log_level, form=settings.log_format, secrets=secrets_of(settings))
        if options.command == "backup":
            _back_up(settings, options.file)
        else:
            asyncio.run(_until_signalled(settings, restored="restored" in options and options.restored))
    except (SettingsFault, StartFault, BackupRefused) as fault:
        sys.stderr.write(f"{fault}\n")
        return EXIT_FAULT
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
