"""The one place where everything is joined: from the settings and what was opened to the parts that run."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

import httpx

from cogs.admin.auditing import AuditLog
from cogs.client import Fluxcord
from cogs.costs.warnings import CapWarnings
from cogs.delivery.audience import DiscordAudience
from cogs.delivery.contents import Contents
from cogs.delivery.labels import Labels
from cogs.delivery.once import Once
from cogs.delivery.posting import Poster
from cogs.delivery.progress import ProgressBoard
from cogs.desk import OrderDesk
from cogs.gate import Gate
from cogs.library.pictures import Previews
from cogs.moderation.board import ReportBoard
from cogs.operator.alarms import Alarms
from cogs.operator.channel import OperatorChannel
from cogs.operator.notices import OperatorNotices
from cogs.operator.troubles import Place
from cogs.rush import Rush
from cogs.several.summaries import Summaries
from features import Features
from jobs.breaker import Breakers
from jobs.content.content import Content
from jobs.departures import Departures
from jobs.estimates import Estimates
from jobs.forecast import Forecasts
from jobs.held import Held
from jobs.housekeeping import Housekeeper
from jobs.library.libraries import Libraries
from jobs.observer import Observers
from jobs.operator.console import Console
from jobs.ports import Clock
from jobs.privacy.export import Export
from jobs.privacy.privacy import Privacy
from jobs.privacy.pseudonyms import Pseudonyms
from jobs.progress import ProgressReader
from jobs.reports import Reports
from jobs.servers.budget import Budget
from jobs.servers.people import People
from jobs.servers.servers import Servers
from jobs.service import JobService
from jobs.shelf import Shelf
from jobs.stats import Statistics
from jobs.tasks import Tasks
from jobs.waiting import Waiting
from jobs.world import World
from parts import fit_pictures, make_apis, make_catalog, make_keeping, make_limits, make_lost_creates
from providers.download import ResultDownloader
from settings import Settings
from storage.files import ResultFiles
from storage.folder import DataFolder
from storage.store import SqlStore
from web.metrics import Metrics


@dataclass(frozen=True, kw_only=True)
class Joined:
    """What has to be started and stopped."""

    service: JobService
    features: Features
    console: Console
    board: ProgressBoard
    notices: OperatorNotices
    alarms: Alarms
    budget: Budget
    metrics: Metrics
    tasks: Tasks
    data_folder: DataFolder
    loops: Mapping[str, Callable[[], Awaitable[None]]]  # by name; those of the service are its own

    async def load(self) -> None:
        """Read what is held in memory; once, before anything is answered."""
        await self.features.servers.load()
        await self.features.content.load()
        await self.features.people.load()
        await self.features.privacy.load()
        await self.notices.load()
        await self.features.report_board.load()
        await self.budget.load()


def assemble(
    settings: Settings,
    *,
    client: Fluxcord,
    store: SqlStore,
    http: httpx.AsyncClient,
    source: ResultDownloader,
    clock: Clock,
    pseudonyms: Pseudonyms,
) -> Joined:
    """Join everything; nothing is read, sent or started yet."""
    tasks, metrics, rush = Tasks(), Metrics(), Rush()
    catalog, files, folder = make_catalog(settings), ResultFiles(settings.data_dir), DataFolder(settings.data_dir)
    estimates = Estimates(catalog)
    forecasts = Forecasts(catalog, estimates)
    apis, limits = make_apis(settings, http), make_limits(settings)
    slots = {provider: limits[provider].concurrency * len(api.key_ids) for provider, api in apis.items()}
    servers = Servers(store, clock)
    shelf, libraries, poster = Shelf(store), Libraries(store, clock, servers), Poster(client, clock)
    people = People(store, clock, servers.tell, pseudonyms)
    contents = Contents(catalog, fit_pictures, Labels(catalog, shelf))
    operator_channel = OperatorChannel(client, settings.operator_channel_id)
    notices, alarms = OperatorNotices(operator_channel, clock, store), Alarms(operator_channel, clock)
    store.health.listeners.append(partial(alarms.changed, Place.DATABASE))
    folder.health.listeners.append(partial(alarms.changed, Place.DATA_DIR))
    once = Once(poster, store)
    summaries = Summaries(store, poster, once)
    warnings = CapWarnings(client, servers, clock, operator_channel_id=settings.operator_channel_id)
    budget = Budget(store, servers, catalog, clock, tell=warnings.tell)
    servers.told.append(budget.rules_changed)
    observer = Observers(metrics, notices, summaries, budget)
    breakers = Breakers({provider: api.key_ids for provider, api in apis.items()}, clock, observer)
    lost_creates = make_lost_creates(settings)
    reader = ProgressReader(store, catalog, forecasts, clock, breakers, servers, slots=slots, grace=lost_creates.grace)
    board = ProgressBoard(poster, reader.read, rush)
    world = World(
        store=store,
        apis=apis,
        catalog=catalog,
        source=source,
        files=files,
        audience=DiscordAudience(poster, once, board, contents),
        observer=observer,
        clock=clock,
        estimates=estimates,
        forecasts=forecasts,
        public_url=settings.public_url,
        images_per_day=settings.quota_images_per_day,
        images_per_day_direct=settings.images_per_day_direct,
        waiting_jobs_per_user=settings.waiting_jobs_per_user,
        servers=servers,
        people=people,
        pseudonyms=pseudonyms,
        breakers=breakers,
        lost_creates=lost_creates,
        started_at=clock.now(),
        tasks=tasks,
    )
    audit_log = AuditLog(client, store, servers, clock)
    servers.told += [
        audit_log.changed,
        lambda change: board.look_again(change.guild_id),
        lambda _: world.claim_due.wake(),  # a pause may be over
    ]
    service = JobService(world, limits)
    housekeeper = Housekeeper(store, files, clock, make_keeping(settings), servers)
    held = Held(shelf=shelf, libraries=libraries, servers=servers, people=people)
    privacy = Privacy(store, pseudonyms, service, held, discard=world.discard, removed=housekeeper.note_remains)
    departures = Departures(
        store, clock, held, housekeeper, service.cancel_waiting_of_server, days=settings.departed_server_days
    )
    report_board = ReportBoard(client, store, service, servers, people, clock, notices)
    content = Content(servers, unsafe_guilds=settings.unsafe_guilds)
    servers.preparing.append(content.prepare)
    gate = Gate(service, libraries, servers, people, content)
    features = Features(
        client=client,
        clock=clock,
        service=service,
        shelf=shelf,
        libraries=libraries,
        servers=servers,
        audit_log=audit_log,
        audit_records=store,
        content=content,
        people=people,
        privacy=privacy,
        export=Export(store),
        departures=departures,
        previews=Previews(source, settings.data_dir),
        desk=OrderDesk(service, shelf, libraries, clock, rush, gate),
        rush=rush,
        poster=poster,
        contents=contents,
        tasks=tasks,
        waiting=Waiting(store, reader),
        reports=Reports(store, clock, report_board.reported),
        report_board=report_board,
        statistics=Statistics(store, clock),
        spending=store,
    )
    return Joined(
        service=service,
        features=features,
        console=Console(
            store,
            servers,
            people,
            catalog,
            clock,
            cancel=service.cancel,
            breakers=breakers,
            troubles=lambda: {"database": store.trouble, "data_dir": folder.trouble},
        ),
        board=board,
        notices=notices,
        alarms=alarms,
        budget=budget,
        metrics=metrics,
        tasks=tasks,
        data_folder=folder,
        loops={
            "database probe": store.look_after_trouble,
            "data folder probe": folder.look_after,
            "housekeeping": housekeeper.run,
            "privacy": privacy.run,
            "departures": departures.run,
            "progress": board.run,
            "notices": notices.run,
            "alarms": alarms.run,
            "reports": report_board.run,
            "audit log": audit_log.run,
            "budget": budget.run,
            "summaries": summaries.run,
        },
    )
