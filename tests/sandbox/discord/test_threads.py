import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any

import aiohttp
import discord
import pytest
from discord.ext import commands

from sandbox import Sandbox
from sandbox.client import Channel, InteractionState, Refused, SandboxClient, SandboxError, User

Bot = commands.AutoShardedBot
Connect = Callable[[Callable[[Bot], None]], AbstractAsyncContextManager[Bot]]


@pytest.fixture
async def thread(world: SandboxClient, art: Channel, mara: User) -> Channel:
    """A thread that Mara began in the channel."""
    return await world.add_thread(art, "foxes", mara)


def no_commands(_: Bot) -> None:
    """Leave the bot as it is."""


class Slow:
    """A command that answers in two steps, the second when it is let."""

    def __init__(self) -> None:
        self.go_on, self.seen = asyncio.Event(), asyncio.Queue[discord.Interaction]()
        self.outcome: asyncio.Queue[discord.HTTPException | None] = asyncio.Queue()

    def __call__(self, bot: Bot) -> None:
        @bot.tree.command(description="Draw")
        async def draw(interaction: discord.Interaction, hidden: bool = False) -> None:
            self.seen.put_nowait(interaction)
            try:
                await interaction.response.defer(ephemeral=hidden)
                await self.go_on.wait()
                await interaction.edit_original_response(content="drawn")
            except discord.HTTPException as error:
                self.outcome.put_nowait(error)
            else:
                self.outcome.put_nowait(None)


async def test_a_bot_hears_of_threads_that_come_change_and_go(
    connect: Connect, world: SandboxClient, art: Channel, mara: User
) -> None:
    """As in a client: archived ones are not in its list, and a new start brings the active ones."""
    heard: asyncio.Queue[str] = asyncio.Queue()

    def listen(bot: Bot) -> None:
        for name in ("on_thread_create", "on_thread_update", "on_thread_delete"):
            bot.add_listener(_teller(heard, name), name)

    async with connect(listen) as bot:
        made = await world.add_thread(art, "foxes", mara)
        assert await heard.get() == "on_thread_create"
        found = bot.guilds[0].get_thread(made.id)
        assert found is not None
        assert (found.name, found.parent_id, found.owner_id) == ("foxes", art.id, mara.id)
        assert (await world.set_thread(made, archived=True)).archived
        assert await heard.get() == "on_thread_update"
        assert bot.guilds[0].get_thread(made.id) is None
        fetched = await bot.fetch_channel(made.id)
        assert isinstance(fetched, discord.Thread)
        assert fetched.archived
        assert not fetched.locked
        await world.set_thread(made, archived=False, locked=True)
        await world.remove_channel(made)
        assert await heard.get() == "on_thread_delete"
        with pytest.raises(discord.NotFound) as gone:
            await fetched.send("anybody here?")
        assert gone.value.code == 10003
        await world.add_thread(art, "owls", mara)
        await world.set_thread(await world.add_thread(art, "bats", mara), archived=True)
    async with connect(no_commands) as bot:
        assert [each.name for each in bot.guilds[0].threads] == ["owls"]
        assert [each.name for each in bot.guilds[0].text_channels] == ["art", "art-after-dark"]


def _teller(heard: asyncio.Queue[str], name: str) -> Callable[..., Coroutine[Any, Any, None]]:
    async def tell(*_: object) -> None:
        heard.put_nowait(name)

    return tell


async def test_a_message_into_an_archived_thread_opens_it(
    connect: Connect, world: SandboxClient, thread: Channel, ben: User
) -> None:
    """Whoever sends it; an edit does not, it is refused."""
    async with connect(no_commands) as bot:
        await world.set_thread(thread, archived=True)
        place = bot.get_partial_messageable(thread.id)
        message = await place.send("hello")
        assert not (await world.channel("foxes")).archived
        await world.set_thread(thread, archived=True)
        with pytest.raises(discord.HTTPException) as refused:
            await message.edit(content="hello again")
        assert (refused.value.status, refused.value.code) == (400, 50083)
        await message.delete()
        assert (await world.channel("foxes")).archived
        await world.say(ben, thread, "hi")
        assert not (await world.channel("foxes")).archived


@pytest.mark.parametrize(("archived", "code"), [(False, 160005), (True, 50083)])
async def test_a_locked_thread_is_for_those_who_manage_threads(
    archived: bool, code: int, connect: Connect, world: SandboxClient, art: Channel, thread: Channel, ben: User
) -> None:
    """Nobody else writes, edits or deletes there."""
    async with connect(no_commands) as bot:
        place = bot.get_partial_messageable(thread.id)
        message = await place.send("hello")
        await world.set_thread(thread, locked=True, archived=archived)
        for attempt in (place.send("hello"), message.edit(content="hi"), message.delete()):
            with pytest.raises(discord.Forbidden) as refused:
                await attempt
            assert refused.value.code == code
        with pytest.raises(Refused, match="may not write here"):
            await world.say(ben, thread, "hi")
        await world.set_permissions(art, allow=["manage_threads"])
        await place.send("hello")
        assert not (await world.channel("foxes")).archived
        await message.delete()


async def test_permissions_in_a_thread_are_its_channels_with_a_bit_of_its_own_for_sending(
    connect: Connect, world: SandboxClient, art: Channel, thread: Channel, mara: User
) -> None:
    """`app_permissions` too."""
    slow = Slow()
    async with connect(slow) as bot:
        place = bot.get_partial_messageable(thread.id)
        await world.set_permissions(art, deny=["send_messages"])
        await place.send("hello")
        await world.command(mara, thread, "draw")
        interaction = await slow.seen.get()
        assert isinstance(interaction.channel, discord.Thread)
        assert interaction.channel.parent_id == art.id
        assert not interaction.app_permissions.send_messages
        assert interaction.app_permissions.send_messages_in_threads
        assert interaction.app_permissions.attach_files
        await world.set_permissions(art, deny=["send_messages_in_threads"])
        with pytest.raises(discord.Forbidden) as refused:
            await place.send("hello")
        assert refused.value.code == 50013
        await world.command(mara, thread, "draw")
        interaction = await slow.seen.get()
        assert not interaction.app_permissions.send_messages_in_threads
        assert not interaction.app_permissions.attach_files
        slow.go_on.set()
        assert [await slow.outcome.get() for _ in range(2)] == [None, None]


@pytest.mark.parametrize(("locked", "status"), [(False, 400), (True, 403)])
async def test_an_answer_in_a_thread_that_was_closed_meanwhile_cannot_be_edited(
    locked: bool, status: int, connect: Connect, world: SandboxClient, thread: Channel, mara: User
) -> None:
    """Unless nobody but its reader sees it."""
    slow = Slow()
    async with connect(slow):
        sent = [await world.command(mara, thread, "draw", {"hidden": hidden}) for hidden in (False, True)]
        for interaction in sent:
            await world.wait_for_interaction(interaction)
        await world.set_thread(thread, archived=True, locked=locked)
        slow.go_on.set()
        outcomes = [await slow.outcome.get() for _ in range(2)]
    (error,) = [each for each in outcomes if each is not None]
    assert (error.status, error.code) == (status, 50083)
    seen = await world.messages(thread, mara)
    assert sorted(message.content for message in seen) == ["", "drawn"]


async def test_a_command_in_a_locked_thread_reaches_the_bot_which_cannot_answer(
    connect: Connect, world: SandboxClient, thread: Channel, mara: User
) -> None:
    """https://github.com/discord/discord-api-docs/issues/5517."""
    slow = Slow()
    async with connect(slow):
        await world.set_thread(thread, archived=True, locked=True)
        sent = await world.command(mara, thread, "draw")
        error = await slow.outcome.get()
        assert isinstance(error, discord.Forbidden)
        assert error.code == 50083
        await world.set_thread(thread, locked=False)
        slow.go_on.set()
        again = await world.command(mara, thread, "draw")
        assert await slow.outcome.get() is None
        assert not (await world.channel("foxes")).archived
        assert (await world.interaction(sent)).state is InteractionState.PENDING
        assert (await world.interaction(again)).state is InteractionState.ANSWERED


async def test_a_thread_goes_with_its_channel(sandbox: Sandbox, world: SandboxClient, art: Channel, mara: User) -> None:
    """Nothing is left that anybody could write into."""
    thread = await world.add_thread(art, "foxes", mara)
    await world.remove_channel(art)
    headers = {"Authorization": "Bot sandbox-token"}
    url = f"{sandbox.discord_api_url}/channels/{thread.id}"
    async with aiohttp.ClientSession(headers=headers) as http, http.get(url) as answer:
        assert (answer.status, (await answer.json())["code"]) == (404, 10003)


async def test_a_thread_is_as_age_restricted_as_its_channel(world: SandboxClient, dark: Channel, mara: User) -> None:
    """It has no mark of its own."""
    thread = await world.add_thread(dark, "night foxes", mara)
    assert (thread.nsfw, thread.parent_id) == (True, dark.id)
    with pytest.raises(SandboxError, match="as age-restricted as its channel"):
        await world.set_nsfw(thread, nsfw=False)


@pytest.mark.parametrize("what", ["channel", "thread"])
async def test_what_makes_no_sense_is_refused(
    what: str, world: SandboxClient, art: Channel, thread: Channel, mara: User
) -> None:
    """A channel is not archived, a thread has no threads."""
    with pytest.raises(SandboxError, match="only a"):
        await (world.set_thread(art, archived=True) if what == "channel" else world.add_thread(thread, "x", mara))
