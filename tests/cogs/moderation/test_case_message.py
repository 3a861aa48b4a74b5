"""What moderators read of a reported image: whole, escaped, within Discord's bounds."""

from collections.abc import Sequence
from dataclasses import replace

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.moderation.case_message import BAN, DISMISS, REMOVE, case_embed, case_view
from jobs.reports import REASON_LONGEST, Case, Decision, Report, Verdict
from jobs.servers.people_records import Ban
from tests.support import make_job
from words.catalogue import CATALOGUES
from words.speech import Words

ENGLISH = Words("en-US")
LARGEST = 2**63 - 1
NASTY = st.text(alphabet=st.sampled_from("a *_~`|>#@\\[](){}<:/-\n\u200b\u202e😀\"'&"), min_size=1, max_size=4000)


def report(user: int = 8, reason: str = "not a fox", **values: int | None) -> Report:
    known: dict[str, int | None] = {"guild_id": LARGEST, "channel_id": LARGEST, "message_id": LARGEST}
    return Report(job_id="0" * 20, user_id=user, reason=reason, reported_at=0, **(known | values))  # type: ignore[arg-type]


def case(reports: Sequence[Report] = (report(),), decision: Decision | None = None) -> Case:
    verdict = None if decision is None else Verdict(decision=decision, by=5, at=60_000)
    return Case(job_id="0" * 20, reports=reports, verdict=verdict)


def fields(embed: discord.Embed) -> dict[str | None, str | None]:
    return {field.name: field.value for field in embed.fields}


@given(prompt=NASTY, reason=NASTY)
def test_it_fits_into_a_message_whatever_was_typed(prompt: str, reason: str) -> None:
    reports = [report(LARGEST, reason[:REASON_LONGEST]) for _ in range(100)]
    ban = Ban(guild_id=1, user_id=4, reason=reason[:300], by=5, at=0, expires_at=LARGEST // 10**6)
    for words in (ENGLISH, *(Words(locale) for locale in CATALOGUES)):
        for decision in (None, *Decision):
            embed = case_embed(case(reports, decision), make_job(prompt=prompt), words, ban=ban)
            assert len(embed.description or "") <= 4_096
            assert all(0 < len(field.value or "") <= 1_024 for field in embed.fields)
            assert len(embed) <= 6_000


def test_it_says_who_made_what_and_who_reports_what() -> None:
    reports = [report(user, f"reason {user}", guild_id=1, channel_id=2, message_id=3) for user in range(8, 18)]
    embed = case_embed(case(reports), make_job(prompt="a *red* fox"), ENGLISH, ban=None)
    assert embed.description == "a \\*red\\* fox"
    shown = fields(embed)
    assert shown["Made by"] == "<@4>"
    assert shown["Where"] == "https://discord.com/channels/1/2/3"
    assert str(shown["10 reports"]).splitlines()[0] == "• <@8>: reason 8"
    assert str(shown["10 reports"]).splitlines()[-1] == "… and 4 more"
    assert "Decision" not in shown


def test_it_says_what_was_typed_without_the_trigger_words_of_loras() -> None:
    embed = case_embed(case(), make_job(prompt="a fox, ohwx", added=("ohwx",)), ENGLISH, ban=None)
    assert embed.description == "a fox"


def test_somebody_whose_data_were_deleted_is_named_nowhere() -> None:
    job = make_job(removed_at=1)
    job = replace(job, order=replace(job.order, user_id=-77))
    shown = case_embed(case([report(-78)]), job, ENGLISH, ban=None)
    assert shown.description == "The prompt is not kept any more."
    assert fields(shown)["Made by"] == "a former member"
    assert "-7" not in str(shown.to_dict())


def test_a_private_image_is_reported_without_its_words() -> None:
    embed = case_embed(case(), make_job(prompt="a secret", private=True), ENGLISH, ban=None)
    assert "secret" not in str(embed.to_dict())
    assert fields(embed)["Where"] == "<#3>"


@pytest.mark.parametrize(
    ("decision", "can_ban", "buttons"),
    [
        (None, True, [REMOVE, DISMISS, BAN]),
        (None, False, [REMOVE, DISMISS]),
        (Decision.DISMISSED, True, [REMOVE, BAN]),
        (Decision.REMOVED, True, [BAN]),
        (Decision.REMOVED, False, None),
    ],
)
def test_what_can_still_be_decided_is_offered(
    decision: Decision | None, can_ban: bool, buttons: list[str] | None
) -> None:
    view = case_view(case(decision=decision), ENGLISH, can_ban=can_ban)
    shown = None if view is None else [str(getattr(each, "custom_id", "")) for each in view.children]
    assert shown == (None if buttons is None else [prefix + "0" * 20 for prefix in buttons])
    assert all(len(each) <= 100 for each in shown or ())
