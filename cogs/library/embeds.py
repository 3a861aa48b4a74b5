"""What messages about a library say."""

from collections.abc import Sequence
from typing import Final

import discord

from cogs.embeds import DONE, REFUSED, WORKING
from cogs.library.buttons import PageReference
from cogs.words import person, plain, quoted, shortened
from jobs.catalog import Catalog
from jobs.library.entry import Entry, Facts
from jobs.library.exchange import LineFault
from jobs.sentence import Sentence, say, say_count, verbatim
from jobs.servers.rules import LibraryRules, Who
from words.speech import Words

PREVIEW: Final = "preview.webp"
ON_A_PAGE: Final = 10
UNDECIDED_ON_A_PAGE: Final = 4  # each has a row of buttons, and the pages have one
_SOURCE_SHOWN: Final = 500  # characters
_SOURCE_GLIMPSE: Final = 120
_TRIGGERS_GLIMPSE: Final = 80
_FAULTS_SHOWN: Final = 15


def entry_embed(entry: Entry, catalog: Catalog, words: Words, *, note: Sentence | None = None) -> discord.Embed:
    """All of one entry, and how to use it; `note` says what has just happened to it."""
    facts = entry.facts
    lines = [words(note)] if note is not None else []
    if not entry.approved:
        lines.insert(0, "⏳ " + words(say("Waits for a moderator's approval; nobody can use it before.")))
    if facts.age_restricted:
        lines.append("🔞 " + words(say("For age-restricted channels.")))
    colour = DONE if entry.approved else REFUSED
    embed = discord.Embed(title=plain(facts.name), description="\n".join(lines) or None, colour=colour)
    # A link's query often holds a download key: who added the LoRA sees it in the form of Edit.
    source = quoted(facts.source.partition("?")[0], _SOURCE_SHOWN)
    embed.add_field(name=words(say("Source")), value=source, inline=False)
    embed.add_field(name=words(say("Models")), value=_models(facts, catalog, words))
    embed.add_field(name=words(say("Scale")), value=_scale(facts, words))
    embed.add_field(name=words(say("Trigger words")), value=_triggers(facts) or words(say("none")), inline=False)
    added = say("{user}, {when}", user=person(entry.added_by), when=f"<t:{entry.added_at // 1000}:D>")
    embed.add_field(name=words(say("Added by")), value=words(added), inline=False)
    if entry.approved:
        usage = say("Use it with /imagine: type its name into the option lora.")
        embed.set_footer(text=words(usage))
    if entry.has_preview:
        embed.set_thumbnail(url=f"attachment://{PREVIEW}")
    return embed


def list_embed(
    shown: Sequence[Entry], page: PageReference, *, total: int, pages: int, catalog: Catalog, words: Words
) -> discord.Embed:
    """One page of a library."""
    if not total:
        return discord.Embed(title=words(_empty_title(page)), description=words(_empty_text(page)), colour=WORKING)
    if page.waiting:
        title = say_count("{count} LoRA waits for approval", "{count} LoRAs wait for approval", total)
    elif page.text:
        title = say_count("{count} LoRA for “{text}”", "{count} LoRAs for “{text}”", total, text=verbatim(page.text))
    else:
        title = say_count("{count} LoRA in this server's library", "{count} LoRAs in this server's library", total)
    line = _waiting_line if page.waiting else _line
    blocks = "\n".join(line(entry, catalog, words) for entry in shown)
    embed = discord.Embed(title=shortened(words(title), 250), description=blocks, colour=WORKING)
    hint = words(_waiting_hint() if page.waiting else _hint())
    if pages == 1:
        return embed.set_footer(text=hint)
    place = words(say("Page {page} of {pages}", page=page.number + 1, pages=pages))
    return embed.set_footer(text=f"{place} · {hint}")


def _hint() -> Sentence:
    return say("/lora show tells all of one; in /imagine type a name into the option lora.")


def _waiting_hint() -> Sentence:
    return say("/lora show tells all of one. Nobody can use it before a moderator approves it.")


def rules_embed(rules: LibraryRules, words: Words, *, may_change: bool) -> discord.Embed:
    """What a server has decided about its library; `may_change`: the reader is told how."""
    if rules.approval:
        approval = say("What members add waits until a moderator approves it.")
    else:
        approval = say("What members add can be used at once.")
    embed = discord.Embed(title=words(say("Rules of the LoRA library")), colour=WORKING)
    embed.add_field(name="approval", value=words(approval), inline=False)
    embed.add_field(name="raw_sources", value=words(_raw_sources(rules.raw_sources)), inline=False)
    if rules.approvers:
        roles = ", ".join(f"<@&{role}>" for role in sorted(rules.approvers))
        told = say("They approve beside moderators: {roles}", roles=roles)
        embed.add_field(name="approvers", value=words(told), inline=False)
    if may_change:
        embed.set_footer(text=words(say("Change them with the options of /lora settings.")))
    return embed


def _raw_sources(who: Who) -> Sentence:
    match who:
        case Who.EVERYONE:
            return say("`/imagine` takes links and owner/repo beside the library's names.")
        case Who.MODERATORS:
            return say("`/imagine` takes links and owner/repo from moderators; from others only names of the library.")
        case Who.NOBODY:
            return say("`/imagine` takes only names of the library.")


def wrong_embed(sentences: Sequence[Sentence], words: Words) -> discord.Embed:
    """Everything that is wrong with what was typed, at once."""
    title = say_count("One thing to change", "{count} things to change", len(sentences))
    lines = "\n".join(f"• {shortened(_safe(words(sentence)), 400)}" for sentence in sentences)
    embed = discord.Embed(title=words(title), description=lines, colour=REFUSED)
    return embed.set_footer(text=words(say("Nothing was changed.")))


def file_faults_embed(faults: Sequence[LineFault], words: Words) -> discord.Embed:
    """What is wrong with a file, line by line, as much as can be shown."""
    title = say_count("One fault in the file", "{count} faults in the file", len(faults))
    lines = []
    for fault in faults[:_FAULTS_SHOWN]:
        told = words(say("Line {line}: {fault}", line=f"{fault.line}", fault=fault.sentence))
        lines.append(f"• {shortened(_safe(told), 250)}")
    if len(faults) > _FAULTS_SHOWN:
        lines.append(words(say("… and {count} more.", count=len(faults) - _FAULTS_SHOWN)))
    embed = discord.Embed(title=words(title), description="\n".join(lines), colour=REFUSED)
    return embed.set_footer(text=words(say("Nothing was taken in: mend the file and import it again.")))


def _line(entry: Entry, catalog: Catalog, words: Words) -> str:
    facts = entry.facts
    marks = ("" if entry.approved else " ⏳") + (" 🔞" if facts.age_restricted else "")
    triggers = quoted(", ".join(facts.triggers), _TRIGGERS_GLIMPSE)
    details = " · ".join(part for part in (_models(facts, catalog, words), triggers) if part)
    return f"**{plain(facts.name)}**{marks}\n-# {details}"


def _waiting_line(entry: Entry, catalog: Catalog, words: Words) -> str:
    """What a moderator decides by."""
    source = quoted(entry.facts.source.partition("?")[0], _SOURCE_GLIMPSE)
    author = words(say("{user}", user=person(entry.added_by)))
    return f"{_line(entry, catalog, words)}\n-# {source} · {author}"


def _models(facts: Facts, catalog: Catalog, words: Words) -> str:
    titles = [model.title for model in catalog.models if facts.suits(model)]
    return ", ".join(titles) or words(say("no model that is on offer here"))


def _scale(facts: Facts, words: Words) -> str:
    return words(say("the model's own")) if facts.scale is None else words.number(facts.scale)


def _triggers(facts: Facts) -> str:
    return quoted(", ".join(facts.triggers), 900)


def _empty_title(page: PageReference) -> Sentence:
    if page.waiting:
        return say("Nothing waits for approval")
    return say("Nothing found") if page.text else say("The library is empty")


def _empty_text(page: PageReference) -> Sentence:
    if page.waiting:
        return say("Whatever was added has been decided on.")
    if page.text:
        return say("No LoRA's name or trigger words fit “{text}”. Try less of it.", text=verbatim(plain(page.text)))
    return say("Add the first LoRA with `/lora add`: a name, and a link to its weights or owner/repo.")


def _safe(text: str) -> str:
    return discord.utils.escape_mentions(text)
