import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import discord
import pytest
from discord import app_commands
from discord.ext import commands

from sandbox.client import Channel, InteractionState, Refused, SandboxClient, User

Bot = commands.AutoShardedBot
Connect = Callable[[Callable[[Bot], None]], AbstractAsyncContextManager[Bot]]


class Collected:
    """The interactions that the bot has got."""

    def __init__(self) -> None:
        self._found: asyncio.Queue[discord.Interaction] = asyncio.Queue()

    async def next(self) -> discord.Interaction:
        """Return the next one, once it is there."""
        return await self._found.get()

    def setup(self, bot: Bot) -> None:
        """Give the bot a command that keeps its interactions."""

        @bot.tree.command(description="Keep")
        async def keep(interaction: discord.Interaction) -> None:
            await interaction.response.defer()
            self._found.put_nowait(interaction)

        @bot.tree.command(description="Only for adults", nsfw=True)
        async def adult(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("adult")

        @bot.tree.command(description="Only in direct messages")
        @app_commands.allowed_contexts(dms=True, guilds=False)
        async def alone(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("alone")

        @bot.tree.command(description="Never answered")
        async def never(interaction: discord.Interaction) -> None:
            self._found.put_nowait(interaction)


async def _raw(bot: Bot, method: str, path: str, body: Any = None) -> Any:
    return await bot.http.request(discord.http.Route(method, path), json=body)


async def test_an_interactions_webhook_knows_only_its_own_messages(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    kept = Collected()
    async with connect(kept.setup) as bot:
        first = await world.wait_for_interaction(await world.command(mara, art, "keep"))
        await world.wait_for_interaction(await world.command(mara, art, "keep"))
        await kept.next()
        second = await kept.next()
        path = f"/webhooks/{bot.application_id}/{second.token}/messages"
        with pytest.raises(discord.NotFound) as other:
            await _raw(bot, "GET", f"{path}/{first.original_message_id}")
        await second.delete_original_response()
        with pytest.raises(discord.NotFound) as deleted:
            await _raw(bot, "GET", f"{path}/@original")
        with pytest.raises(discord.HTTPException) as unknown:
            await _raw(bot, "GET", f"/webhooks/{bot.application_id}/nonsense/messages/@original")
    assert (other.value.code, deleted.value.code, unknown.value.code) == (10008, 10008, 50027)


async def test_before_the_acknowledgement_there_is_no_webhook(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    kept = Collected()
    async with connect(kept.setup) as bot:
        await world.command(mara, art, "never")
        told = await kept.next()
        with pytest.raises(discord.NotFound) as early:
            await told.followup.send("early")
        with pytest.raises(discord.NotFound) as wrong_token:
            await _raw(bot, "POST", f"/interactions/{told.id}/wrong/callback", {"type": 5})
        await told.response.send_message("in time")
    assert (early.value.code, wrong_token.value.code) == (10015, 10062)


@pytest.mark.parametrize("kind", [6, 7, 8, 99, "4"])
async def test_a_command_takes_no_other_kinds_of_answers(
    kind: object, connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    kept = Collected()
    async with connect(kept.setup) as bot:
        sent = await world.command(mara, art, "never")
        told = await kept.next()
        path = f"/interactions/{sent.id}/{told.token}/callback"
        with pytest.raises(discord.HTTPException) as refused:
            await _raw(bot, "POST", path, {"type": kind, "data": {"content": "x"}})
        assert refused.value.code == 50035
        await _raw(bot, "POST", path, {"type": 9, "data": _modal()})
        asked = await world.interaction(sent)
        filled = await world.submit_modal(mara, asked, {"why": "so"})
        assert filled.state is InteractionState.PENDING


def _modal() -> dict[str, object]:
    field = {"type": 4, "custom_id": "why", "style": 1, "label": "Why"}
    return {"title": "T", "custom_id": "m", "components": [{"type": 1, "components": [field]}]}


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": "x" * 46},
        {"custom_id": ""},
        {"components": []},
        {"components": [{"type": 1, "components": [{"type": 2}]}]},
        {"components": [{"type": 1, "components": [{"type": 4, "custom_id": "a", "style": 1}]}]},
        {"components": [{"type": 4}]},
    ],
)
async def test_a_faulty_modal_is_refused(
    change: dict[str, object], connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    kept = Collected()
    async with connect(kept.setup) as bot:
        sent = await world.command(mara, art, "never")
        told = await kept.next()
        path = f"/interactions/{sent.id}/{told.token}/callback"
        with pytest.raises(discord.HTTPException) as refused:
            await _raw(bot, "POST", path, {"type": 9, "data": {**_modal(), **change}})
        assert refused.value.code == 50035
        assert (await world.interaction(sent)).state is InteractionState.PENDING


async def test_commands_are_offered_only_where_they_belong(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    async with connect(Collected().setup):
        dark, dm = await world.channel("art-after-dark"), await world.dm(mara)
        with pytest.raises(Refused, match="age-restricted"):
            await world.command(mara, art, "adult")
        with pytest.raises(Refused, match="not offered in this kind of channel"):
            await world.command(mara, art, "alone")
        await world.wait_for_interaction(await world.command(mara, dark, "adult"))
        await world.wait_for_interaction(await world.command(mara, dm, "alone"))
        await world.set_permissions(art, user=mara, deny=["use_application_commands"])
        with pytest.raises(Refused, match="may not use commands"):
            await world.command(mara, art, "keep")
        await world.set_permissions(art, user=mara, deny=["view_channel"])
        with pytest.raises(Refused, match="does not see"):
            await world.command(mara, art, "keep")
        await world.kick(await world.guild(), await world.bot())
        with pytest.raises(Refused, match="not in this server"):
            await world.command(mara, dark, "keep")


async def test_a_slow_network_delays_the_acknowledgement(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    async with connect(Collected().setup):
        await world.set_discord(latency_ms=40)
        done = await world.wait_for_interaction(await world.command(mara, art, "keep"))
        assert done.acknowledged_after_ms is not None
        assert done.acknowledged_after_ms >= 40
        await world.set_discord(ack_seconds=0)
        lost = await world.wait_for_interaction(await world.command(mara, art, "never"))
        assert lost.state is InteractionState.FAILED


async def test_deleting_an_answer_is_seen_on_its_interaction(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    async with connect(Collected().setup):
        done = await world.wait_for_interaction(await world.command(mara, art, "keep"))
        (message,) = await world.messages(art)
        await world.delete_message(await world.user("Olga"), message)
        assert (await world.interaction(done)).state is InteractionState.DELETED


async def test_a_modal_that_a_command_showed_has_no_message_to_update(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    kept = Collected()
    async with connect(kept.setup) as bot:
        sent = await world.command(mara, art, "never")
        await (await kept.next()).response.send_modal(discord.ui.Modal(title="T").add_item(Field()))
        asked = await world.wait_for_interaction(sent)
        filled = asyncio.ensure_future(bot.wait_for("interaction"))
        await asyncio.sleep(0)  # lets the task begin to listen
        await world.submit_modal(mara, asked, {"why": "so"})
        with pytest.raises(discord.HTTPException) as refused:
            await (await filled).response.edit_message(content="x")
        assert refused.value.code == 50035


class Field(discord.ui.TextInput[discord.ui.Modal]):
    def __init__(self) -> None:
        super().__init__(label="Why", custom_id="why")
