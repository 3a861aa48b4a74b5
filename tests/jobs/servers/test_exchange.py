"""Rules as a file and back, and what is said of a file that cannot be taken."""

import dataclasses
import tomllib

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from jobs.servers.differences import differences
from jobs.servers.exchange import Surroundings, write_config
from jobs.servers.exchange_reading import FILE_LONGEST, read_config
from jobs.servers.rules import (
    UNDECIDED,
    Caps,
    Channels,
    ContentRules,
    LibraryRules,
    MakeRules,
    Pause,
    PlaceRules,
    QuotaRules,
    ServerRules,
    Who,
    Windows,
)

AROUND = Surroundings(
    models=["flux-lora", "flux-2-lora"],
    channels={11: "general", 12: "A category\nwith\x00 strange # name", 13: "mods"},
    writable={11, 13},
    roles={21: "artists", 22: 'say "hi"'},
)

images = st.none() | st.integers(0, 100_000)
dollars = st.none() | st.integers(0, 10**12)
windows = st.builds(Windows, hour=images, day=images, month=images)


def some(of: dict[int, str]) -> st.SearchStrategy[frozenset[int]]:
    return st.frozensets(st.sampled_from(sorted(of)))


rules = st.builds(
    ServerRules,
    quota=st.builds(
        QuotaRules,
        windows=windows,
        roles=st.dictionaries(st.sampled_from([21, 22]), windows.filter(lambda each: each != Windows())),
        exempt_roles=some(dict(AROUND.roles)),
        exempt_users=st.frozensets(st.integers(1 - 2**63, 2**63 - 1).filter(bool), max_size=5),
    ),
    caps=st.builds(Caps, day=dollars, month=dollars),
    content=st.builds(
        ContentRules,
        unsafe=st.booleans(),
        spoiler=st.booleans(),
        words=st.lists(st.sampled_from(["rude", "two words", "schön", '"quoted"', "back\\slash"]), unique=True).map(
            tuple
        ),
        patterns=st.lists(st.sampled_from([r"\bx\w+", "it's", 'a"b', "tab\there", "\x7fdel"]), unique=True).map(tuple),
    ),
    places=st.builds(PlaceRules, allowed=some(dict(AROUND.channels)), denied=some(dict(AROUND.channels))),
    make=st.builds(
        MakeRules,
        models=st.none() | st.frozensets(st.sampled_from(sorted(AROUND.models))),
        largest_count=st.none() | st.integers(1, 100),
        largest_side=st.none() | st.integers(512, 4096),
        private=st.booleans(),
    ),
    library=st.builds(
        LibraryRules,
        approval=st.booleans(),
        raw_sources=st.sampled_from(Who),
        approvers=some(dict(AROUND.roles)),
    ),
    channels=st.builds(
        Channels,
        reports=st.none() | st.sampled_from([11, 13]),
        audit=st.none() | st.sampled_from([11, 13]),
        warnings=st.none() | st.sampled_from([11, 13]),
    ),
    retention_days=st.none() | st.integers(1, 36_500),
)


def read(text: str, now: ServerRules = UNDECIDED) -> ServerRules | list[tuple[int, str]]:
    found = read_config(text.encode(), AROUND, now)
    return found if isinstance(found, ServerRules) else [(each.line, str(each.sentence)) for each in found]


@settings(max_examples=40, deadline=None)
@given(rules=rules, now=rules)
def test_what_is_exported_is_imported_as_the_same_rules(rules: ServerRules, now: ServerRules) -> None:
    """Whatever was decided before: every section is in the file."""
    text = write_config(rules, AROUND, str)
    assert read(text, now) == rules


@settings(max_examples=40, deadline=None)
@given(rules=rules)
def test_every_setting_is_in_the_file_decided_or_as_a_comment(rules: ServerRules) -> None:
    text = write_config(rules, AROUND, str)
    uncommented = "\n".join(line.removeprefix("# ") if " = " in line else line for line in text.splitlines())
    tables = tomllib.loads(uncommented.replace("# [quota.roles.1", "[quota.roles.1"))
    assert set(tables) == {"quota", "caps", "places", "make", "library", "content", "channels", "retention"}
    sections = (QuotaRules, Caps, PlaceRules, MakeRules, LibraryRules, ContentRules, Channels)
    for name, section in zip(tables, sections, strict=False):
        keys = {field.name for field in dataclasses.fields(section)} - {"windows", "roles"}
        assert keys <= set(tables[name]), name


def test_a_section_that_is_not_in_the_file_stays_as_it_is_and_so_does_a_pause() -> None:
    now = ServerRules(caps=Caps(day=5), content=ContentRules(words=("rude",)), pause=Pause(by=1, at=2))
    found = read("[caps]\nmonth = 1", now)
    assert found == dataclasses.replace(now, caps=Caps(month=1_000_000))


def test_what_is_gone_from_the_server_is_left_out_of_the_file() -> None:
    """So that the file can be imported as it was exported."""
    stale = ServerRules(
        quota=QuotaRules(roles={99: Windows(day=1)}, exempt_roles=frozenset({99})),
        places=PlaceRules(allowed=frozenset({11, 99})),
        make=MakeRules(models=frozenset({"flux-lora", "gone"})),
        channels=Channels(reports=99, audit=12),
    )
    found = read(write_config(stale, AROUND, str))
    assert isinstance(found, ServerRules)
    assert found.places.allowed == {11}
    assert found.make.models == {"flux-lora"}
    assert (found.quota, found.channels) == (QuotaRules(), Channels())


def test_no_models_is_a_decision_and_stays_one() -> None:
    found = read(write_config(ServerRules(make=MakeRules(models=frozenset())), AROUND, str))
    assert isinstance(found, ServerRules)
    assert found.make.models == frozenset()


def test_everything_that_is_wrong_is_told_by_line() -> None:
    found = read(
        "[quota]\n"  # 1
        "day = -1\n"
        "days = 3\n"
        "exempt_roles = [21,\n"
        "    99, true,\n"  # 5
        "]\n"
        "[quota.roles.77]\n"
        'hour = "x"\n'
        "[caps]\n"
        "day = 1.0000001\n"  # 10
        "month = nan\n"
        "[content]\n"
        "patterns = [\n"
        "    'fine',\n"
        "    '(',\n"  # 15
        "]\n"
        "words = 'rude'\n"
        "unsafe = 1\n"
        "[places]\n"
        "denied = [11, 99]\n"  # 20
        "[make]\n"
        'models = ["flux-3"]\n'
        "largest_side = 100\n"
        "[channels]\n"
        "audit = 12\n"  # 25
        "[library]\n"
        'raw_sources = "some"\n'
        "[colours]\n"
    )
    assert isinstance(found, list)
    assert [line for line, _ in found] == [2, 3, 5, 5, 7, 8, 10, 11, 15, 17, 18, 20, 22, 23, 25, 27, 28]
    said = dict(found)
    assert said[2] == "`day` is a whole number from 0 to 100,000."
    assert (
        said[3] == "There is no `days`: leave it out. Known here: hour, day, month, exempt_roles, exempt_users, roles."
    )
    assert said[22] == 'There is no model `flux-3` here: choose from `"flux-lora"`, `"flux-2-lora"`.'
    assert said[25].startswith("There is no text channel `12` in this server")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[quota]\nday = 5\nday = 6\n", 3, "This cannot be read"),
        ("[quota]\n\n[caps\n", 3, "This cannot be read"),
        ("[quota]\nexempt_users = [1,\n", 2, "This cannot be read"),
        ("day = 5\n", 1, "There is no `day`"),
        ("quota = 5\n", 1, "`quota` is a section: write `[quota]`"),
        ("[quota]\nroles = 5\n", 2, "`quota.roles` is a section"),
        ("[quota.roles]\n21 = 5\n", 2, "`quota.roles.21` is a section"),
        ("[quota]\nday = 5.5\n", 2, "`day` is a whole number"),
        ("[quota]\nday = true\n", 2, "`day` is a whole number"),
        ("[quota]\nexempt_users = [0]\n", 2, "`0` is no user's id"),
        ("[caps]\nday = 1e999999\n", 2, "`day` is an amount in US dollars"),
        ("[caps]\nday = -0.01\n", 2, "`day` is an amount in US dollars"),
        ("[content]\nwords = ['fine',\n 5]\n", 3, "`words` holds texts in quotation marks"),
        (f"a = {'[' * 5_000}", 1, "This is no file of rules"),
        (f"a = {'9' * 5_000}", 1, "This is no file of rules"),
        (f"[quota]\na{'.a' * 60_000} = 5", 2, "This is no file of rules"),  # the parser would take minutes for it
        (f"[quota]\n[[a{'.a' * 60_000}]]", 2, "This is no file of rules"),
        (f"a = {{b = 1, 'a'{' . a' * 20_000} = 5}}", 1, "This is no file of rules"),
        (f"a = '{'.a' * 60}'", 1, "There is no `a`"),
        (f"# {'x' * FILE_LONGEST}", 1, "The file is too large"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text: str, line: int, said: str) -> None:
    found = read(text)
    assert isinstance(found, list)
    assert len(found) == 1
    assert found[0][0] == line
    assert found[0][1].startswith(said)


def test_a_file_that_is_no_text_is_told_so() -> None:
    found = read_config(b"[quota]\nday = 5 # \xff\n", AROUND, UNDECIDED)
    assert isinstance(found, tuple)
    assert [(each.line, str(each.sentence)) for each in found] == [
        (2, "This is no UTF-8 text: save the file as UTF-8.")
    ]


@given(text=st.text(alphabet="[]{}=,.#\"'\\ \n\t0aquotdy", max_size=80))
def test_whatever_is_in_a_file_it_is_read_or_refused(text: str) -> None:
    found = read_config(text.encode(), AROUND, UNDECIDED)
    if isinstance(found, tuple):
        assert all(1 <= each.line <= text.count("\n") + 1 for each in found)


@settings(max_examples=40, deadline=None)
@given(before=rules, after=rules)
def test_differences_are_there_exactly_where_rules_differ_and_never_hold_a_blocked_word(
    before: ServerRules, after: ServerRules
) -> None:
    found = differences(before, after)
    assert bool(found) == (before != after)
    texts = " ".join(f"{each.before} {each.after}" for each in found)
    assert not any(word in texts for word in ("rude", "schön", "quoted", "slash", "it's", "tab", "del"))


def test_a_difference_says_what_was_and_what_is() -> None:
    before = ServerRules(quota=QuotaRules(windows=Windows(day=20), roles={21: Windows(hour=3)}))
    after = ServerRules(
        quota=QuotaRules(windows=Windows(day=0)),
        caps=Caps(month=5_000_000),
        places=PlaceRules(allowed=frozenset({11, 12})),
        make=MakeRules(models=frozenset()),
        content=ContentRules(words=("rude", "two words")),
    )
    assert [(each.name, each.before, each.after) for each in differences(before, after)] == [
        ("quota.day", "20", "0"),
        ("caps.month", "", "$5.00"),
        ("places.allowed", "", "<#11>, <#12>"),
        ("make.models", "", "none"),
        ("content.words", "", "2 (+2, -0)"),
        ("quota.roles.21.hour", "3", ""),
    ]
