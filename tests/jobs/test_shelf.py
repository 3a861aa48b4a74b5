"""Presets and defaults in memory: found at once, changed with each write, never out of step with what is kept."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from jobs.catalog import Catalog, Provider
from jobs.model import DIRECT
from jobs.parameters import Option
from jobs.ports import StoreUnavailable
from jobs.presets import PRESETS_MOST, Defaults, Owner, Preset, preset_options, read_name
from jobs.request import ImageRequest, Lora
from jobs.sentence import Sentence, say
from jobs.shelf import Saved, Shelf, word_for
from jobs.validation import Fault

CATALOG = Catalog(offered=Provider)
MARA, BEN, SERVER, ELSEWHERE = Owner.user(7), Owner.user(8), Owner.server(1), Owner.server(2)


def preset(name: str, owner: Owner = MARA, **options: int) -> Preset:
    return Preset(
        owner=owner, name=name, options={Option(option): value for option, value in options.items()}, saved_by=7
    )


class Records:
    """Keeps what is written; `broken`: like a database that cannot be used."""

    def __init__(self) -> None:
        self.kept: dict[tuple[Owner, str], Preset] = {}
        self.decided: dict[Owner, Defaults] = {}
        self.broken = False

    async def _write(self) -> None:
        await asyncio.sleep(0)  # others may write meanwhile
        if self.broken:
            raise StoreUnavailable("broken")

    async def presets(self) -> Sequence[Preset]:
        return list(self.kept.values())

    async def defaults(self) -> Mapping[Owner, Defaults]:
        return self.decided

    async def save_preset(self, preset: Preset) -> None:
        await self._write()
        self.kept[preset.owner, preset.key] = preset

    async def rename_preset(self, preset: Preset, name: str) -> None:
        await self._write()
        renamed = replace(self.kept.pop((preset.owner, preset.key)), name=name)
        self.kept[renamed.owner, renamed.key] = renamed

    async def remove_preset(self, preset: Preset) -> None:
        await self._write()
        self.kept.pop((preset.owner, preset.key), None)

    async def forget_presets(self, user_id: int, pseudonym: int) -> None:
        await self._write()
        self._drop(Owner.user(user_id))
        saved = {key: preset for key, preset in self.kept.items() if preset.saved_by == user_id}
        self.kept |= {key: replace(preset, saved_by=pseudonym) for key, preset in saved.items()}

    async def remove_server_presets(self, guild_id: int) -> None:
        await self._write()
        self._drop(Owner.server(guild_id))

    def _drop(self, owner: Owner) -> None:
        self.kept = {key: preset for key, preset in self.kept.items() if key[0] != owner}
        self.decided.pop(owner, None)

    async def save_defaults(self, owner: Owner, defaults: Defaults) -> None:
        await self._write()
        self.decided[owner] = defaults


@pytest.fixture
def records() -> Records:
    return Records()


@pytest.fixture
def shelf(records: Records) -> Shelf:
    return Shelf(records)


def names(found: Sequence[Preset]) -> list[str]:
    return [each.name for each in found]


async def test_what_is_kept_is_known_after_a_start(records: Records, shelf: Shelf) -> None:
    await shelf.save(preset("Noir"), overwrite=False)
    await shelf.decide(MARA, {Option.SIZE: "square"})
    restarted = Shelf(records)
    assert restarted.find("noir", user_id=7, guild_id=1) is None
    await restarted.load()
    assert restarted.find("noir", user_id=7, guild_id=1) == preset("Noir")
    assert restarted.defaults(MARA).options == {Option.SIZE: "square"}


async def test_ones_own_is_found_before_the_servers_and_nobody_elses_at_all(shelf: Shelf) -> None:
    mine, servers = preset("Noir"), preset("NOIR", SERVER)
    for each in (servers, preset("Dark", BEN), preset("Fog", ELSEWHERE)):
        await shelf.save(each, overwrite=False)
    assert shelf.find("noir", user_id=7, guild_id=1) == servers
    await shelf.save(mine, overwrite=False)
    assert shelf.find(" nOiR ", user_id=7, guild_id=1) == mine
    assert shelf.find(word_for(servers), user_id=7, guild_id=1) == servers
    assert shelf.find(word_for(mine), user_id=8, guild_id=1) is None
    for word in ("dark", "fog", "mine:dark", "server:fog", ""):
        assert shelf.find(word, user_id=7, guild_id=1) is None
    assert shelf.find(word_for(servers), user_id=7, guild_id=DIRECT) is None


async def test_suggestions_are_ones_own_first_then_those_that_begin_so(shelf: Shelf) -> None:
    for each in ("Foggy noir", "Noir", "Bright"):
        await shelf.save(preset(each), overwrite=False)
    await shelf.save(preset("Noir et blanc", SERVER), overwrite=False)
    assert names(shelf.suggest("NOI", user_id=7, guild_id=1)) == ["Noir", "Foggy noir", "Noir et blanc"]
    assert names(shelf.suggest("", user_id=7, guild_id=1)) == ["Bright", "Foggy noir", "Noir", "Noir et blanc"]
    assert names(shelf.suggest("", user_id=8, guild_id=2)) == []


async def test_a_name_is_given_once_even_at_the_same_moment(shelf: Shelf, records: Records) -> None:
    results = await asyncio.gather(*(shelf.save(preset("Noir", steps=n), overwrite=False) for n in range(3)))
    assert sorted(result.name for result in results) == ["KEPT", "NAME_TAKEN", "NAME_TAKEN"]
    assert await shelf.save(preset("NOIR", steps=9), overwrite=True) is Saved.KEPT
    assert [(each.name, dict(each.options)) for each in records.kept.values()] == [("NOIR", {Option.STEPS: 9})]


async def test_nobody_has_more_than_the_most_even_at_the_same_moment(shelf: Shelf) -> None:
    saves = (shelf.save(preset(f"{number}"), overwrite=False) for number in range(PRESETS_MOST + 3))
    results = await asyncio.gather(*saves)
    assert results.count(Saved.TOO_MANY) == 3
    assert await shelf.save(preset("0", steps=1), overwrite=True) is Saved.KEPT  # takes a place, needs none
    assert await shelf.save(preset("another", BEN), overwrite=False) is Saved.KEPT


async def test_a_rename_keeps_the_options_and_refuses_a_taken_name(shelf: Shelf) -> None:
    noir = preset("Noir", steps=9)
    await shelf.save(noir, overwrite=False)
    await shelf.save(preset("Dark"), overwrite=False)
    assert await shelf.rename(noir, "dark") is Saved.NAME_TAKEN
    assert await shelf.rename(noir, "NOIR") is Saved.KEPT
    assert await shelf.rename(noir, "Fog") is Saved.GONE  # it is another one by now
    found = shelf.get(MARA, "noir")
    assert found == replace(noir, name="NOIR")
    assert found is not None
    assert await shelf.rename(found, "Fog") is Saved.KEPT
    assert names(shelf.presets(MARA)) == ["Dark", "Fog"]


async def test_nothing_changes_in_memory_when_the_database_cannot_be_used(shelf: Shelf, records: Records) -> None:
    noir = preset("Noir")
    await shelf.save(noir, overwrite=False)
    await shelf.decide(MARA, {Option.PRIVATE: True})
    records.broken = True
    for write in (
        shelf.save(preset("Dark"), overwrite=False),
        shelf.rename(noir, "Fog"),
        shelf.remove(noir),
        shelf.decide(MARA, {Option.PRIVATE: False}),
        shelf.reset(MARA),
    ):
        with pytest.raises(StoreUnavailable):
            await write
    assert shelf.presets(MARA) == [noir]
    assert shelf.defaults(MARA).options == {Option.PRIVATE: True}


async def test_defaults_change_one_by_one_and_leave_when_undecided(shelf: Shelf, records: Records) -> None:
    await asyncio.gather(
        shelf.decide(MARA, {Option.SIZE: "square"}),
        shelf.decide(MARA, {Option.COUNT: 2}),
        shelf.decide_metadata(MARA, written=False),
    )
    assert shelf.defaults(MARA) == Defaults(options={Option.SIZE: "square", Option.COUNT: 2}, metadata=False)
    await shelf.decide(MARA, {}, undecided=[Option.SIZE])
    assert shelf.defaults(MARA).options == {Option.COUNT: 2}
    assert records.decided[MARA] == shelf.defaults(MARA)
    assert await shelf.reset(MARA) == Defaults()
    with pytest.raises(ValueError, match="no defaults"):
        await shelf.decide(MARA, {Option.SEED: 5})


@pytest.mark.parametrize(
    ("mine", "servers", "written"),
    [(None, None, True), (False, None, False), (None, False, False), (True, False, False), (True, None, True)],
)
async def test_images_carry_their_parameters_unless_the_user_or_the_server_has_switched_it_off(
    *, mine: bool | None, servers: bool | None, written: bool, shelf: Shelf
) -> None:
    await shelf.decide_metadata(MARA, written=mine)
    await shelf.decide_metadata(SERVER, written=servers)
    assert shelf.writes_metadata(user_id=7, guild_id=1) is written
    assert shelf.writes_metadata(user_id=8, guild_id=2) is True


async def test_a_presets_lora_that_is_none_here_is_left_out_and_a_typed_one_is_a_fault(shelf: Shelf) -> None:
    """A server's library is asked after the order was completed."""
    await shelf.save(replace(preset("Noir"), options={Option.LORA: "Watercolour"}), overwrite=False)
    fault = Fault(option=Option.LORA, sentence=say("There is no such LoRA here."))
    for typed, told, left_out in (
        ({Option.PRESET: "Noir"}, [], (Option.LORA,)),
        ({Option.PRESET: "Noir", Option.LORA: "Ink"}, [fault], ()),
    ):
        done = shelf.complete(typed, user_id=7, guild_id=1, catalog=CATALOG, unsafe_allowed=False)
        assert done is not None
        spared, faults = done.spare([fault])
        assert (faults, spared.merged.left_out) == (told, left_out)


async def test_an_order_is_completed_from_the_preset_the_user_and_the_server(shelf: Shelf) -> None:
    await shelf.save(preset("Noir", steps=9), overwrite=False)
    await shelf.decide(MARA, {Option.STEPS: 20, Option.COUNT: 2})
    await shelf.decide(SERVER, {Option.COUNT: 3, Option.PRIVATE: True, Option.FORMAT: "webp"})
    typed = {Option.PROMPT: "a fox", Option.PRESET: "noir"}
    done = shelf.complete(typed, user_id=7, guild_id=1, catalog=CATALOG, unsafe_allowed=False)
    assert done is not None
    assert done.merged.chosen == {
        Option.PROMPT: "a fox", Option.MODEL: "flux-lora", Option.STEPS: 9, Option.COUNT: 2, Option.PRIVATE: True,
    }  # fmt: skip
    request = ImageRequest(model="flux-lora", prompt="a fox", seed=1)
    assert done.noted(request) == replace(request, preset="Noir")
    await shelf.decide(Owner.server(DIRECT), {Option.PRIVATE: True})  # there is no such server
    elsewhere = shelf.complete(typed, user_id=7, guild_id=DIRECT, catalog=CATALOG, unsafe_allowed=False)
    assert elsewhere is not None
    assert Option.PRIVATE not in elsewhere.merged.chosen
    assert shelf.complete(typed, user_id=8, guild_id=1, catalog=CATALOG, unsafe_allowed=False) is None


def test_a_lora_of_a_library_is_kept_by_its_name() -> None:
    loras = (Lora(path="https://a.example.com/x?key=1", scale=2.0, name="Watercolour"),)
    kept, lacks = preset_options(
        ImageRequest(model="flux-lora", prompt="a fox", seed=5, loras=loras), whole_links=False
    )
    assert not lacks
    assert kept[Option.LORA] == "Watercolour"


def test_a_preset_keeps_a_jobs_options_without_its_seed_and_prompt() -> None:
    loras = (Lora(path="https://a.example.com/x?key=1", scale=2.0), Lora(path="owner/repo"))
    request = ImageRequest(model="flux-2-lora", prompt="a fox", seed=5, count=2, safety=False, loras=loras)
    kept, lacks = preset_options(request, whole_links=True)
    assert not lacks
    assert kept == {
        Option.MODEL: "flux-2-lora", Option.COUNT: 2, Option.LORA: loras[0].path, Option.LORA_SCALE: 2.0,
        Option.LORA2: "owner/repo", Option.SAFETY: False,
    }  # fmt: skip
    public, lacks = preset_options(request, whole_links=False)
    assert lacks  # its link may hold a download key
    assert public == {Option.MODEL: "flux-2-lora", Option.COUNT: 2, Option.LORA: "owner/repo", Option.SAFETY: False}


@pytest.mark.parametrize(("typed", "name"), [(" Film  noir\n", "Film noir"), ("🦊", "🦊"), ("x" * 32, "x" * 32)])
def test_a_name_is_taken_without_needless_blanks(typed: str, name: str) -> None:
    assert read_name(typed) == name


@pytest.mark.parametrize("typed", ["", "  \n", "x" * 33, "a\u200bb", "a\x00b"])
def test_a_name_that_is_empty_too_long_or_cannot_be_seen_is_refused(typed: str) -> None:
    assert isinstance(read_name(typed), Sentence)


async def test_of_a_forgotten_user_only_what_is_a_servers_stays_without_the_name(
    records: Records, shelf: Shelf
) -> None:
    for each in (preset("Noir"), preset("Dark", BEN), preset("Fog", SERVER)):
        await shelf.save(each, overwrite=False)
    await shelf.decide(MARA, {Option.SIZE: "square"})
    await shelf.forget(7, -70)
    restarted = Shelf(records)
    await restarted.load()
    for known in (shelf, restarted):
        assert (names(known.presets(MARA)), names(known.presets(BEN))) == ([], ["Dark"])
        assert [(kept.name, kept.saved_by) for kept in known.presets(SERVER)] == [("Fog", -70)]
        assert known.defaults(MARA) == Defaults()


async def test_of_a_server_that_was_left_nothing_stays(records: Records, shelf: Shelf) -> None:
    for each in (preset("Noir"), preset("Fog", SERVER), preset("Mist", ELSEWHERE)):
        await shelf.save(each, overwrite=False)
    await shelf.decide(SERVER, {Option.SIZE: "square"})
    await shelf.drop_server(1)
    restarted = Shelf(records)
    await restarted.load()
    for known in (shelf, restarted):
        assert [names(known.presets(owner)) for owner in (MARA, SERVER, ELSEWHERE)] == [["Noir"], [], ["Mist"]]
        assert known.defaults(SERVER) == Defaults()


async def test_nothing_is_forgotten_while_the_database_is_away(records: Records, shelf: Shelf) -> None:
    await shelf.save(preset("Noir"), overwrite=False)
    records.broken = True
    with pytest.raises(StoreUnavailable):
        await shelf.forget(7, -70)
    assert names(shelf.presets(MARA)) == ["Noir"]
