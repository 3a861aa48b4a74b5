"""How an entry of the audit log reads."""

import pytest

from cogs.admin.entries import AT_ONCE, entry_line
from jobs.servers.records import Change
from words.speech import Words

USER, ROLE, CHANNEL = 1_573_753_086_927_699_968, 1_573_753_086_927_699_969, 1_573_753_086_927_699_970
AT = 1_795_262_400_000


def line(**values: str | int) -> str:
    return entry_line(Change(**({"guild_id": 1, "actor_id": USER, "action": "ban", "at": AT} | values)), Words("en-US"))  # type: ignore[arg-type]


def test_who_did_what_to_whom_from_what_to_what_and_when() -> None:
    assert line(action="quota.grant", target=f"{USER}", before="", after="5 left") == (
        f"<t:1795262400:f> <@{USER}>: **changed a grant** · <@{USER}>\n-# nothing → 5 left"
    )
    assert line(action="pause") == f"<t:1795262400:f> <@{USER}>: **paused the server**"


def test_mentions_are_shown_as_such_and_nothing_else_that_was_typed_is_drawn() -> None:
    shown = line(target=f"<@&{ROLE}>", after=f"<#{CHANNEL}>, <@{USER}> **bold** @everyone <t:1:f>")
    assert f"· <@&{ROLE}>" in shown
    assert f"→ <#{CHANNEL}>, <@{USER}> \\*\\*bold\\*\\* @\u200beveryone \\<t:1:f>" in shown


@pytest.mark.parametrize(("actor", "shown"), [(0, "the bot's operator"), (-5, "a former member")])
def test_whoever_has_no_account_here_is_named_in_words(actor: int, shown: str) -> None:
    assert f" {shown}: " in line(actor_id=actor)
    assert line(target="-5").endswith("· a former member")


def test_an_action_that_has_no_words_yet_is_shown_by_its_name() -> None:
    assert "**`future.thing`**" in line(action="future.thing")


def test_several_fit_into_one_message_however_long_they_are() -> None:
    longest = line(action="x" * 500, target="*" * 5_000, before="<" * 5_000, after="@everyone " * 1_000)
    assert AT_ONCE * (len(longest) + 1) <= 4096
