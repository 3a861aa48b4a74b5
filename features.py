"""Every feature that members see: its cog, and what it is made of."""

from dataclasses import dataclass

from discord.ext import commands

from cogs.account import Account
from cogs.client import Fluxcord
from cogs.delivery.contents import Contents
from cogs.delivery.posting import Poster
from cogs.delivery.reminders import Reminders
from cogs.desk import OrderDesk
from cogs.help import Help
from cogs.history.cog import History
from cogs.history.showing import Showing
from cogs.imagine import Imagine
from cogs.results.gallery import Gallery
from jobs.service import JobService
from jobs.tasks import Tasks


@dataclass(frozen=True, kw_only=True)
class Features:
    """What the features are made of."""

    client: Fluxcord
    service: JobService
    desk: OrderDesk
    poster: Poster
    contents: Contents
    tasks: Tasks


def make_cogs(of: Features) -> list[commands.Cog]:
    """One cog a feature."""
    client, service, desk = of.client, of.service, of.desk
    return [
        Imagine(client, service, desk),
        Gallery(client, service, desk, of.poster),
        History(client, service, Showing(service, of.contents)),
        Reminders(service, of.tasks),
        Account(service),
        Help(service.catalog),
    ]
