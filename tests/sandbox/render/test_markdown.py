from datetime import UTC, datetime, timedelta

import pytest

from sandbox.render.markdown import CodeBlock, Look, Names, Paragraph, Run, inline, parse

NOW = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
NAMES = Names(now=NOW, mentioned={"@22": "Mara", "#7": "art"})


def test_styles_nest() -> None:
    """Bold in italics, italics in bold, struck, underlined."""
    assert inline("**a *b* c**", NAMES) == [
        Run(text="a ", bold=True),
        Run(text="b", bold=True, italic=True),
        Run(text=" c", bold=True),
    ]
    assert inline("~~c~~", NAMES) == [Run(text="c", struck=True)]
    assert inline("__d__", NAMES) == [Run(text="d", underlined=True)]


@pytest.mark.parametrize("text", ["2 * 3 * 4", "snake_case_name", "a ** b", "`", "<t:x>", "50 %"])
def test_what_only_looks_like_markdown_stays(text: str) -> None:
    """Lone signs and signs inside words are text."""
    assert "".join(run.text for run in inline(text, NAMES)) == text
    assert not any(run.bold or run.italic for run in inline(text, NAMES))


def test_escapes_are_undone() -> None:
    """A backslash before a sign hides itself and keeps the sign."""
    assert "".join(run.text for run in inline(r"\*no\* \`x\` a\b", NAMES)) == r"*no* `x` a\b"


def test_code_is_left_alone() -> None:
    """No markdown, no mention in it."""
    assert inline("`**x** <@22>`", NAMES) == [Run(text="**x** <@22>", look=Look.CODE)]
    assert parse("a\n```py\n**x**\n```\nb", NAMES) == [
        Paragraph(runs=(Run(text="a"),)),
        CodeBlock(text="**x**"),
        Paragraph(runs=(Run(text="b"),)),
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<@22>", "@Mara"),
        ("<@!22>", "@Mara"),
        ("<@23>", "@unknown-user"),
        ("<#7>", "#art"),
        ("<@&9>", "@role"),
        ("</quota:12>", "/quota"),
    ],
)
def test_mentions_show_names(text: str, shown: str) -> None:
    """By id where it is known."""
    assert inline(text, NAMES) == [Run(text=shown, look=Look.MENTION)]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (10, "in a few seconds"),
        (-100, "2 minutes ago"),
        (3 * 3600, "in 3 hours"),
        (-3700, "an hour ago"),
        (86_400, "in a day"),
        (5 * 86_400, "in 5 days"),
        (60 * 86_400, "in 2 months"),
        (-800 * 86_400, "2 years ago"),
    ],
)
def test_relative_times_are_seen_from_the_message(seconds: int, shown: str) -> None:
    """As Discord words them."""
    unix = int((NOW + timedelta(seconds=seconds)).timestamp())
    assert inline(f"<t:{unix}:R>", NAMES) == [Run(text=shown, look=Look.TIME)]


@pytest.mark.parametrize(
    ("style", "shown"),
    [
        (":t", "14:05"),
        (":T", "14:05:00"),
        (":d", "21/11/2026"),
        (":D", "21 November 2026"),
        ("", "21 November 2026 14:05"),
        (":F", "Saturday, 21 November 2026 14:05"),
    ],
)
def test_times_have_their_styles(style: str, shown: str) -> None:
    """All styles of a timestamp."""
    assert inline(f"<t:{int(NOW.timestamp())}{style}>", NAMES)[0].text == shown


def test_a_time_out_of_reach_is_invalid() -> None:
    """Instead of an error."""
    assert inline("<t:9999999999999:R>", NAMES)[0].text == "Invalid Date"


def test_lines_have_their_kinds() -> None:
    """Headings, subtext, quotes and lists."""
    kinds = parse("# one\n-# two\n> three\n- four\nfive", NAMES)
    assert kinds == [
        Paragraph(runs=(Run(text="one"),), level=1),
        Paragraph(runs=(Run(text="two"),), small=True),
        Paragraph(runs=(Run(text="three"),), quoted=True),
        Paragraph(runs=(Run(text="• four\nfive"),)),
    ]
