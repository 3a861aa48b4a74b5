import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import discord
import pytest
from discord.ext import commands

from sandbox.client import Channel, Interaction, InteractionState, Message, Refused, SandboxClient, User

Bot = commands.AutoShardedBot
Connect = Callable[[Callable[[Bot], None]], AbstractAsyncContextManager[Bot]]


class Panel(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Update", custom_id="update")
    async def update(self, interaction: discord.Interaction, button: discord.ui.Button["Panel"]) -> None:
        button.disabled = True
        await interaction.response.edit_message(content="updated", view=self)

    @discord.ui.button(label="Reply", custom_id="reply")
    async def reply(self, interaction: discord.Interaction, _: discord.ui.Button["Panel"]) -> None:
        await interaction.response.send_message("only you", ephemeral=True)

    @discord.ui.button(label="Later", custom_id="later")
    async def later(self, interaction: discord.Interaction, _: discord.ui.Button["Panel"]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="later")

    @discord.ui.button(label="Ask", custom_id="ask")
    async def ask(self, interaction: discord.Interaction, _: discord.ui.Button["Panel"]) -> None:
        await interaction.response.send_modal(Question())

    @discord.ui.select(
        custom_id="colour",
        max_values=2,
        options=[discord.SelectOption(label=name.title(), value=name) for name in ("red", "green", "blue")],
    )
    async def colour(self, interaction: discord.Interaction, select: discord.ui.Select["Panel"]) -> None:
        await interaction.response.edit_message(content=" and ".join(select.values))


class Question(discord.ui.Modal, title="A question"):
    name: discord.ui.TextInput["Question"] = discord.ui.TextInput(
        label="Name", custom_id="name", min_length=2, max_length=5
    )
    why: discord.ui.Label["Question"] = discord.ui.Label(
        text="Why", component=discord.ui.TextInput(custom_id="why", required=False, default="just so")
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        assert isinstance(self.why.component, discord.ui.TextInput)
        await interaction.response.send_message(f"{self.name.value}: {self.why.component.value}")


class Again(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"again:(?P<job>\d+)"):
    def __init__(self, job: int) -> None:
        super().__init__(discord.ui.Button(label="Again", custom_id=f"again:{job}"))
        self.job = job

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction, __: discord.ui.Item[discord.ui.View], match: re.Match[str]
    ) -> "Again":
        return cls(int(match["job"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"again {self.job}")


def setup(bot: Bot) -> None:
    bot.add_dynamic_items(Again)

    @bot.tree.command(description="Show the panel")
    async def panel(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("panel", view=Panel())

    @bot.tree.command(description="Show a button that outlives the bot")
    async def lasting(interaction: discord.Interaction) -> None:
        view = discord.ui.View(timeout=None)
        view.add_item(Again(42))
        await interaction.response.send_message("lasting", view=view, ephemeral=True)


async def _show(world: SandboxClient, user: User, channel: Channel, name: str = "panel") -> Message:
    done = await world.wait_for_interaction(await world.command(user, channel, name))
    assert done.original_message_id is not None
    return await world.message(done.original_message_id)


async def _settled(world: SandboxClient, sent: Interaction) -> Interaction:
    return await world.wait_for_interaction(sent, lambda now: now.state is InteractionState.ANSWERED)


async def test_a_button_updates_its_message(
    connect: Connect, world: SandboxClient, mara: User, ben: User, art: Channel
) -> None:
    async with connect(setup):
        panel = await _show(world, mara, art)
        assert [button.label for button in panel.buttons] == ["Update", "Reply", "Later", "Ask"]
        done = await _settled(world, await world.press(ben, panel, "update"))
        assert (done.callback_type, done.original_message_id) == (7, panel.id)
        panel = await world.message(panel)
        assert (panel.content, panel.buttons[0].disabled) == ("updated", True)
        with pytest.raises(Refused, match="disabled"):
            await world.press(mara, panel, "update")


async def test_a_deferred_update_edits_the_message_of_the_button(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    async with connect(setup):
        panel = await _show(world, mara, art)
        await _settled(world, await world.press(mara, panel, label="Later"))
        assert [message.content for message in await world.messages(art)] == ["later"]


async def test_a_button_may_answer_privately_below_a_public_message(
    connect: Connect, world: SandboxClient, mara: User, ben: User, art: Channel
) -> None:
    async with connect(setup):
        panel = await _show(world, mara, art)
        await _settled(world, await world.press(ben, panel, "reply"))
        assert [message.content for message in await world.messages(art, ben)] == ["panel", "only you"]
        assert [message.content for message in await world.messages(art, mara)] == ["panel"]
        answer = (await world.messages(art, ben))[1]
        assert answer.raw["message_reference"]["message_id"] == str(panel.id)
        assert answer.raw["interaction_metadata"]["interacted_message_id"] == str(panel.id)


async def test_a_select_offers_what_it_offers(connect: Connect, world: SandboxClient, mara: User, art: Channel) -> None:
    async with connect(setup):
        panel = await _show(world, mara, art)
        with pytest.raises(Refused, match="does not offer pink"):
            await world.select(mara, panel, "colour", ["pink"])
        with pytest.raises(Refused, match="does not take 3 values"):
            await world.select(mara, panel, "colour", ["red", "green", "blue"])
        await _settled(world, await world.select(mara, panel, "colour", ["Red", "blue"]))
        assert (await world.message(panel)).content == "red and blue"


async def test_a_modal_is_filled_in_and_answered(
    connect: Connect, world: SandboxClient, mara: User, ben: User, art: Channel
) -> None:
    async with connect(setup):
        panel = await _show(world, mara, art)
        asked = await _settled(world, await world.press(mara, panel, "ask"))
        assert asked.modal is not None
        assert asked.modal["title"] == "A question"
        with pytest.raises(Refused, match="name is required"):
            await world.submit_modal(mara, asked, {})
        with pytest.raises(Refused, match="2 to 5 characters"):
            await world.submit_modal(mara, asked, {"name": "Maximilian"})
        with pytest.raises(Refused, match="no modal is open"):
            await world.submit_modal(ben, asked, {"name": "Ben"})
        await _settled(world, await world.submit_modal(mara, asked, {"name": "Mara"}))
        assert (await world.messages(art))[-1].content == "Mara: just so"


async def test_a_button_outlives_its_bot_and_is_for_those_who_see_it(
    connect: Connect, world: SandboxClient, mara: User, ben: User, art: Channel
) -> None:
    async with connect(setup):
        lasting = await _show(world, mara, art, "lasting")
    async with connect(setup):
        with pytest.raises(Refused, match="does not see"):
            await world.press(ben, lasting, "again:42")
        await _settled(world, await world.press(mara, lasting, "again:42"))
        assert (await world.messages(art, mara))[-1].content == "again 42"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ([{"type": 2, "style": 1, "label": "x" * 81, "custom_id": "a"}], "BASE_TYPE_MAX_LENGTH"),
        ([{"type": 2, "style": 1, "label": "x", "custom_id": "a" * 101}], "BASE_TYPE_BAD_LENGTH"),
        ([{"type": 2, "style": 1, "custom_id": "a"}], "BUTTON_COMPONENT_INVALID"),
        ([{"type": 2, "style": 9, "label": "x", "custom_id": "a"}], "BASE_TYPE_CHOICES"),
        ([{"type": 2, "style": 5, "label": "x", "url": "ftp://x"}], "URL_TYPE_INVALID_SCHEME"),
        (
            [{"type": 2, "style": 1, "label": "x", "custom_id": "same"} for _ in range(2)],
            "COMPONENT_CUSTOM_ID_DUPLICATED",
        ),
        (
            [{"type": 2, "style": 1, "label": "x", "custom_id": str(each)} for each in range(6)],
            "BASE_TYPE_BAD_LENGTH",
        ),
        ([{"type": 3, "custom_id": "a", "options": []}], "BASE_TYPE_BAD_LENGTH"),
        ([{"type": 99}], "BASE_TYPE_CHOICES"),
    ],
)
async def test_faulty_components_are_refused(
    row: list[object], fault: str, connect: Connect, world: SandboxClient, art: Channel
) -> None:
    def nothing(_: Bot) -> None: ...

    async with connect(nothing) as bot:
        route = discord.http.Route("POST", "/channels/{channel_id}/messages", channel_id=art.id)
        with pytest.raises(discord.HTTPException) as refused:
            await bot.http.request(route, json={"content": "x", "components": [{"type": 1, "components": row}]})
        assert (refused.value.status, refused.value.code) == (400, 50035)
        assert await world.messages(art) == []
        (sent,) = [each for each in await world.requests() if each.operation == "create_message"]
        assert (sent.status, sent.error_code) == (400, 50035)
    assert fault in str(refused.value._errors)
