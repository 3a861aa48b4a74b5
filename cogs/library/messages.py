"""What the commands of a library have in common: how an entry is shown, how trouble is told."""

import io
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, TypedDict

import discord
import structlog
from discord import ui

from cogs.library.answers import STORE_TROUBLE, UNKNOWN, may_approve, may_change, may_see
from cogs.library.buttons import entry_view
from cogs.library.embeds import PREVIEW, entry_embed
from cogs.library.pictures import Previews
from cogs.place import guild_of
from cogs.results.finding import refuse
from jobs.catalog import Catalog
from jobs.library.entry import Entry
from jobs.library.libraries import Libraries
from jobs.library.library import Library
from jobs.ports import StoreUnavailable
from jobs.sentence import Sentence
from jobs.servers.binding import library_rules, make_rules
from jobs.servers.offer import offer
from jobs.servers.rules import LibraryRules
from jobs.servers.servers import Servers
from words.speech import Words

_log = structlog.get_logger(__name__)


class Shown(TypedDict):
    """What an edit of a response takes."""

    embed: discord.Embed
    view: ui.View | None
    attachments: list[discord.File]


@dataclass(frozen=True, kw_only=True)
class Shelves:
    """What every part of `/lora` needs."""

    libraries: Libraries
    servers: Servers
    catalog: Catalog
    previews: Previews

    def here(self, interaction: discord.Interaction[Any]) -> Library:
        """The library of the server where something is typed or pressed."""
        return self.libraries.of(guild_of(interaction))

    def rules(self, interaction: discord.Interaction[Any]) -> LibraryRules:
        """What binds its members."""
        return library_rules(self.servers, guild_of(interaction))

    def offer(self, interaction: discord.Interaction[Any]) -> Catalog:
        """The models that its members may use."""
        return offer(self.catalog, make_rules(self.servers, guild_of(interaction))) or self.catalog

    def find(self, interaction: discord.Interaction[Any], name: str) -> Entry | Sentence:
        """The entry that somebody names, if they may see it here."""
        entry = self.here(interaction).find(name)
        return entry if entry is not None and may_see(interaction, entry, self.rules(interaction)) else UNKNOWN

    async def shown(
        self, interaction: discord.Interaction[Any], entry: Entry, *, note: Sentence | None = None, public: bool = False
    ) -> Shown:
        """An entry with its preview and what can be pressed: by whoever asked, or by whoever sees it."""
        words = Words(interaction.locale.value)
        picture = await self.libraries.preview(entry)
        view = entry_view(
            entry,
            words,
            may_change=not public and may_change(interaction, entry),
            may_decide=public or may_approve(interaction, self.rules(interaction)),
        )
        return Shown(
            embed=entry_embed(entry, self.catalog, words, note=note),
            view=view,
            attachments=[] if picture is None else [discord.File(io.BytesIO(picture), PREVIEW)],
        )


async def guarded(interaction: discord.Interaction[Any], work: Awaitable[None]) -> None:
    """Do it, and tell where the database cannot be used."""
    try:
        await work
    except StoreUnavailable as error:
        _log.info("a library could not be used, the database is away", cause=str(error))
        await refuse(interaction, STORE_TROUBLE)
