"""At a user's next command: how earlier jobs ended, where no way to them was open at the time."""

import asyncio
from typing import Any, Final

import aiohttp
import discord
import structlog
from discord.ext import commands

from cogs.history.embeds import reminder_embed
from cogs.place import guild_of
from jobs.ports import StoreUnavailable
from jobs.service import JobService
from jobs.tasks import Tasks
from words.speech import Words

_log = structlog.get_logger(__name__)
_LOOKS: Final = (0.5, 1.0, 2.0, 4.0)  # seconds between two looks whether the command has its own answer


class Reminders(commands.Cog):
    """Listens for commands that are done; nothing of it comes before their acknowledgement."""

    def __init__(self, service: JobService, tasks: Tasks) -> None:
        self._service = service
        self._tasks = tasks
        self._reminding: set[int] = set()

    @commands.Cog.listener()
    async def on_app_command_completion(self, interaction: discord.Interaction[Any], _command: object) -> None:
        """Called by discord.py after a command's callback."""
        user_id = interaction.user.id
        if user_id not in self._reminding:
            self._reminding.add(user_id)
            self._tasks.spawn(f"remind {user_id}", self._remind(interaction, guild_of(interaction)))

    async def _remind(self, interaction: discord.Interaction[Any], guild_id: int) -> None:
        """Tell first, then note it: after a kill in between it is told again rather than never."""
        user_id, archive = interaction.user.id, self._service.archive
        try:
            jobs = await archive.untold(guild_id=guild_id, user_id=user_id)
            if jobs and await _is_answered(interaction):
                await interaction.followup.send(
                    embed=reminder_embed(jobs, Words(interaction.locale.value)), ephemeral=True
                )
                await archive.told(jobs)
                _log.info("told at a later command", user=user_id, guild=guild_id, jobs=[job.id for job in jobs])
        except StoreUnavailable as error:
            _log.warning("what was not told could not be looked up", user=user_id, cause=str(error))
        except (discord.HTTPException, aiohttp.ClientError, TimeoutError) as error:
            _log.warning("earlier ends could not be told now either", user=user_id, cause=type(error).__name__)
        finally:
            self._reminding.discard(user_id)


async def _is_answered(interaction: discord.Interaction[Any]) -> bool:
    """Whether the command has its own answer, waiting a few seconds for it.

    Until then a follow-up would become that answer, for everybody to see where it is a public one:
    https://discord.com/developers/docs/interactions/receiving-and-responding#create-followup-message
    """
    try:
        message_id = (await interaction.original_response()).id
        for pause in (*_LOOKS, None):
            if not (await interaction.followup.fetch_message(message_id)).flags.loading:
                return True
            if pause is not None:
                await asyncio.sleep(pause)
    except discord.NotFound:
        return True  # it was taken back, and the answer was a follow-up
    return False
