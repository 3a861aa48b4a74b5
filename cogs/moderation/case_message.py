"""What moderators see of a reported image: pure functions from the case to an embed and its buttons."""

from collections.abc import Sequence
from typing import Final, assert_never

import discord
from discord import ui

from cogs.embeds import DONE, FAILED, REFUSED
from cogs.words import moment, person, plain, quoted, shortened, when
from jobs.model import Job
from jobs.reports import Case, Decision, Report, Verdict
from jobs.sentence import Sentence, say, say_count
from jobs.servers.people_records import Ban
from words.speech import Words

REMOVE: Final = "fluxcord:caseremove:"
DISMISS: Final = "fluxcord:casedismiss:"
BAN: Final = "fluxcord:caseban:"
_PROMPT: Final = 800  # characters of it
_REASON: Final = 100  # characters of each
_REPORTS: Final = 6  # shown: with all of their characters escaped they fit into a field's 1,024
_LINKS: Final = "https://discord.com/channels"


def case_embed(case: Case, job: Job, words: Words, *, ban: Ban | None, note: Sentence | None = None) -> discord.Embed:
    """Who made it of what, where it is, who reports what, what was decided; `note` says why no image is shown."""
    embed = discord.Embed(title=words(say("Reported image")), colour=_colour(case), description=_prompt(job, words))
    if note is not None:
        embed.description = f"{embed.description}\n-# {words(note)}"
    embed.add_field(name=words(say("Made by")), value=_who(job.order.user_id, words))
    embed.add_field(name=words(say("Where")), value=_where(case, job, words))
    count = say_count("{count} report", "{count} reports", len(case.reports))
    embed.add_field(name=words(count), value=_reports(case.reports, words), inline=False)
    if case.verdict is not None:
        embed.add_field(name=words(say("Decision")), value=words(_decided(case.verdict)), inline=False)
    if ban is not None:
        embed.add_field(name=words(say("Ban")), value=words(_banned(ban)), inline=False)
    return embed.set_footer(text=words(say("Job {id}", id=job.id)))


def case_view(case: Case, words: Words, *, can_ban: bool) -> ui.View | None:
    """What can still be decided; None: nothing."""
    view = ui.View(timeout=None)
    red = discord.ButtonStyle.danger
    if not is_removed(case):
        view.add_item(ui.Button(label=words(say("Remove")), emoji="🗑️", style=red, custom_id=REMOVE + case.job_id))
    if case.verdict is None:
        view.add_item(ui.Button(label=words(say("Dismiss")), custom_id=DISMISS + case.job_id))
    if can_ban:
        view.add_item(ui.Button(label=words(say("Ban")), emoji="⛔", custom_id=BAN + case.job_id))
    view.stop()  # it only describes the buttons: presses are answered by their ids
    return view if view.children else None


def is_removed(case: Case) -> bool:
    """Whether moderators have removed the image."""
    return case.verdict is not None and case.verdict.decision is Decision.REMOVED


def _colour(case: Case) -> discord.Colour:
    match case.verdict.decision if case.verdict is not None else None:
        case None:
            return REFUSED
        case Decision.REMOVED:
            return FAILED
        case Decision.DISMISSED:
            return DONE
        case never:
            assert_never(never)


def _prompt(job: Job, words: Words) -> str:
    if job.removed_at is not None:
        return words(say("The prompt is not kept any more."))
    if job.order.private:
        return words(say("It is private: only its user sees it, so neither the image nor its prompt is shown here."))
    return quoted(job.request.typed_prompt, _PROMPT)


def _where(case: Case, job: Job, words: Words) -> str:
    if is_removed(case):
        return words(say("nowhere any more"))
    report = next((each for each in case.reports if each.message_id is not None), None)
    if job.order.private or report is None:
        return f"<#{job.order.channel_id}>"
    return f"{_LINKS}/{report.guild_id}/{report.channel_id}/{report.message_id}"


def _reports(reports: Sequence[Report], words: Words) -> str:
    lines = [
        f"• {_who(each.user_id, words)}: {quoted(' '.join(each.reason.split()), _REASON)}"
        for each in reports[:_REPORTS]
    ]
    if len(reports) > _REPORTS:
        lines.append(words(say("… and {count} more", count=len(reports) - _REPORTS)))
    return "\n".join(lines)


def _decided(verdict: Verdict) -> Sentence:
    who, at = person(verdict.by), when(verdict.at)
    match verdict.decision:
        case Decision.REMOVED:
            return say("Removed by {who}, {when}", who=who, when=at)
        case Decision.DISMISSED:
            return say("Dismissed by {who}, {when}", who=who, when=at)


def _banned(ban: Ban) -> Sentence:
    reason = plain(shortened(ban.reason, _REASON))
    if ban.expires_at is None:
        return say("They cannot make images here: {reason}", reason=reason)
    return say("They cannot make images here until {moment}: {reason}", moment=moment(ban.expires_at), reason=reason)


def _who(user_id: int, words: Words) -> str:
    who = person(user_id)
    return who if isinstance(who, str) else words(who)
