"""`/lora settings`: the library's rules, shown to everybody and changed by admins."""

from dataclasses import replace
from typing import Any

import discord

from cogs.admin.rights import is_admin
from cogs.library.answers import NO_SERVER, NOT_A_MANAGER, NOT_EVERYONE
from cogs.library.embeds import rules_embed
from cogs.library.messages import Shelves
from cogs.place import guild_of
from cogs.results.finding import refuse
from jobs.library.noted import library_text
from jobs.model import DIRECT
from jobs.servers.records import Change
from jobs.servers.rules import LibraryRules, ServerRules, Who
from words.speech import Words


class Ruling:
    """Shows the rules, changed where something was said."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    async def settings(
        self,
        interaction: discord.Interaction[Any],
        *,
        approval: bool | None,
        raw_sources: Who | None,
        add_approver: discord.Role | None,
        remove_approver: discord.Role | None,
    ) -> None:
        """What was left out stays as it is."""
        guild_id, words = guild_of(interaction), Words(interaction.locale.value)
        if guild_id == DIRECT:
            await refuse(interaction, NO_SERVER)
            return
        if all(said is None for said in (approval, raw_sources, add_approver, remove_approver)):
            embed = rules_embed(self._shelves.rules(interaction), words, may_change=is_admin(interaction))
            await interaction.response.send_message(embed=embed, ephemeral=True)
            return
        if not is_admin(interaction):
            await refuse(interaction, NOT_A_MANAGER)
            return
        if add_approver is not None and add_approver.is_default():
            await refuse(interaction, NOT_EVERYONE)
            return

        def change(rules: ServerRules) -> ServerRules:
            now = rules.library
            added = {add_approver.id} if add_approver is not None else set()
            removed = {remove_approver.id} if remove_approver is not None else set()
            library = LibraryRules(
                approval=now.approval if approval is None else approval,
                raw_sources=raw_sources or now.raw_sources,
                approvers=(now.approvers | added) - removed,
            )
            return replace(rules, library=library)

        def entry(rules: ServerRules) -> Change:
            return Change(
                guild_id=guild_id,
                actor_id=interaction.user.id,
                action="library.set",
                before=library_text(rules.library),
                after=library_text(change(rules).library),
            )

        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._shelves.servers.change(guild_id, change, entry=entry)
        await interaction.edit_original_response(
            embed=rules_embed(self._shelves.rules(interaction), words, may_change=True)
        )
