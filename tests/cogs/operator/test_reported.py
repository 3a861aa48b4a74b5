"""What the operator is told of reports, and when."""

from cogs.operator.reported import AT_ONCE, GATHERED, ReportDigest, text_of
from jobs.reports import REASON_LONGEST, Report


def report(number: int = 1, **values: object) -> Report:
    known: dict[str, object] = {
        "job_id": f"{number:020}",
        "user_id": 2**63 - 1,
        "guild_id": 2**63 - 1,
        "channel_id": 2**63 - 1,
        "message_id": 2**63 - 1,
        "reason": "not a fox",
        "reported_at": 0,
    }
    return Report(**(known | values))  # type: ignore[arg-type]


def test_the_first_is_told_at_once_and_what_follows_within_a_minute_together() -> None:
    digest = ReportDigest()
    assert digest.next_at() is None
    digest.add(report(1))
    assert digest.due(5) == [[report(1)]]
    assert digest.due(5) == []
    for number in (2, 3):
        digest.add(report(number))
    assert digest.next_at() == 5 + GATHERED
    assert digest.due(4 + GATHERED) == []
    assert digest.due(5 + GATHERED) == [[report(2), report(3)]]


def test_at_the_end_nothing_is_gathered_any_longer() -> None:
    digest = ReportDigest()
    digest.add(report(1))
    digest.due(0)
    digest.add(report(2))
    assert digest.due(1, all_at_once=True) == [[report(2)]]


def test_many_are_several_messages_that_discord_takes() -> None:
    digest = ReportDigest()
    reason = "@everyone *" * REASON_LONGEST
    for number in range(2 * AT_ONCE + 1):
        digest.add(report(number, reason=reason[:REASON_LONGEST]))
    messages = digest.due(0)
    assert [len(each) for each in messages] == [AT_ONCE, AT_ONCE, 1]
    assert all(len(str(text_of(each))) <= 2_000 for each in messages)


def test_a_message_says_who_finds_what_wrong_with_which_image_and_where_it_is() -> None:
    text = str(text_of([report(user_id=4, guild_id=1, channel_id=2, message_id=3)]))
    assert text.startswith("**An image was reported.** ")
    assert "`00000000000000000001` <@4>: not a fox https://discord.com/channels/1/2/3" in text
    assert "https://" not in str(text_of([report(message_id=None)]))
