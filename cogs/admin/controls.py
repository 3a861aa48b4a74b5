"""What changes a page of `/admin setup`: its selects and buttons, all of them answered by their ids."""

from collections.abc import Collection
from typing import Any, Final, assert_never

import discord
from discord import ui

from cogs.admin.pages import PICK, PRESS, Page, Pick, Press
from cogs.admin.panel import ABOUT, TITLES, Panel
from cogs.admin.summaries import who
from jobs.sentence import Sentence, say
from jobs.servers.rules import Who
from words.speech import Words

_MOST: Final = 25  # values of a select, Discord's bound
_PLACES: Final = (
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
    discord.ChannelType.forum,
    discord.ChannelType.category,
)
_WRITABLE: Final = (discord.ChannelType.text, discord.ChannelType.news)


def panel_view(panel: Panel, words: Words) -> ui.View:
    """The select of pages, and below it what the page changes; all of it is answered by its ids."""
    view = ui.View(timeout=None)
    pages: ui.Select[Any] = ui.Select(custom_id=PICK + Pick.PAGE)
    for page in Page:
        is_shown = page is panel.page
        pages.add_option(label=words(TITLES[page]), value=page, description=words(ABOUT[page])[:100], default=is_shown)
    view.add_item(pages)
    for item in _controls(panel, words):
        view.add_item(item)
    view.stop()  # it only describes the rows
    return view


def _controls(panel: Panel, words: Words) -> "list[ui.Item[Any]]":
    rules = panel.summary.rules
    items: list[ui.Item[Any]]
    match panel.page:
        case Page.START:
            pause = (Press.PAUSE, say("Pause")) if rules.pause is None else (Press.RESUME, say("Resume"))
            items = [_button(Press.AGAIN, say("Look again"), words), _button(*pause, words)]
        case Page.QUOTA:
            items = [_button(Press.WINDOWS, say("Change…"), words, primary=True)]
        case Page.MONEY:
            items = [_button(Press.CAPS, say("Change…"), words, primary=True)]
        case Page.WHERE:
            items = [
                _channels(
                    panel, Pick.ALLOWED, say("Images are made in… (nothing: everywhere)"), rules.places.allowed, words
                ),
                _channels(panel, Pick.DENIED, say("No images in… (nothing: none)"), rules.places.denied, words),
            ]
        case Page.WHAT:
            items = _what(panel, words)
        case Page.CONTENT:
            content = rules.content
            unsafe = say("Safety checker: may be off") if content.unsafe else say("Safety checker: always on")
            spoiler = say("Covered results: on") if content.spoiler else say("Covered results: off")
            allowed = panel.summary.may_be_unsafe
            items = [
                _button(Press.UNSAFE, unsafe, words, is_on=content.unsafe, disabled=not allowed and not content.unsafe),
                _button(Press.SPOILER, spoiler, words, is_on=content.spoiler),
                _button(Press.RETENTION, say("Keep prompts for…"), words, primary=True),
            ]
        case Page.CHANNELS:
            channels = rules.channels
            items = [
                _channel(panel, Pick.REPORTS, say("Reported images"), channels.reports, words),
                _channel(panel, Pick.AUDIT, say("Changes of these rules"), channels.audit, words),
                _channel(panel, Pick.WARNINGS, say("Spending warnings"), channels.warnings, words),
            ]
        case _:
            assert_never(panel.page)
    return items


def _what(panel: Panel, words: Words) -> "list[ui.Item[Any]]":
    rules, models = panel.summary.rules, panel.summary.catalog.models[:_MOST]
    chosen = rules.make.models
    select: ui.Select[Any] = ui.Select(
        custom_id=PICK + Pick.MODELS,
        placeholder=words(say("Models (nothing: all)")),
        min_values=0,
        max_values=len(models),
    )
    for model in models:
        select.add_option(label=model.title[:100], value=model.key, default=chosen is not None and model.key in chosen)
    sources: ui.Select[Any] = ui.Select(custom_id=PICK + Pick.RAW_SOURCES)
    for whom in Who:
        label = words(say("LoRAs by link: {who}", who=who(whom)))
        sources.add_option(label=label[:100], value=whom, default=whom is rules.library.raw_sources)
    approvers: ui.RoleSelect[Any] = ui.RoleSelect(
        custom_id=PICK + Pick.APPROVERS,
        placeholder=words(say("Who approves LoRAs beside moderators"))[:150],
        min_values=0,
        max_values=_MOST,
        default_values=_defaults(panel, rules.library.approvers, discord.SelectDefaultValueType.role),
    )
    private = say("Private answers: on") if rules.make.private else say("Private answers: off")
    approval = say("LoRAs wait for approval: on") if rules.library.approval else say("LoRAs wait for approval: off")
    return [
        select,
        sources,
        approvers,
        _button(Press.BOUNDS, say("Largest images…"), words, primary=True),
        _button(Press.PRIVATE, private, words, is_on=rules.make.private),
        _button(Press.APPROVAL, approval, words, is_on=rules.library.approval),
    ]


def _channels(panel: Panel, pick: Pick, hint: Sentence, ids: Collection[int], words: Words) -> "ui.ChannelSelect[Any]":
    """More than a select holds are changed in a file: whoever chose here would lose them."""
    too_many = len(ids) > _MOST
    hint = say("More than {most}: change them with /admin config", most=_MOST) if too_many else hint
    return ui.ChannelSelect(
        custom_id=PICK + pick,
        placeholder=words(hint)[:150],
        channel_types=list(_PLACES),
        min_values=0,
        max_values=_MOST,
        disabled=too_many,
        default_values=[] if too_many else _defaults(panel, ids, discord.SelectDefaultValueType.channel),
    )


def _channel(panel: Panel, pick: Pick, hint: Sentence, channel_id: int | None, words: Words) -> "ui.ChannelSelect[Any]":
    ids = [] if channel_id is None else [channel_id]
    return ui.ChannelSelect(
        custom_id=PICK + pick,
        placeholder=words(hint)[:150],
        channel_types=list(_WRITABLE),
        min_values=0,
        max_values=1,
        default_values=_defaults(panel, ids, discord.SelectDefaultValueType.channel),
    )


def _defaults(
    panel: Panel, ids: Collection[int], kind: discord.SelectDefaultValueType
) -> list[discord.SelectDefaultValue]:
    there = sorted(each for each in ids if each in panel.there)
    return [discord.SelectDefaultValue(id=each, type=kind) for each in there[:_MOST]]


def _button(
    press: Press,
    label: Sentence,
    words: Words,
    *,
    primary: bool = False,
    is_on: bool = False,
    disabled: bool = False,
) -> "ui.Button[Any]":
    style = discord.ButtonStyle.success if is_on else discord.ButtonStyle.secondary
    if primary:
        style = discord.ButtonStyle.primary
    return ui.Button(label=words(label)[:80], custom_id=PRESS + press, style=style, disabled=disabled)
