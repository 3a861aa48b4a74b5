"""`/help`: everything one needs, on one screen."""

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from cogs.embeds import WORKING
from jobs.catalog import Catalog, Model
from jobs.parameters import Integer, Loras, Number, OneOf, Option, Size
from jobs.validation import in_words, listed


class Help(commands.Cog):
    """Explains the bot."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    @app_commands.command(name="help", description=locale_str("How to make images here"))
    @app_commands.guild_only()
    async def help(self, interaction: discord.Interaction[Any]) -> None:
        """Show the screen, to whoever asked."""
        await interaction.response.send_message(embed=help_embed(self._catalog), ephemeral=True)


def help_embed(catalog: Catalog) -> discord.Embed:
    """The screen, with the bounds of every model on offer."""
    embed = discord.Embed(
        title="Make images from words",
        description=(
            "Type `/imagine prompt: a lighthouse in a storm, oil painting`. That is all you need; "
            "every other option is up to you.\n"
            "You see your place in the queue, then the progress, then the images."
        ),
        colour=WORKING,
    )
    for model in catalog.models:
        default = " (taken when you choose none)" if model is catalog.default else ""
        embed.add_field(name=f"{model.title}{default}", value=model_help(model), inline=False)
    embed.add_field(
        name="Buttons",
        value="**Cancel** stops an image that is being made. **Again** makes the same with a new seed, "
        "from the quota of whoever presses. **Delete** removes the message. They are for you and for moderators.",
        inline=False,
    )
    embed.add_field(
        name="Good to know",
        value=(
            "`seed` makes the same image again · `private: True` shows it only to you\n"
            "`/quota` shows what you have left; failed and cancelled images are given back.\n"
            "`/history` shows your last images, and those that could not be posted."
        ),
        inline=False,
    )
    return embed


def model_help(model: Model) -> str:
    """What a model takes, in two or three lines."""
    parts: list[str] = []
    for parameter in model.parameters:
        name = f"`{parameter.option}`"
        match parameter.kind:
            case Size(side=side) if side is not None:
                parts.append(f"{name}, or `width` and `height` {in_words(side)}")
            case Size():
                parts.append(name)
            case Integer(minimum=None, maximum=None):
                parts.append(name)
            case Integer() | Number() as kind:
                parts.append(f"{name} {in_words(kind)}")
            case OneOf(values=values):
                parts.append(f"{name} {listed(values)}")
            case Loras(most=most, repositories=repositories):
                source = "https link or owner/repo" if repositories else "https link"
                parts.append(f"up to {most} LoRAs ({source})" if most > 1 else f"one {name} ({source})")
            case _ if parameter.option is not Option.PROMPT:
                parts.append(name)
            case _:
                pass
    return f"{model.summary}\n{' · '.join(parts)}"
