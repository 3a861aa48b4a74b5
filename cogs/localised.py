"""What Discord itself shows of the commands, in the languages that we have: descriptions, and the names of choices."""

from typing import Final

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation, TranslationContextTypes, locale_str

from jobs.sentence import Sentence
from words.catalogue import CATALOGUES
from words.speech import Words

_LONGEST: Final = 100  # characters of a description and of a choice's name, Discord's bound
_TYPED: Final = frozenset(
    {
        TranslationContextLocation.command_name,
        TranslationContextLocation.group_name,
        TranslationContextLocation.parameter_name,
    }
)


class Localised(locale_str):
    """The name of a choice that is a sentence, with values in it."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence)[:_LONGEST])
        self.sentence = sentence


class CommandTranslator(app_commands.Translator):
    """Gives discord.py what it registers with Discord.

    What people type, the names of commands and options, is English in every language: members tell one another what to
    type, our sentences name it, and Details hands out whole commands to be pasted by anybody.
    """

    def __init__(self) -> None:
        self._speech = {locale: Words(locale) for locale in CATALOGUES}

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: TranslationContextTypes
    ) -> str | None:
        """Called by discord.py with each text and each of Discord's languages; None: English stands."""
        words = self._speech.get(locale.value)
        is_menu = isinstance(context.data, app_commands.ContextMenu)  # its name is chosen, not typed
        if words is None or (context.location in _TYPED and not is_menu):
            return None
        if isinstance(string, Localised):
            return words(string.sentence)[:_LONGEST]
        return words.find(string.message)
