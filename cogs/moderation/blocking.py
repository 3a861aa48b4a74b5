"""Carries out `/admin words`: what is blocked is changed, listed and tried, for admins' eyes alone."""

import asyncio
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import discord
import structlog

from cogs.admin.writing import written
from cogs.embeds import DONE, REFUSED, sentence_embed
from cogs.place import guild_of
from cogs.results.finding import refuse
from cogs.words import plain
from jobs.content.content import Content
from jobs.content.editing import split, with_pattern, with_words, without
from jobs.sentence import Sentence, say, say_count
from jobs.servers.records import Change
from jobs.servers.rules import EVERYWHERE, ContentRules, ServerRules
from jobs.servers.servers import Servers
from words.speech import Words

_log = structlog.get_logger(__name__)
ACTION: Final = "content.words"
_IN_A_MESSAGE: Final = 3_000  # characters of a list; a longer one is a file
NOTHING_SAID: Final = say("Nothing was typed: give `words`, or a `pattern`, or both. Nothing was changed.")
NOTHING_BLOCKED: Final = say("Nothing is blocked here. `/admin words add` blocks words in prompts.")


class _RefusedError(Exception):
    """What was typed cannot be taken; `sentence` says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


Edit = Callable[[ContentRules], ContentRules | Sentence]


class Blocking:
    """Acts on the server where it is typed. Answers are ephemeral; the audit log gets numbers and no words."""

    def __init__(self, servers: Servers, content: Content) -> None:
        self._servers = servers
        self._content = content

    async def add(self, interaction: discord.Interaction[Any], words: str | None, pattern: str | None) -> None:
        """Block these too."""

        def edit(rules: ContentRules) -> ContentRules | Sentence:
            changed = with_words(rules, split(words or ""))
            return changed if isinstance(changed, Sentence) or pattern is None else with_pattern(changed, pattern)

        await self._change(interaction, edit, is_empty=not split(words or "") and pattern is None)

    async def remove(self, interaction: discord.Interaction[Any], words: str | None, pattern: str | None) -> None:
        """Block these no more."""
        gone = split(words or "")
        await self._change(
            interaction,
            lambda rules: without(rules, words=gone, pattern=pattern),
            is_empty=not gone and pattern is None,
        )

    async def show(self, interaction: discord.Interaction[Any]) -> None:
        """Everything that is blocked here."""
        words, rules = Words(interaction.locale.value), self._rules(interaction)
        if not rules.words and not rules.patterns:
            embed = sentence_embed(NOTHING_BLOCKED, words, colour=DONE)
            await interaction.response.send_message(embed=embed, ephemeral=True)
            return
        listed = ", ".join(plain(word) for word in sorted(rules.words, key=str.casefold))
        patterns = "\n".join(f"• {plain(pattern)}" for pattern in rules.patterns)
        text = "\n\n".join(part for part in (listed, patterns) if part)
        embed = discord.Embed(title=words(say("Blocked here")), colour=DONE)
        embed.set_footer(text=words(_count(rules)))
        if len(text) <= _IN_A_MESSAGE:
            embed.description = text
            await interaction.response.send_message(embed=embed, ephemeral=True)
            return
        whole = "\n".join([*sorted(rules.words, key=str.casefold), "", *rules.patterns]).encode()
        file = discord.File(io.BytesIO(whole), filename="blocked.txt")
        await interaction.response.send_message(embed=embed, file=file, ephemeral=True)

    async def test(self, interaction: discord.Interaction[Any], text: str) -> None:
        """Whether a prompt would be refused, and for what."""
        said, colour = say("Nothing in this text is blocked: it may be ordered."), DONE
        for place in (guild_of(interaction), EVERYWHERE):
            if (hit := self._content.find(place, text)) is None:
                continue
            colour, typed, blocked = REFUSED, plain(hit.typed), plain(hit.blocked)
            if place == EVERYWHERE:  # what the operator blocks is not for admins to read
                said = say("Refused: “{typed}” is blocked by whoever runs this bot.", typed=typed)
            else:
                said = say("Refused: “{typed}” is blocked here as “{blocked}”.", typed=typed, blocked=blocked)
            break
        embed = sentence_embed(said, Words(interaction.locale.value), colour=colour)
        await interaction.response.send_message(embed=embed, ephemeral=True)

    def known(self, interaction: discord.Interaction[Any]) -> ContentRules:
        """What is blocked here, to be offered to whoever removes something."""
        return self._rules(interaction)

    def _rules(self, interaction: discord.Interaction[Any]) -> ContentRules:
        return self._servers.of(guild_of(interaction)).content

    async def _change(self, interaction: discord.Interaction[Any], edit: Edit, *, is_empty: bool) -> None:
        if is_empty:
            await refuse(interaction, NOTHING_SAID)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild_id, before = guild_of(interaction), self._rules(interaction)
        edited = await asyncio.to_thread(edit, before)  # some ten milliseconds for hundreds of words

        def changed(rules: ServerRules) -> ServerRules:
            content = edited if rules.content == before else edit(rules.content)
            if isinstance(content, Sentence):
                raise _RefusedError(content)
            return replace(rules, content=content)

        def entry(rules: ServerRules) -> Change:
            now, then = _count(changed(rules).content), _count(rules.content)
            return Change(
                guild_id=guild_id, actor_id=interaction.user.id, action=ACTION, before=str(then), after=str(now)
            )

        try:
            if not await written(interaction, self._servers.change(guild_id, changed, entry=entry)):
                return
        except _RefusedError as refused:
            await refuse(interaction, refused.sentence)
            return
        rules = self._rules(interaction)
        _log.info(
            "blocked words were changed",
            guild=guild_id,
            by=interaction.user.id,
            words=len(rules.words),
            patterns=len(rules.patterns),
        )
        said = say("Saved. {what} here now.", what=_count(rules))
        if rules == before:
            said = say("There is nothing to change. {what} here.", what=_count(rules))
        embed = sentence_embed(said, Words(interaction.locale.value), colour=DONE)
        await interaction.edit_original_response(embed=embed)


def _count(rules: ContentRules) -> Sentence:
    words = say_count("{count} word", "{count} words", len(rules.words))
    patterns = say_count("{count} pattern", "{count} patterns", len(rules.patterns))
    return say("{words} and {patterns} are blocked", words=words, patterns=patterns)
