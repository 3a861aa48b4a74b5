"""Everything that can be done from a shell, against a bot that answers."""

import io
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import discord
import pytest
from discord.ext import commands

from sandbox.client import Channel, Message, SandboxClient, SandboxError, User
from sandbox.play.acting import Actor
from sandbox.play.transcript import Transcript

Bot = commands.AutoShardedBot
Connect = Callable[[Callable[[Bot], None]], AbstractAsyncContextManager[Bot]]


class Panel(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Ask", custom_id="ask")
    async def ask(self, interaction: discord.Interaction, _: discord.ui.Button["Panel"]) -> None:
        await interaction.response.send_modal(Form())

    @discord.ui.select(cls=discord.ui.RoleSelect, custom_id="role", placeholder="Choose roles", max_values=2)
    async def role(self, interaction: discord.Interaction, select: discord.ui.RoleSelect["Panel"]) -> None:
        names = " and ".join(role.name for role in select.values)
        await interaction.response.edit_message(embed=discord.Embed(title=names))


class Form(discord.ui.Modal, title="A form"):
    day: discord.ui.Label["Form"] = discord.ui.Label(
        text="Images a day", component=discord.ui.TextInput(custom_id="day")
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        assert isinstance(self.day.component, discord.ui.TextInput)
        await interaction.response.edit_message(embed=discord.Embed(title=f"{self.day.component.value} a day"))


def setup(bot: Bot) -> None:
    group = discord.app_commands.Group(name="admin", description="For admins")
    quota = discord.app_commands.Group(name="quota", description="Quota", parent=group)

    @quota.command(description="What binds a member")
    async def show(interaction: discord.Interaction, member: discord.Member, file: discord.Attachment) -> None:
        said = f"{member.name} {len(member.roles)} {(await file.read()).decode()}"
        await interaction.response.send_message(embed=discord.Embed(title=said), view=Panel())

    bot.tree.add_command(group)


def _title(message: Message | None) -> str:
    assert message is not None
    return str(message.embeds[0]["title"])


async def test_an_admin_types_chooses_and_fills_in_by_names(
    connect: Connect, world: SandboxClient, ada: User, art: Channel, tmp_path: Path
) -> None:
    file = tmp_path / "rules.txt"
    file.write_text("be kind")
    await world.add_role(await world.guild(), "Artists")
    printed = io.StringIO()

    def actor(form: dict[str, str] | None = None) -> Actor:
        return Actor(world, Transcript(printed), ada, art, form)

    async with connect(setup):
        assert _title(await actor().act(f"/admin quota show member: @Mara file: {file}")) == "mara 1 be kind"
        assert _title(await actor().act("Choose roles = Artists, @everyone")) == "Artists and @everyone"
        assert await actor().act("Ask") is None
        assert "Images a day [day]" in printed.getvalue()
        assert _title(await actor({"day": "20"}).act("Ask")) == "20 a day"
        for text, why in (
            ("/admin quota", "/admin quota needs one of show"),
            ("/admin quota show member: Nobody file: x", "nothing is called 'Nobody'"),
            ("Choose = x", "'Choose' that can be used"),
            ("Nothing", "'Nothing' that can be used"),
        ):
            with pytest.raises(SandboxError, match=why):
                await actor().act(text)
