"""What `/inspect` says: pure functions from what an image says to embeds, and the order back out of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import discord
from discord import ui

from cogs.embeds import WORKING
from cogs.inspect.wishes import Wish
from cogs.words import quoted
from jobs.parameters import Option
from jobs.remaking import parse_line
from jobs.sentence import say
from jobs.typed import command_line
from jobs.validation import Chosen
from media.metadata.reading import Reading
from media.metadata.recipe import Recipe, Tool
from words.speech import Words

REMAKE: Final = "fluxcord:remake"
_PROMPT_SHOWN: Final = 1_000  # characters; all that is shown together stays below Discord's 6,000
_NEGATIVE_SHOWN: Final = 400
_SHORT: Final = 100
_LIST_SHOWN: Final = 400
_LINE_LONGEST: Final = 2_800
_OPEN, _CLOSE = "```\n", "\n```"
_SHOWN_SETTINGS: Final = frozenset(
    {Option.FORMAT.value, Option.EXPAND_PROMPT.value, Option.SPEED.value, Option.SAFETY.value, "Schedule type"}
)


@dataclass(frozen=True, kw_only=True)
class Told:
    """The answer: embeds, a button where it can be made again, and the line as a file where it is too long."""

    embeds: Sequence[discord.Embed]
    view: ui.View | None = None
    line: str | None = None


def told(reading: Reading, recipe: Recipe, wish: Wish, words: Words, *, number: int, of: int) -> Told:
    """Everything that an image says, and how to make one like it. `number`: which image of the message it is."""
    facts = _facts(reading, recipe, words, number=number, of=of)
    if not wish.chosen:
        return Told(embeds=[facts])
    line = command_line(wish.chosen)
    again = discord.Embed(colour=WORKING)
    notes = _left_out(recipe, wish, words)
    if len(line) > _LINE_LONGEST or "```" in line:
        hint = words(say("The whole command is attached: paste it to make one like it."))
        again.description = "\n-# ".join([hint, *notes])
        return Told(embeds=[facts, again], line=line)
    hint = words(say("Press Make again, or paste this and change it:"))
    again.description = f"{hint}\n{_OPEN}{line}{_CLOSE}" + "".join(f"\n-# {note}" for note in notes)
    return Told(embeds=[facts, again], view=_button(words))


def order_in(message: discord.Message) -> Chosen | None:
    """The order that `told` has put into a message; None where there is none."""
    for embed in message.embeds:
        _, opened, rest = (embed.description or "").partition(_OPEN)
        line, closed, _ = rest.partition(_CLOSE)
        if opened and closed and (chosen := parse_line(line)) is not None:
            return chosen
    return None


def _facts(reading: Reading, recipe: Recipe, words: Words, *, number: int, of: int) -> discord.Embed:
    embed = discord.Embed(title=words(say("How this image was made")), colour=WORKING)
    prompt = quoted(recipe.prompt, _PROMPT_SHOWN) if recipe.prompt else words(say("It says no prompt."))
    embed.description = f"{prompt}\n-# {words(say('Written into it by {tool}.', tool=recipe.tool.value))}"
    if of > 1:
        embed.description += f"\n-# {words(say('Image {number} of {total}', number=number, total=of))}"
    if recipe.negative:
        _add(embed, words(say("Negative prompt")), quoted(recipe.negative, _NEGATIVE_SHOWN), inline=False)
    _add(embed, words(say("Model")), _short(recipe.title or recipe.model))
    _add(embed, words(say("Size")), _size(reading, recipe, words))
    _add(embed, words(say("Seed")), f"`{recipe.seed}`" if recipe.seed is not None else "")
    _add(embed, words(say("Steps")), f"{recipe.steps}" if recipe.steps is not None else "")
    _add(embed, words(say("Guidance")), words.number(recipe.guidance) if recipe.guidance is not None else "")
    _add(embed, words(say("Sampler")), _short(recipe.sampler))
    loras = [each.source if each.scale is None else f"{each.source} × {each.scale:g}" for each in recipe.adapters]
    _add(embed, words(say("LoRAs")), quoted("\n".join(loras), _LIST_SHOWN), inline=False)
    settings = [f"{name} {value}" for name, value in recipe.settings.items() if name in _SHOWN_SETTINGS]
    _add(embed, words(say("Options")), quoted(" · ".join(settings), _LIST_SHOWN), inline=False)
    if recipe.tool is Tool.FLUXCORD and recipe.job:
        embed.set_footer(text=words(say("Job {id}", id=recipe.job[:_SHORT])))
    return embed


def _size(reading: Reading, recipe: Recipe, words: Words) -> str:
    here = f"{reading.width} × {reading.height}"
    if not recipe.width or not recipe.height or (recipe.width, recipe.height) == (reading.width, reading.height):
        return here
    return f"{recipe.width} × {recipe.height}\n-# {words(say('this file: {size}', size=here))}"


def _left_out(recipe: Recipe, wish: Wish, words: Words) -> list[str]:
    """What the order does not take over, so that nobody wonders."""
    names = [f"`{option}`" for option in wish.left_out]
    if recipe.negative:
        names.append(words(say("the negative prompt")))
    if recipe.sampler:
        names.append(words(say("the sampler")))
    if recipe.adapters and Option.LORA not in {*wish.chosen, *wish.left_out}:
        names.append(words(say("the LoRAs")))
    if not names:
        return []
    return [words(say("Not taken over with {model}: {names}.", model=wish.model.title, names=", ".join(names)))]


def _short(text: str) -> str:
    return quoted(" ".join(text.split()), _SHORT)


def _add(embed: discord.Embed, name: str, value: str, *, inline: bool = True) -> None:
    if value:
        embed.add_field(name=name, value=value, inline=inline)


def _button(words: Words) -> ui.View:
    view = ui.View(timeout=None)
    button: ui.Button[Any] = ui.Button(
        label=words(say("Make again")), emoji="🎲", custom_id=REMAKE, style=discord.ButtonStyle.primary
    )
    view.add_item(button)
    view.stop()  # it only describes the row: presses are answered by the cog's dynamic item
    return view
