"""Selects of users, roles and channels, and what else a modal can ask for."""

import base64
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

    @discord.ui.select(cls=discord.ui.UserSelect, custom_id="users", max_values=2)
    async def users(self, interaction: discord.Interaction, select: discord.ui.UserSelect["Panel"]) -> None:
        names = [f"{each.name}, {len(each.roles)}" for each in select.values if isinstance(each, discord.Member)]
        await interaction.response.edit_message(content="; ".join(names))

    @discord.ui.select(cls=discord.ui.RoleSelect, custom_id="roles", min_values=0, max_values=3)
    async def roles(self, interaction: discord.Interaction, select: discord.ui.RoleSelect["Panel"]) -> None:
        await interaction.response.edit_message(content=" ".join(["roles:", *(role.name for role in select.values)]))

    @discord.ui.select(cls=discord.ui.MentionableSelect, custom_id="either", max_values=2)
    async def either(self, interaction: discord.Interaction, select: discord.ui.MentionableSelect["Panel"]) -> None:
        kinds = [f"{type(each).__name__} {each.name}" for each in select.values]
        await interaction.response.edit_message(content=", ".join(kinds))

    @discord.ui.select(
        cls=discord.ui.ChannelSelect, custom_id="channels", channel_types=[discord.ChannelType.text], max_values=2
    )
    async def channels(self, interaction: discord.Interaction, select: discord.ui.ChannelSelect["Panel"]) -> None:
        await interaction.response.edit_message(content=" ".join(each.name for each in select.values))

    @discord.ui.button(label="Ask", custom_id="ask")
    async def ask(self, interaction: discord.Interaction, _: discord.ui.Button["Panel"]) -> None:
        await interaction.response.send_modal(Form())


class Form(discord.ui.Modal, title="Everything"):
    role: discord.ui.Label["Form"] = discord.ui.Label(
        text="Role", component=discord.ui.RoleSelect(custom_id="role", required=False)
    )
    file: discord.ui.Label["Form"] = discord.ui.Label(text="File", component=discord.ui.FileUpload(custom_id="file"))
    one: discord.ui.Label["Form"] = discord.ui.Label(
        text="One",
        component=discord.ui.RadioGroup(
            custom_id="one",
            options=[discord.RadioGroupOption(label=each.title(), value=each) for each in ("red", "blue")],
        ),
    )
    some: discord.ui.Label["Form"] = discord.ui.Label(
        text="Some",
        component=discord.ui.CheckboxGroup(
            custom_id="some",
            required=False,
            options=[
                discord.CheckboxGroupOption(label=each, value=each, default=each == "b") for each in ("a", "b", "c")
            ],
            max_values=3,
        ),
    )
    sure: discord.ui.Label["Form"] = discord.ui.Label(text="Sure", component=discord.ui.Checkbox(custom_id="sure"))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        role, file, one = self.role.component, self.file.component, self.one.component
        some, sure = self.some.component, self.sure.component
        assert isinstance(role, discord.ui.RoleSelect)
        assert isinstance(file, discord.ui.FileUpload)
        assert isinstance(one, discord.ui.RadioGroup)
        assert isinstance(some, discord.ui.CheckboxGroup)
        assert isinstance(sure, discord.ui.Checkbox)
        read = (await file.values[0].read()).decode()
        said = [[each.name for each in role.values], file.values[0].filename, read, one.value, some.values, sure.value]
        await interaction.response.send_message(repr(said))


def setup(bot: Bot) -> None:
    @bot.tree.command(description="Show the panel")
    async def panel(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("panel", view=Panel())


async def _panel(world: SandboxClient, user: User, channel: Channel) -> Message:
    done = await world.wait_for_interaction(await world.command(user, channel, "panel"))
    assert done.original_message_id is not None
    return await world.message(done.original_message_id)


async def _said(world: SandboxClient, sent: Interaction) -> str:
    done = await world.wait_for_interaction(sent, lambda now: now.state is InteractionState.ANSWERED)
    assert done.original_message_id is not None
    return (await world.message(done.original_message_id)).content


async def _form(world: SandboxClient, user: User, panel: Message) -> Interaction:
    return await world.wait_for_interaction(await world.press(user, panel, "ask"), lambda now: now.modal is not None)


async def test_users_roles_and_channels_are_chosen_by_id_and_resolved(
    connect: Connect, world: SandboxClient, mara: User, ben: User, art: Channel
) -> None:
    guild = await world.guild()
    artists = await world.add_role(guild, "Artists")
    await world.give_role(guild, ben, artists)
    async with connect(setup):
        panel = await _panel(world, mara, art)
        assert await _said(world, await world.select(mara, panel, "users", [mara.id, ben.id])) == "mara, 1; ben, 2"
        assert await _said(world, await world.select(mara, panel, "roles", [artists.id, guild.id])) == (
            "roles: Artists @everyone"
        )
        assert await _said(world, await world.select(mara, panel, "roles", [])) == "roles:"
        chosen = await world.select(mara, panel, "either", [ben.id, artists.id])
        assert await _said(world, chosen) == "Member ben, Role Artists"
        assert await _said(world, await world.select(mara, panel, "channels", [art.id])) == "art"


async def test_a_select_offers_only_what_its_member_could_choose(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    guild = await world.guild()
    secret, category = await world.add_channel(guild, "secret"), await world.add_category(guild, "Pictures")
    await world.set_permissions(secret, deny=["view_channel"], role=guild.roles[0])
    elsewhere = await world.add_guild("Elsewhere", mara)
    away = await world.add_channel(elsewhere, "away")
    async with connect(setup):
        panel = await _panel(world, mara, art)
        for hidden in (secret, category, away):
            with pytest.raises(Refused, match="does not offer"):
                await world.select(mara, panel, "channels", [hidden.id])
        with pytest.raises(Refused, match="does not offer"):
            await world.select(mara, panel, "roles", [elsewhere.id])
        with pytest.raises(Refused, match="does not take 3 values"):
            await world.select(mara, panel, "users", [mara.id, mara.id, mara.id])


async def test_a_modal_takes_selects_files_and_checks(
    connect: Connect, world: SandboxClient, mara: User, art: Channel
) -> None:
    artists = await world.add_role(await world.guild(), "Artists")
    file = {"filename": "rules.txt", "content_base64": base64.b64encode(b"be kind").decode()}
    async with connect(setup):
        panel = await _panel(world, mara, art)
        form = await _form(world, mara, panel)
        with pytest.raises(Refused, match="file is required"):
            await world.submit_modal(mara, form, {"one": "red"})
        with pytest.raises(Refused, match="one is required"):
            await world.submit_modal(mara, form, {"file": file})
        sent = await world.submit_modal(mara, form, {"file": file, "one": "Blue", "role": artists.id, "sure": True})
        assert await _said(world, sent) == repr([["Artists"], "rules.txt", "be kind", "blue", ["b"], True])
        form = await _form(world, mara, panel)
        sent = await world.submit_modal(mara, form, {"file": file, "one": "red", "some": ["a", "c"]})
        assert await _said(world, sent) == repr([[], "rules.txt", "be kind", "red", ["a", "c"], False])


@pytest.mark.parametrize(
    ("select", "fault"),
    [
        ({"type": 6, "default_values": [{"id": "1", "type": "user"}]}, "BASE_TYPE_CHOICES"),
        ({"type": 5, "default_values": [{"id": "1", "type": "user"}] * 2}, "BASE_TYPE_BAD_LENGTH"),
        ({"type": 8, "max_values": 26}, "NUMBER_TYPE_MIN"),
        ({"type": 19}, "BASE_TYPE_CHOICES"),
    ],
)
async def test_faulty_selects_are_refused(
    select: dict[str, object], fault: str, connect: Connect, world: SandboxClient, art: Channel
) -> None:
    def nothing(_: Bot) -> None: ...

    async with connect(nothing) as bot:
        route = discord.http.Route("POST", "/channels/{channel_id}/messages", channel_id=art.id)
        rows = [{"type": 1, "components": [{"custom_id": "a", **select}]}]
        with pytest.raises(discord.HTTPException) as refused:
            await bot.http.request(route, json={"content": "x", "components": rows})
        assert await world.messages(art) == []
    assert fault in str(refused.value._errors)
