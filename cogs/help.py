"""`/help`: everything one needs, on one screen."""

from typing import Any, Final

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from cogs.admin.rights import is_admin
from cogs.embeds import WORKING
from cogs.gate import Gate
from cogs.place import everywhere, guild_of
from jobs.bounds import in_words, listed
from jobs.catalog import Catalog, Model
from jobs.model import DIRECT
from jobs.parameters import Integer, Loras, Number, OneOf, Option, Parameter, Size
from jobs.sentence import Sentence, say, say_count, verbatim
from jobs.variations import most_variations
from words.speech import Words

_OTHER_BUTTONS: Final = say(
    "**{details}** tells how it was made, **{preset}** keeps its options, **{report}** tells those who "
    "moderate. **{cancel}** and **{delete}** are for you and for moderators.",
    details=say("Details"),
    preset=say("Save preset"),
    report=say("Report"),
    cancel=say("Cancel"),
    delete=say("Delete"),
)
_COMMANDS: Final = (
    say("`/queue` shows and cancels what still waits."),
    say("`/history` finds your images again, also those that could not be posted."),
    say("`/quota` shows what you have left; failed and cancelled images are given back."),
    say("`/stats me` draws what you made, day by day."),
    say("`/settings` keeps your defaults, `/preset` whole sets of options."),
    say("`/inspect` reads from an image how it was made."),
    say("`/privacy` gives you what I keep of you as a file, or deletes it."),
)
_ADMINS: Final = (
    say("`/admin setup` tells what is missing here, and decides how much, where and what."),
    say("`/admin costs`, `/admin audit` and `/stats server` show what was spent, changed and made."),
)
_LIBRARY: Final = say("`/lora` lists this server's LoRAs and adds yours; `/imagine lora:` offers them.")
_PRIVATELY: Final = say("`seed` makes the same image again · `private: True` shows it only to you")
_AGAIN: Final = say("`seed` makes the same image again")
_ALTERNATIVES: Final = say("`alternatives: True` makes an image of each: `{example}`", example="a {red|blue} fox")


class Help(commands.Cog):
    """Explains the bot."""

    def __init__(self, catalog: Catalog, gate: Gate) -> None:
        self._catalog = catalog
        self._gate = gate

    @app_commands.command(name="help", description=locale_str("How to make images here"))
    @everywhere
    async def help(self, interaction: discord.Interaction[Any]) -> None:
        """Show the screen, to whoever asked."""
        words, in_server = Words(interaction.locale.value), guild_of(interaction) != DIRECT
        embed = help_embed(
            self._gate.catalog(interaction) or self._catalog,
            words,
            in_server=in_server,
            privately=self._gate.allows_private(interaction),
            admin=is_admin(interaction),
        )
        await interaction.response.send_message(embed=embed, ephemeral=True)


def help_embed(
    catalog: Catalog, words: Words, *, in_server: bool, privately: bool = True, admin: bool = False
) -> discord.Embed:
    """The screen, with the bounds of every model on offer; `in_server`: in one where the bot is a member.

    `privately`: whether answers may be for one's own eyes there; `admin`: whether the reader is an admin of it.
    """
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
    for name, lines in (
        (say("Under your images"), (_more_of_it(catalog), _OTHER_BUTTONS)),
        (say("More commands"), [*_COMMANDS, _LIBRARY] if in_server else _COMMANDS),
        (say("Good to know"), [_PRIVATELY if privately else _AGAIN, _ALTERNATIVES]),
        *([(say("For admins"), _ADMINS)] if admin else []),
    ):
        embed.add_field(name=words(name), value="\n".join(words(line) for line in lines), inline=False)
    return embed


def _more_of_it(catalog: Catalog) -> Sentence:
    """The buttons that make more; named by their own labels, so that they are called the same in every language."""
    return say(
        "**{again}** makes the same with a new seed, **{variations}** as many of them as fit, at most {count}; "
        "**{edit}** changes the prompt and more. Whoever presses pays from their quota.",
        again=say("Again"),
        variations=say("Variations"),
        count=max(most_variations(model) for model in catalog.models),
        edit=say("Edit"),
    )


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
