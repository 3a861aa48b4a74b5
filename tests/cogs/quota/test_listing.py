"""What admins read of the quota rules and of a member: complete, in pages that Discord takes."""

from dataclasses import replace

import discord
from hypothesis import given, settings
from hypothesis import strategies as st

from cogs.quota.listing import PAGE, PER_PAGE, Listed, list_page, rules_line
from cogs.quota.member import Standing, member_embed
from jobs.model import Usage, WindowUsage
from jobs.servers.people_records import Ban, Grant
from jobs.servers.quotas import MOST_EXEMPT
from jobs.servers.rules import EVERYWHERE, QuotaRules, Window, Windows
from words.catalogue import CATALOGUES
from words.speech import Words

ENGLISH = Words("en-US")
RULES = QuotaRules(
    windows=Windows(hour=5, month=1),
    roles={31: Windows(hour=10, day=50), 32: Windows(month=0)},
    exempt_roles=frozenset({33}),
    exempt_users=frozenset({7, 8}),
)
GRANT = Grant(user_id=7, images=10, used=4, expires_at=9_000_000, by=9, at=0)
BAN = Ban(guild_id=1, user_id=8, reason="spam *a*", by=9, at=0, expires_at=5_000_000)
NOTHING = Listed(quota=QuotaRules(), day=20, grants=[], bans=[])
BIG = 2**63 - 1


def lines(embed: discord.Embed) -> list[str]:
    return (embed.description or "").splitlines()


def test_everything_that_is_decided_is_listed() -> None:
    forever = replace(BAN, user_id=6, expires_at=None, reason="x" * 300)
    embed, view = list_page(Listed(quota=RULES, day=20, grants=[GRANT], bans=[BAN, forever]), 0, ENGLISH)
    assert view is None
    assert lines(embed) == [
        "Everybody: 5 images an hour · 1 image a month · 20 images a day by the bot's own setting",
        "<@&31>: 10 images an hour · 50 images a day",
        "<@&32>: 0 images a month",
        "Exempt from every limit: <@&33>, <@7>, <@8>",
        "🎁 <@7>: 6 of 10 granted images left, until <t:9000:f>",
        "🚫 <@8>, banned by <@9> until <t:5000:f>: spam \\*a\\*",
        "🚫 <@6>, banned by <@9>: " + "x" * 79 + "…",
    ]


def test_where_nothing_is_decided_the_bots_own_setting_is_told() -> None:
    embed, view = list_page(NOTHING, 0, ENGLISH)
    assert lines(embed) == ["Everybody: 20 images a day by the bot's own setting"]
    assert view is None
    assert rules_line(QuotaRules(), ENGLISH, day=20, role=31) == (
        "<@&31>: nothing of its own, what holds for everybody counts"
    )


def test_more_than_a_page_is_turned_over_and_a_page_that_is_gone_is_the_last_one() -> None:
    bans = [replace(BAN, user_id=number) for number in range(2 * PER_PAGE)]
    of = replace(NOTHING, bans=bans)
    pages = [list_page(of, number, ENGLISH) for number in (0, 1, 2, 3)]
    assert [len(lines(embed)) for embed, _ in pages] == [PER_PAGE, PER_PAGE, 1, 1]
    assert "Page 3 of 3" in (pages[3][0].footer.text or "")
    for (_, view), (earlier, later) in zip(
        pages, [(True, False), (False, False), (False, True), (False, True)], strict=True
    ):
        assert view is not None
        assert [child.to_component_dict()["disabled"] for child in view.children] == [earlier, later]
        ids = [child.to_component_dict()["custom_id"] for child in view.children]
        assert len(set(ids)) == 2
        assert all(each.startswith(PAGE) for each in ids)


@settings(max_examples=30)
@given(
    reason=st.text(alphabet=st.sampled_from("a*_~`|>#@\\[]()<:/-\n😀"), min_size=1, max_size=300),
    exempt=st.integers(0, MOST_EXEMPT),
    words=st.sampled_from([ENGLISH, *(Words(locale) for locale in CATALOGUES)]),
)
def test_every_page_fits_whatever_is_decided(reason: str, exempt: int, words: Words) -> None:
    quota = QuotaRules(
        roles={BIG - number: Windows(hour=100_000, day=100_000, month=100_000) for number in range(PER_PAGE)},
        exempt_users=frozenset(BIG - number for number in range(exempt)),
    )
    bans = [Ban(guild_id=1, user_id=BIG, reason=reason, by=BIG, at=0, expires_at=2**42)] * PER_PAGE
    of = Listed(quota=quota, day=20, grants=[replace(GRANT, user_id=BIG)] * PER_PAGE, bans=bans)
    number, last = 0, False
    while not last:
        embed, view = list_page(of, number, words)
        assert 0 < len(embed.description or "") <= 4096
        assert len(embed) <= 6000
        assert view is not None
        last = bool(view.children[1].to_component_dict()["disabled"])
        number += 1
    assert number == -(-(1 + 3 * PER_PAGE + -(-exempt // 6)) // PER_PAGE)


def stands(**values: object) -> Standing:
    usage = Usage(
        windows=tuple(
            WindowUsage(window=window, allowance=allowance, used=0, resets_at=None, full_reset_at=None)
            for window, allowance in ((Window.HOUR, 10), (Window.DAY, 50), (Window.MONTH, 1))
        )
    )
    defaults: dict[str, object] = {
        "user_id": 5,
        "roles": (31, 34),
        "is_member": True,
        "quota": RULES,
        "day": 20,
        "usage": usage,
        "since": 0,
        "grant": None,
        "ban": None,
    }
    return Standing(**(defaults | values))  # type: ignore[arg-type]


def test_a_member_is_shown_with_what_gives_each_window() -> None:
    assert lines(member_embed(stands(), ENGLISH)) == [
        "<@5>",
        "▱▱▱▱▱▱▱▱▱▱▱▱  **0** of **10** images used in the last hour",
        "-# Because of <@&31>.",
        "▱▱▱▱▱▱▱▱▱▱▱▱  **0** of **50** images used in the last 24 hours",
        "-# Because of <@&31>.",
        "▱▱▱▱▱▱▱▱▱▱▱▱  **0** of **1** images used in the last 30 days",
        "-# The limit for everybody.",
    ]


def test_exemptions_a_grant_a_reset_and_a_ban_are_shown_with_their_reasons() -> None:
    free = Usage(windows=())
    shown = member_embed(
        stands(user_id=7, roles=(33,), usage=free, since=4_000_000, grant=GRANT, ban=BAN, is_member=False), ENGLISH
    )
    assert lines(shown) == [
        "<@7>",
        "Not a member of this server now.",
        "🚫 <@8>, banned by <@9> until <t:5000:f>: spam \\*a\\*",
        "♾️ Exempt from every limit in person.",
        "♾️ Exempt from every limit because of <@&33>.",
        "🎁 <@7>: 6 of 10 granted images left, until <t:9000:f>",
        "Counted anew since <t:4000:R>: an admin has reset it.",
    ]


def test_the_operators_ban_is_told_as_one_that_no_admin_lifts() -> None:
    shown = member_embed(stands(ban=replace(BAN, guild_id=EVERYWHERE, by=0)), ENGLISH)
    assert lines(shown)[1] == "🚫 Banned everywhere by the bot's operator, who alone can lift it: spam \\*a\\*"


def test_the_bots_own_setting_is_told_as_the_reason_where_the_server_says_nothing_of_the_day() -> None:
    usage = Usage(windows=(WindowUsage(window=Window.DAY, allowance=20, used=0, resets_at=None, full_reset_at=None),))
    shown = member_embed(stands(quota=QuotaRules(), usage=usage, roles=()), ENGLISH)
    assert lines(shown)[-1] == "-# The bot's own setting: this server says nothing of the day."
