"""What members read of their quota: every window that binds, what is granted, and what stops the next image."""

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.quota.embeds import over_quota_embed, quota_embed
from cogs.quota.standing import quota_line
from jobs.model import Usage, WindowUsage
from jobs.outcomes import OverQuota
from jobs.sentence import verbatim
from jobs.servers.rules import Window
from tests.support import USAGE, usage_of_day
from words.catalogue import CATALOGUES
from words.speech import Words

ENGLISH = Words("en-US")
EVERYBODY = (ENGLISH, *(Words(locale) for locale in CATALOGUES))


def window(which: Window, allowance: int, used: int, back: int | None = None, full: int | None = None) -> WindowUsage:
    """Seconds for moments; nothing used: no moments."""
    resets_at = None if back is None else 1000 * back
    full_reset_at = resets_at if full is None else 1000 * full
    return WindowUsage(window=which, allowance=allowance, used=used, resets_at=resets_at, full_reset_at=full_reset_at)


HOUR = window(Window.HOUR, 5, 3, 1_000, 2_000)
DAY = window(Window.DAY, 20, 12, 5_000, 9_000)
MONTH = window(Window.MONTH, 100, 12, 50_000)
ALL = Usage(windows=(HOUR, DAY, MONTH))


def text(embed: discord.Embed) -> str:
    return embed.description or ""


def refused(usage: Usage, *, asked: int, which: Window, enough_at: int | None) -> str:
    embed = over_quota_embed(OverQuota(usage=usage, asked=asked, window=which, enough_at=enough_at), ENGLISH)
    assert embed.footer.text == "Nothing was made and nothing was charged. /quota shows where you stand."
    return f"{embed.title}\n{text(embed)}"


def test_every_window_that_binds_is_shown_with_when_images_come_back_and_which_is_reached_first() -> None:
    embed = quota_embed(ALL, ENGLISH)
    assert embed.title == "2 images left"
    assert text(embed).splitlines() == [
        "▰▰▰▰▰▰▰▱▱▱▱▱  **3** of **5** images used in the last hour",
        "-# The next comes back <t:1000:R>, the last <t:2000:R>.",
        "▰▰▰▰▰▰▰▱▱▱▱▱  **12** of **20** images used in the last 24 hours",
        "-# The next comes back <t:5000:R>, the last <t:9000:R>.",
        "▰▱▱▱▱▱▱▱▱▱▱▱  **12** of **100** images used in the last 30 days",
        "-# All of them come back <t:50000:R>.",
        "",
        "The hour is what you reach first.",
    ]


def test_a_single_window_needs_no_word_of_which_it_is() -> None:
    embed = quota_embed(USAGE, ENGLISH)
    assert embed.title == "15 images left"
    assert text(embed).splitlines() == [
        "▰▰▰▱▱▱▱▱▱▱▱▱  **5** of **20** images used in the last 24 hours",
        "-# The next comes back <t:1000:R>, the last <t:2000:R>.",
    ]


def test_whoever_has_used_nothing_is_told_how_to_begin() -> None:
    fresh = quota_embed(usage_of_day(allowance=20, used=0, resets_at=None, full_reset_at=None), ENGLISH)
    assert "Nothing used: all of them are yours. Start with `/imagine`." in text(fresh)


@pytest.mark.parametrize(
    ("windows", "stops"),
    [
        ((window(Window.HOUR, 5, 5, 7), DAY), "The hour is full: your next image fits <t:7:R>."),
        (
            (window(Window.HOUR, 5, 5, 7), window(Window.DAY, 5, 5, 8)),
            "The day is full: your next image fits <t:8:R>.",
        ),
        ((HOUR, window(Window.MONTH, 4, 6, 9)), "The month is full: your next image fits <t:9:R>."),
        ((HOUR, window(Window.DAY, 0, 0)), "This server allows you no images. Ask one of its admins."),
    ],
)
def test_what_stops_the_next_image_is_the_window_that_has_room_last(
    windows: tuple[WindowUsage, ...], stops: str
) -> None:
    embed = quota_embed(Usage(windows=windows), ENGLISH)
    assert embed.title == "0 images left"
    assert text(embed).splitlines()[-1] == stops


def test_a_grant_adds_to_what_is_left_and_says_until_when() -> None:
    granted = Usage(windows=(window(Window.HOUR, 5, 5, 7),), granted=3, granted_until=99_000)
    embed = quota_embed(granted, ENGLISH)
    assert embed.title == "3 images left"
    assert (
        "🎁 **3** granted images besides, until <t:99:f>: they are used once a limit is reached."
        in text(embed).splitlines()
    )
    assert "full" not in text(embed)


def test_whoever_is_bound_by_nothing_is_told_why() -> None:
    free = Usage(windows=())
    assert quota_embed(free, ENGLISH).title == "No limit for you here"
    assert text(quota_embed(free, ENGLISH)) == "No limit binds you here."
    assert text(quota_embed(free, ENGLISH, is_exempt=True)) == "You are exempt from this server's limits."


def test_whoever_is_banned_reads_it_first() -> None:
    assert text(quota_embed(ALL, ENGLISH, ban=verbatim("You are banned."))).startswith("🚫 You are banned.\n\n▰")
    exempt = quota_embed(Usage(windows=()), ENGLISH, is_exempt=True, ban=verbatim("You are banned."))
    assert exempt.title == "0 images left"
    assert quota_embed(Usage(windows=()), ENGLISH, is_exempt=True).title == "No limit for you here"


def test_the_line_under_a_result_tells_the_tightest_window_and_its_name_where_several_bind() -> None:
    assert quota_line(USAGE, ENGLISH) == "15 of 20 left · next back <t:1000:R>"
    assert quota_line(ALL, ENGLISH) == "2 of 5 an hour left · next back <t:1000:R>"
    assert quota_line(Usage(windows=(DAY, MONTH)), ENGLISH) == "8 of 20 a day left · next back <t:5000:R>"
    assert quota_line(Usage(windows=(MONTH,)), ENGLISH) == "88 of 100 a month left · next back <t:50000:R>"
    assert quota_line(Usage(windows=()), ENGLISH) == "no limit"
    granted = Usage(windows=(window(Window.DAY, 5, 5, 7),), granted=2, granted_until=99_000)
    assert quota_line(granted, ENGLISH) == "0 of 5 left · next back <t:7:R> · 2 granted images besides"


def test_a_refusal_says_what_fits_now_and_when_the_rest_does() -> None:
    assert refused(USAGE, asked=16, which=Window.DAY, enough_at=3_000_000) == (
        "Not enough quota left\n"
        "You asked for 16 images and have 15 of 20 left.\nAsk for at most 15 images now, or for 16 <t:3000:R>."
    )
    used_up = usage_of_day(allowance=1, used=1, resets_at=1, full_reset_at=1)
    assert refused(used_up, asked=1, which=Window.DAY, enough_at=3_000_000) == (
        "Your quota is used up for now\nYou asked for 1 image and have 0 of 1 left.\n1 image will fit again <t:3000:R>."
    )


def test_a_refusal_names_the_window_that_has_no_room_where_several_bind() -> None:
    assert refused(ALL, asked=4, which=Window.HOUR, enough_at=2_000_000) == (
        "Not enough quota left\n"
        "You asked for 4 images and have 2 left. The most in any hour here is 5 images.\n"
        "Ask for at most 2 images now, or for 4 <t:2000:R>."
    )
    full = Usage(windows=(HOUR, window(Window.MONTH, 12, 12, 50_000)))
    assert refused(full, asked=1, which=Window.MONTH, enough_at=50_000_000) == (
        "Your quota is used up for now\n"
        "You asked for 1 image and have 0 left. The most in any 30 days here is 12 images.\n"
        "1 image will fit again <t:50000:R>."
    )


def test_a_refusal_of_what_never_fits_says_the_bound() -> None:
    assert refused(ALL, asked=6, which=Window.HOUR, enough_at=None) == (
        "Not enough quota left\n"
        "You asked for 6 images and have 2 left. The most in any hour here is 5 images.\nAsk for at most 2 images now."
    )
    used_up = Usage(windows=(window(Window.HOUR, 5, 5, 7),))
    assert refused(used_up, asked=6, which=Window.HOUR, enough_at=None).endswith("5 images.\nAsk for fewer.")
    nothing = Usage(windows=(window(Window.DAY, 0, 0),))
    assert refused(nothing, asked=1, which=Window.DAY, enough_at=None).endswith(
        "This server allows you no images. Ask one of its admins."
    )


def test_a_refusal_counts_what_is_granted_as_left() -> None:
    granted = Usage(windows=(window(Window.DAY, 5, 5, 7),), granted=2, granted_until=99_000)
    assert "You asked for 3 images and have 2 left." in refused(granted, asked=3, which=Window.DAY, enough_at=7_000)


COUNT = st.integers(0, 100_000)
WINDOWS = st.builds(
    window, st.sampled_from(Window), COUNT, COUNT, st.none() | st.integers(1, 2**32), st.none() | st.integers(1, 2**32)
)


@given(
    usage=st.builds(
        Usage,
        windows=st.lists(WINDOWS, max_size=3, unique_by=lambda each: each.window).map(tuple),
        granted=COUNT,
        granted_until=st.none() | st.integers(0, 2**42),
    ),
    asked=st.integers(1, 16),
    which=st.sampled_from(Window),
    enough_at=st.none() | st.integers(1, 2**42),
)
def test_whatever_the_numbers_are_everybody_gets_a_whole_message(
    usage: Usage, asked: int, which: Window, enough_at: int | None
) -> None:
    refusal = OverQuota(usage=usage, asked=asked, window=which, enough_at=enough_at)
    for words in EVERYBODY:
        for embed in (quota_embed(usage, words), over_quota_embed(refusal, words)):
            assert embed.title
            assert 0 < len(text(embed)) < 2000
        assert 0 < len(quota_line(usage, words)) < 500
