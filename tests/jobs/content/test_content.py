"""What a member is told of blocked words: their own server's, and the operator's."""

import threading
from dataclasses import replace
from typing import cast

import pytest
from structlog.testing import capture_logs

import jobs.content.content
from jobs.content.content import Content
from jobs.content.words import WordList
from jobs.model import DIRECT
from jobs.request import ImageRequest
from jobs.servers.records import Change, ServerRecords
from jobs.servers.rules import EVERYWHERE, ContentRules, ServerRules
from jobs.servers.servers import Servers

HERE, THERE = 1, 2


class Records:
    """Rules as a database would give them."""

    def __init__(self, rules: dict[int, ServerRules]) -> None:
        self.rules = rules

    async def server_rules(self) -> dict[int, ServerRules]:
        return self.rules

    async def save_server_rules(self, guild_id: int, rules: ServerRules, changes: object) -> None:
        assert changes
        self.rules[guild_id] = rules

    async def note_changes(self, changes: object) -> None:
        raise AssertionError(changes)

    async def changes(self, guild_id: int, *, before: str | None = None, limit: int) -> list[Change]:
        raise AssertionError(guild_id, before, limit)


class Clock:
    def now(self) -> int:
        return 0


def blocking(*words: str, patterns: tuple[str, ...] = ()) -> ServerRules:
    return ServerRules(content=ContentRules(words=words, patterns=patterns))


async def content_of(**rules: ServerRules) -> Content:
    return Content(await servers_of(**rules))


async def servers_of(**rules: ServerRules) -> Servers:
    places = {"here": HERE, "there": THERE, "everywhere": EVERYWHERE}
    servers = Servers(cast("ServerRecords", Records({places[name]: each for name, each in rules.items()})), Clock())
    await servers.load()
    return servers


def asking(prompt: str, **values: object) -> ImageRequest:
    return replace(ImageRequest(model="flux-lora", prompt=prompt, seed=1), **values)  # type: ignore[arg-type]


async def test_a_server_refuses_its_own_words_alone() -> None:
    content = await content_of(here=blocking("bad"), there=blocking("worse"))
    assert str(content.refusal(HERE, asking("a b@d fox"))).startswith("This server does not allow `b@d` in a prompt.")
    assert content.refusal(HERE, asking("a worse fox")) is None
    assert content.refusal(THERE, asking("a b@d fox")) is None
    assert content.refusal(DIRECT, asking("a bad and worse fox")) is None


@pytest.mark.parametrize("place", [HERE, THERE, DIRECT])
async def test_the_operators_words_hold_everywhere(place: int) -> None:
    content = await content_of(here=blocking("bad"), everywhere=blocking("worst", patterns=(r"w[ou]rst\w+",)))
    assert str(content.refusal(place, asking("the worst fox"))).startswith(
        "This bot does not allow `worst` in a prompt."
    )
    assert str(content.refusal(place, asking("Würstchen"))).startswith("This bot does not allow `Würstchen`")


async def test_a_loras_trigger_words_are_told_apart_from_what_was_typed() -> None:
    content = await content_of(here=blocking("bad"))
    request = asking("a fox, bad style", added=("bad style",))
    assert str(content.refusal(HERE, request)).startswith("`bad`, a trigger word of the LoRA, is not allowed here.")
    assert str(content.refusal(HERE, asking("a bad fox, x", added=("x",)))).startswith("This server")


async def test_a_presets_style_counts_and_that_is_said() -> None:
    content = await content_of(here=blocking("bad"))
    assert "leave the preset out" in str(content.refusal(HERE, asking("a fox, bad style", preset="Mine")))


async def test_what_is_shown_stays_on_its_line_and_in_its_backticks() -> None:
    content = await content_of(here=blocking("bad", patterns=(r"(?s)fox.*dog",)))
    said = str(content.refusal(HERE, asking("b`a`d")))
    assert "`b a d`" in said
    said = str(content.refusal(HERE, asking("fox\n" + "`" * 9 + "# x " * 99 + "dog")))
    assert "\n" not in said
    assert said.count("`") == 2
    assert len(said) < 250


async def test_changed_rules_count_from_the_next_prompt_on() -> None:
    servers = await servers_of(here=blocking("bad"))
    content = Content(servers)
    assert content.refusal(HERE, asking("a bad fox"))
    for rules, refused in (
        (blocking("worse"), "a worse fox"),
        (blocking(patterns=("fox$",)), "a fox"),
        (blocking(), ""),
    ):
        await servers.change(
            HERE,
            lambda _, rules=rules: rules,  # type: ignore[misc]
            entry=lambda _: Change(guild_id=HERE, actor_id=1, action="content.words"),
        )
        assert content.refusal(HERE, asking("a bad fox in snow")) is None
        if refused:
            assert content.refusal(HERE, asking(refused))


async def test_a_pattern_that_re2_does_not_know_any_more_leaves_the_others_in_force() -> None:
    content = await content_of(here=blocking(patterns=("(?=x)", "fox")))
    with capture_logs() as log:
        assert content.refusal(HERE, asking("a fox"))
    assert [(entry["log_level"], entry["patterns"]) for entry in log] == [("error", 1)]
    assert "(?=x)" not in str(log)


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[tuple[tuple[str, ...], bool]]:
    """Each list of words that is compiled, and whether the event loop's thread has to do it."""
    lists: list[tuple[tuple[str, ...], bool]] = []

    class NotedList(WordList):
        def __init__(self, written: tuple[str, ...]) -> None:
            super().__init__(written)
            lists.append((written, threading.current_thread() is threading.main_thread()))

    monkeypatch.setattr(jobs.content.content, "WordList", NotedList)
    return lists


async def test_rules_are_compiled_once_and_by_no_thread_that_others_wait_for(
    compiled: list[tuple[tuple[str, ...], bool]],
) -> None:
    """At the start and before a change is in force."""
    servers = await servers_of(here=blocking("one"), there=ServerRules())
    content = Content(servers)
    servers.preparing.append(content.prepare)
    await content.load()
    assert content.refusal(HERE, asking("one")) is not None
    await servers.change(
        HERE, lambda _: blocking("two"), entry=lambda _: Change(guild_id=HERE, actor_id=9, action="content.words")
    )
    assert content.refusal(HERE, asking("one")) is None
    assert content.refusal(HERE, asking("two")) is not None
    assert compiled == [(("one",), False), (("two",), False)]


async def test_what_is_compiled_for_a_change_holds_only_once_that_is_in_force(
    compiled: list[tuple[tuple[str, ...], bool]],
) -> None:
    """It may never be: the database may be away then."""
    servers = await servers_of(here=blocking("one"))
    content = Content(servers)
    await content.load()
    await content.prepare(HERE, blocking("two"))
    assert content.refusal(HERE, asking("one")) is not None
    assert content.refusal(HERE, asking("two")) is None
    assert [words for words, _ in compiled] == [("one",), ("two",)]
