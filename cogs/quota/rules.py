"""`/admin quota set`, `exempt` and `unexempt`: how much everybody and each role may make, and whom nothing binds."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, assert_never

import discord
import structlog

from cogs.embeds import DONE, sentence_embed
from cogs.place import guild_of
from cogs.quota.listing import rules_line
from cogs.quota.replying import Said
from jobs.sentence import Sentence, say
from jobs.servers.allowance import idle
from jobs.servers.noted import exempt_text, windows_text
from jobs.servers.quotas import MOST_EXEMPT, with_exemption, with_limits
from jobs.servers.records import Change
from jobs.servers.rules import QuotaRules, ServerRules, Window, Windows
from jobs.servers.servers import Servers
from jobs.servers.typed import read_limit
from words.speech import Words

_log = structlog.get_logger(__name__)
Mentioned = discord.Member | discord.User | discord.Role
NOTHING_SAID: Final = say("Say at least one of `hour`, `day` and `month`. Nothing was changed.")
NOT_EVERYBODY: Final = say(
    "Everybody cannot be exempt. Say how much everybody may make with `/admin quota set`. Nothing was changed."
)
NOT_A_MEMBER: Final = say("Whoever you chose is not in this server: choose one of its members. Nothing was changed.")
A_BOT: Final = say("Bots order no images: choose a person. Nothing was changed.")
TOO_MANY_EXEMPT: Final = say(
    "At most {most} members can be exempt one by one: give them a role and exempt that. Nothing was changed.",
    most=MOST_EXEMPT,
)


class Rules:
    """Acts on the server where it is typed; `day` is what counts where a server says nothing of the day."""

    def __init__(self, servers: Servers, *, day: int) -> None:
        self._servers = servers
        self._day = day

    async def set(
        self,
        interaction: discord.Interaction[Any],
        words: Words,
        typed: Mapping[Window, str | None],
        role: discord.Role | None,
    ) -> Said:
        """Say how many images everybody, or a role, may make in some of the windows."""
        limits: dict[Window, int | None] = {}
        for window, text in typed.items():
            if text is None:
                continue
            limit = read_limit(text, window)
            if isinstance(limit, Sentence):
                return limit
            limits[window] = limit
        if not limits:
            return NOTHING_SAID
        guild_id, by = guild_of(interaction), interaction.user.id
        role_id = None if role is None or role.is_default() else role.id

        def entry(now: ServerRules) -> Change:
            return Change(
                guild_id=guild_id,
                actor_id=by,
                action="quota.set",
                target="" if role_id is None else f"<@&{role_id}>",
                before=windows_text(_said(now.quota, role_id)),
                after=windows_text(_said(with_limits(now.quota, limits, role=role_id), role_id)),
            )

        rules = await self._servers.change(
            guild_id,
            lambda now: replace(now, quota=with_limits(now.quota, limits, role=role_id)),
            entry=entry,
        )
        _log.info("a quota was set", guild=guild_id, by=by, role=role_id)
        lines = [rules_line(rules.quota, words, day=self._day, role=role_id)]
        if role_id is not None:
            lines += [f"-# {words(_idle(window))}" for window in idle(rules.quota, role_id, day=self._day)]
        title = say("What holds from now on")
        return discord.Embed(title=words(title), description="\n".join(lines), colour=DONE)

    async def exempt(
        self, interaction: discord.Interaction[Any], words: Words, who: Mentioned, *, exempt: bool
    ) -> Said:
        """Free a member or a role from every window, or let the windows count for them again."""
        guild_id, by, is_role = guild_of(interaction), interaction.user.id, isinstance(who, discord.Role)
        refusal = _not_exemptible(who) if exempt else None
        if refusal is not None:
            return refusal
        if exempt and not is_role and self._is_full(guild_id, who.id):
            return TOO_MANY_EXEMPT
        changed = False

        def change(now: ServerRules) -> ServerRules:
            nonlocal changed
            quota = with_exemption(now.quota, who.id, is_role=is_role, exempt=exempt)
            changed = quota != now.quota
            return replace(now, quota=quota)

        def entry(now: ServerRules) -> Change:
            former = now.quota.exempt_roles if is_role else now.quota.exempt_users
            return Change(
                guild_id=guild_id,
                actor_id=by,
                action="quota.exempt" if exempt else "quota.unexempt",
                target=who.mention if is_role else f"{who.id}",
                before=exempt_text(who.id, former),
                after="exempt" if exempt else "",
            )

        await self._servers.change(guild_id, change, entry=entry)
        if not changed:
            return (
                say("{who} is exempt already.", who=who.mention)
                if exempt
                else say("{who} is not exempt.", who=who.mention)
            )
        _log.info("an exemption was changed", guild=guild_id, by=by, exempt=exempt, role=is_role)
        if exempt:
            said = say("No limit of this server's quota counts for {who} from now on.", who=who.mention)
        else:
            said = say("This server's quota counts for {who} again.", who=who.mention)
        return sentence_embed(said, words, colour=DONE)

    def _is_full(self, guild_id: int, user_id: int) -> bool:
        exempt = self._servers.of(guild_id).quota.exempt_users
        return user_id not in exempt and len(exempt) >= MOST_EXEMPT


def not_a_customer(user: discord.Member | discord.User) -> Sentence | None:
    """Why nothing can be given to somebody: a bot, or no member of the server."""
    if user.bot:
        return A_BOT
    return None if isinstance(user, discord.Member) else NOT_A_MEMBER


def _not_exemptible(who: Mentioned) -> Sentence | None:
    if isinstance(who, discord.Role):
        return NOT_EVERYBODY if who.is_default() else None
    return not_a_customer(who)


def _said(quota: QuotaRules, role_id: int | None) -> Windows:
    return quota.windows if role_id is None else quota.roles.get(role_id, Windows())


def _idle(window: Window) -> Sentence:
    match window:
        case Window.HOUR:
            return say("Everybody may make at least as many an hour already: that part changes nothing.")
        case Window.DAY:
            return say("Everybody may make at least as many a day already: that part changes nothing.")
        case Window.MONTH:
            return say("Everybody may make at least as many a month already: that part changes nothing.")
        case _:
            assert_never(window)
