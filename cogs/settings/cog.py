"""`/settings`: one's own defaults, or a server's, on one panel; each change shows at once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import discord
import structlog
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from cogs.admin.rights import is_admin
from cogs.embeds import faults_embed
from cogs.forms import Forms, show_form
from cogs.place import everywhere, guild_of
from cogs.results.buttons import dynamic_button
from cogs.results.finding import refuse
from cogs.settings.items import dynamic_select
from cogs.settings.numbers import FORM, numbers_form, read_numbers
from cogs.settings.panel import (
    CHOOSE,
    NOTHING,
    NUMBERED,
    PRESS,
    Act,
    Panel,
    panel_embed,
    panel_view,
    read_mark,
)
from jobs.catalog import Catalog, Model
from jobs.model import DIRECT
from jobs.parameters import Option
from jobs.ports import StoreUnavailable
from jobs.presets import Defaults, Owner, OwnerKind
from jobs.sentence import Sentence, say
from jobs.servers.binding import make_rules
from jobs.servers.offer import offer
from jobs.servers.servers import Servers
from jobs.service import JobService
from jobs.shelf import Shelf
from words.speech import Words

_log = structlog.get_logger(__name__)
_REFERENCE: Final = r"[us]:[a-z_]{1,20}"
_NEXT: Final[Mapping[bool | None, bool | None]] = {None: True, True: False, False: None}
NOT_A_MANAGER: Final = say(
    "Only members with **Manage Server** change this server's defaults. Your own are in `/settings`."
)
NO_SERVER: Final = say("There is no server here: use this in a server, or `/settings` for your own defaults.")
STORE_TROUBLE: Final = say(
    "The bot's database cannot be used right now. Nothing was changed. Please try again in a minute."
)


class Settings(commands.Cog):
    """What counts where nothing is typed."""

    def __init__(self, bot: commands.AutoShardedBot, shelf: Shelf, service: JobService, servers: Servers) -> None:
        self._bot = bot
        self._shelf = shelf
        self._servers = servers
        self._catalog = service.catalog
        self._forms = Forms({FORM: self.numbers_typed})
        self._items = (
            dynamic_select(CHOOSE, self.choose, reference=_REFERENCE),
            dynamic_button(PRESS, self.press, reference=_REFERENCE),
        )

    async def cog_load(self) -> None:
        """Answer the panels from now on."""
        self._bot.add_dynamic_items(*self._items)

    async def cog_unload(self) -> None:
        """Answer them no more."""
        self._bot.remove_dynamic_items(*self._items)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Called by discord.py with everything; the form is answered here."""
        await self._forms.listen(interaction)

    @app_commands.command(
        name="settings", description=locale_str("Your defaults: what counts when you do not type an option")
    )
    @app_commands.describe(server=locale_str("Change this server's defaults instead; needs Manage Server"))
    @everywhere
    async def settings(self, interaction: discord.Interaction[Any], server: bool | None = None) -> None:
        """Show the panel, to oneself."""
        owner = _owner(interaction, OwnerKind.SERVER if server else OwnerKind.USER)
        if isinstance(owner, Sentence):
            await refuse(interaction, owner)
            return
        panel, words = self._panel(interaction, owner), Words(interaction.locale.value)
        embed, view = panel_embed(panel, words), panel_view(panel, words)
        await interaction.response.send_message(embed=embed, view=view, ephemeral=True)

    async def choose(self, interaction: discord.Interaction[Any], reference: str, values: Sequence[str]) -> None:
        """A select: decide one option, or leave it undecided."""
        kind, what = read_mark(reference)
        owner, option, value = _owner(interaction, kind), Option(what), values[0]
        if isinstance(owner, Sentence):
            await refuse(interaction, owner)
        elif value == NOTHING:
            await self._change(interaction, owner, lambda: self._shelf.decide(owner, {}, undecided=[option]))
        elif value in self._panel(interaction, owner).choices(option):
            await self._change(interaction, owner, lambda: self._shelf.decide(owner, {option: value}))
        else:  # an old panel that offers what is no longer there
            await self._change(interaction, owner, None)

    async def press(self, interaction: discord.Interaction[Any], reference: str) -> None:
        """A button: on, off or not set; the form for numbers; everything back."""
        kind, what = read_mark(reference)
        owner = _owner(interaction, kind)
        if isinstance(owner, Sentence):
            await refuse(interaction, owner)
            return
        now = self._shelf.defaults(owner)
        match what:
            case Act.NUMBERS:
                form = numbers_form(reference[0], self._numbered(), now.options, Words(interaction.locale.value))
                await show_form(interaction, form)
            case Act.RESET:
                await self._change(interaction, owner, lambda: self._shelf.reset(owner))
            case Act.METADATA:
                written = _NEXT[now.metadata]
                await self._change(interaction, owner, lambda: self._shelf.decide_metadata(owner, written=written))
            case _:
                option = Option(what)
                before = now.options.get(option)
                after = _NEXT[None if before is None else bool(before)]
                decided = {} if after is None else {option: after}
                await self._change(interaction, owner, lambda: self._shelf.decide(owner, decided, undecided=[option]))

    async def numbers_typed(self, interaction: discord.Interaction[Any], mark: str, typed: Mapping[str, str]) -> None:
        """The form came back: all of it is taken, or what is wrong is told."""
        owner = _owner(interaction, read_mark(mark)[0])
        if isinstance(owner, Sentence):
            await refuse(interaction, owner)
            return
        options = self._numbered()
        read = read_numbers(typed, options, self._offered(interaction, owner), self._model(interaction, owner))
        if isinstance(read, list):
            embed = faults_embed(read, Words(interaction.locale.value))
            await interaction.response.send_message(embed=embed, ephemeral=True)
            return
        await self._change(interaction, owner, lambda: self._shelf.decide(owner, read, undecided=options))

    async def _change(
        self, interaction: discord.Interaction[Any], owner: Owner, write: Callable[[], Awaitable[Defaults]] | None
    ) -> None:
        """Acknowledge, write, and show the panel as it is then."""
        await interaction.response.defer()
        if write is not None:
            try:
                await write()
            except StoreUnavailable as error:
                _log.info("defaults could not be changed, the database cannot be used", cause=str(error))
                await refuse(interaction, STORE_TROUBLE)
                return
            _log.info("defaults were changed", by=interaction.user.id, owner=owner.kind.value, id=owner.id)
        panel, words = self._panel(interaction, owner), Words(interaction.locale.value)
        await interaction.edit_original_response(embed=panel_embed(panel, words), view=panel_view(panel, words))

    def _panel(self, interaction: discord.Interaction[Any], owner: Owner) -> Panel:
        guild_id = guild_of(interaction)
        under = owner.kind is OwnerKind.USER and guild_id != DIRECT
        return Panel(
            kind=owner.kind,
            defaults=self._shelf.defaults(owner),
            servers=self._shelf.defaults(Owner.server(guild_id)) if under else None,
            catalog=self._offered(interaction, owner),
            models=make_rules(self._servers, guild_id).models,
        )

    def _offered(self, interaction: discord.Interaction[Any], owner: Owner) -> Catalog:
        """What a server's defaults are chosen from: what is allowed there. One's own follow one into other servers."""
        if owner.kind is OwnerKind.USER:
            return self._catalog
        return offer(self._catalog, make_rules(self._servers, guild_of(interaction))) or self._catalog

    def _numbered(self) -> tuple[Option, ...]:
        return tuple(option for option in NUMBERED if any(model.find(option) for model in self._catalog.models))

    def _model(self, interaction: discord.Interaction[Any], owner: Owner) -> Model:
        """The model that the owner's defaults lead to."""
        catalog = self._offered(interaction, owner)
        completed = self._shelf.complete(
            {},
            user_id=owner.id if owner.kind is OwnerKind.USER else 0,
            guild_id=guild_of(interaction),
            catalog=catalog,
            unsafe_allowed=False,
        )
        key = completed.merged.chosen.get(Option.MODEL) if completed is not None else None
        return catalog.get(str(key)) or catalog.default


def _owner(interaction: discord.Interaction[Any], kind: OwnerKind) -> Owner | Sentence:
    """Whose defaults are changed, or why they may not be."""
    if kind is OwnerKind.USER:
        return Owner.user(interaction.user.id)
    if guild_of(interaction) == DIRECT:
        return NO_SERVER
    return Owner.server(guild_of(interaction)) if is_admin(interaction) else NOT_A_MANAGER
