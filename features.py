"""Every feature that members see: its cog, and what it is made of."""

from dataclasses import dataclass

from discord.ext import commands

from cogs.account import Account
from cogs.admin.auditing import AuditLog
from cogs.admin.carrying import Carrying
from cogs.admin.checkup import Checkup
from cogs.admin.cog import Administration
from cogs.admin.group import AdminGroup, make_admin_group
from cogs.admin.looking_back import LookingBack
from cogs.admin.pausing import Pausing
from cogs.admin.setup import Setup
from cogs.client import Fluxcord
from cogs.costs.cog import Money
from cogs.delivery.contents import Contents
from cogs.delivery.posting import Poster
from cogs.delivery.reminders import Reminders
from cogs.departing import Departing
from cogs.desk import OrderDesk
from cogs.help import Help
from cogs.history.cog import History
from cogs.imagine import Imagine
from cogs.inspect.cog import Inspect
from cogs.library.cog import LoraLibrary
from cogs.library.messages import Shelves
from cogs.library.pictures import Previews
from cogs.moderation.blocking import Blocking
from cogs.moderation.board import ReportBoard
from cogs.moderation.cog import Moderation
from cogs.moderation.deciding import Deciding
from cogs.presets.cog import Presets
from cogs.presets.saving import Saving
from cogs.privacy.cog import PrivacyRights
from cogs.queue.cog import Queue
from cogs.quota.bans import Bans
from cogs.quota.cog import QuotaAdmin
from cogs.quota.grants import Grants
from cogs.quota.looking import Looking as QuotaLooking
from cogs.quota.rules import Rules as QuotaRuling
from cogs.results.edits import Edits
from cogs.results.finding import Finder
from cogs.results.gallery import Gallery
from cogs.results.menus import Menus
from cogs.results.repeats import Repeats
from cogs.results.reporting import Reporting
from cogs.rush import Rush
from cogs.settings.cog import Settings
from cogs.several.cog import Several
from cogs.stats.cog import Stats
from jobs.content.content import Content
from jobs.departures import Departures
from jobs.library.libraries import Libraries
from jobs.ports import Clock
from jobs.privacy.export import Export
from jobs.privacy.privacy import Privacy
from jobs.reports import Reports
from jobs.servers.people import People
from jobs.servers.records import AuditRecords
from jobs.servers.servers import Servers
from jobs.servers.spending import SpendRecords
from jobs.service import JobService
from jobs.shelf import Shelf
from jobs.stats import Statistics
from jobs.tasks import Tasks
from jobs.waiting import Waiting


@dataclass(frozen=True, kw_only=True)
class Features:
    """What the features are made of."""

    client: Fluxcord
    clock: Clock
    service: JobService
    shelf: Shelf
    libraries: Libraries
    servers: Servers
    audit_log: AuditLog
    audit_records: AuditRecords
    content: Content
    people: People
    privacy: Privacy
    export: Export
    departures: Departures
    previews: Previews
    desk: OrderDesk
    rush: Rush
    poster: Poster
    contents: Contents
    tasks: Tasks
    waiting: Waiting
    reports: Reports
    report_board: ReportBoard
    statistics: Statistics
    spending: SpendRecords


def make_cogs(of: Features) -> list[commands.Cog]:
    """One cog a feature."""
    client, service, desk = of.client, of.service, of.desk
    finder = Finder(service)
    repeats, reporting = Repeats(desk, finder), Reporting(of.reports, finder, of.servers)
    edits = Edits(desk, finder, repeats)
    several = Several(client, service, desk, of.clock, of.rush)
    admin = make_admin_group()
    bans = Bans(of.people, service, of.clock)
    return [
        _administration(of, admin),
        Imagine(client, service, desk, of.shelf, of.libraries, several.ask),
        several,
        Gallery(
            client, service, of.poster, of.servers, finder=finder, repeats=repeats, edits=edits, reporting=reporting
        ),
        Menus(client, service.catalog, finder, repeats, reporting),
        History(client, service, of.clock, desk.gate, contents=of.contents, poster=of.poster),
        Presets(client, of.shelf, service, Saving(of.shelf, service, finder), desk.gate),
        Settings(client, of.shelf, service, of.servers),
        LoraLibrary(
            client, Shelves(libraries=of.libraries, servers=of.servers, catalog=service.catalog, previews=of.previews)
        ),
        Inspect(client, service, desk),
        Reminders(service, of.tasks),
        Account(service, of.servers, of.people),
        QuotaAdmin(
            client,
            admin,
            rules=QuotaRuling(of.servers, day=service.images_per_day),
            grants=Grants(of.people, of.clock),
            bans=bans,
            looking=QuotaLooking(of.servers, of.people, service),
        ),
        Moderation(
            client,
            admin,
            blocking=Blocking(of.servers, of.content),
            deciding=Deciding(service, of.reports, of.servers, of.poster, bans, of.report_board, client),
        ),
        Queue(client, service, of.waiting),
        PrivacyRights(client, of.privacy, of.export, of.clock),
        Departing(client, of.departures),
        Stats(of.statistics, service.catalog),
        Money(admin, of.servers, of.spending, service.catalog, of.clock),
        Help(service.catalog, desk.gate),
    ]


def _administration(of: Features, admin: AdminGroup) -> Administration:
    pausing = Pausing(of.servers, of.clock)
    setup = Setup(of.servers, of.service, of.content, Checkup(of.servers, of.service, of.audit_log), pausing)
    return Administration(
        of.client,
        admin,
        setup=setup,
        pausing=pausing,
        carrying=Carrying(of.servers, of.service, setup),
        looking_back=LookingBack(of.audit_records),
    )
