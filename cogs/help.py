"""`/help`: everything one needs, on one screen."""

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from cogs.embeds import WORKING
from cogs.place import everywhere
from jobs.bounds import in_words, listed
from jobs.catalog import Catalog, Model
from jobs.parameters import Integer, Loras, Number, OneOf, Option, Parameter, Size
from jobs.sentence import Sentence, say, say_count, verbatim
from words.speech import Words


class Help(commands.Cog):
    """Explains the bot."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    @app_commands.command(name="help", description=locale_str("How to make images here"))
    @everywhere
    async def help(self, interaction: discord.Interaction[Any]) -> None:
        """Show the screen, to whoever asked."""
        await interaction.response.send_message(
            embed=help_embed(self._catalog, Words(interaction.locale.value)), ephemeral=True
        )


def help_embed(catalog: Catalog, words: Words) -> discord.Embed:
    """The screen, with the bounds of every model on offer."""
    start = say(
        "Type `/imagine prompt: a lighthouse in a storm, oil painting`. That is all you need; "
        "every other option is up to you.\n"
        "You see your place in the queue, then the progress, then the images."
    )
    embed = discord.Embed(title=words(say("Make images from words")), description=words(start), colour=WORKING)
    for model in catalog.models:
        title = verbatim(model.title)
        if model is catalog.default:
            title = say("{model} (taken when you choose none)", model=model.title)
        embed.add_field(name=words(title), value=model_help(model, words), inline=False)
    buttons = say(
        "**Cancel** stops an image that is being made. **Again** makes the same with a new seed, "
        "from the quota of whoever presses. **Delete** removes the message. They are for you and for moderators."
    )
    embed.add_field(name=words(say("Buttons")), value=words(buttons), inline=False)
    good_to_know = say(
        "`seed` makes the same image again · `private: True` shows it only to you\n"
        "`/quota` shows what you have left; failed and cancelled images are given back.\n"
        "`/history` shows your last images, and those that could not be posted."
    )
    embed.add_field(name=words(say("Good to know")), value=words(good_to_know), inline=False)
    return embed


def model_help(model: Model, words: Words) -> str:
    """What a model takes, in two or three lines."""
    taken = [_taken(parameter) for parameter in model.parameters if parameter.option is not Option.PROMPT]
    return f"{words(model.summary)}\n{' · '.join(words(sentence) for sentence in taken)}"


def _taken(parameter: Parameter) -> Sentence:
    """An option of a model, and what it may be."""
    option = parameter.option.value
    match parameter.kind:
        case Size(side=side) if side is not None:
            return say("`{option}`, or `width` and `height` {bounds}", option=option, bounds=in_words(side))
        case Integer() | Number() as kind if (kind.minimum, kind.maximum) != (None, None):
            return say("`{option}` {bounds}", option=option, bounds=in_words(kind))
        case OneOf(values=values):
            return say("`{option}` {values}", option=option, values=listed(values))
        case Loras(most=most, repositories=repositories):
            source = say("https link or owner/repo") if repositories else say("https link")
            return say_count("one `lora` ({source})", "up to {count} LoRAs ({source})", most, source=source)
        case _:
            return verbatim(f"`{option}`")
