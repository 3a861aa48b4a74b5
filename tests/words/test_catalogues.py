"""What translators have written: whole, fitting to the source, and in step with it."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from words.__main__ import is_translated, template
from words.catalogue import CATALOGUES, catalogue_file
from words.extraction import messages

ROOT = Path(__file__).parents[2]
NAMES = sorted(set(CATALOGUES.values()))
DESCRIPTION_LONGEST = 100  # characters; Discord's bound for what it registers of commands


def read(name: str) -> Catalog:
    with catalogue_file(name).open("rb") as file:
        return read_po(file, locale=name)


def said(catalogue: Catalog) -> set[str | tuple[str, ...]]:
    return {message.id if isinstance(message.id, str) else tuple(message.id) for message in catalogue if message.id}


def forms(message: Message) -> list[tuple[str, str]]:
    """Each translation beside the English that it stands for; none where there is none yet."""
    if not message.id or not is_translated(message.string):
        return []
    if isinstance(message.id, str):
        return [(message.id, str(message.string))]
    several = list(message.string or ())
    return list(zip([*message.id[:1] * (len(several) > 1), *message.id[1:] * len(several)], several, strict=False))


def placeholders(text: str) -> set[str]:
    """The names between braces; doubled braces are letters."""
    return set(re.findall(r"\{(\w+)\}", text.replace("{{", "").replace("}}", "")))


@pytest.mark.parametrize("name", NAMES)
def test_a_catalogue_holds_what_the_source_says_and_nothing_else(name: str) -> None:
    """`make words` brings it up to date."""
    expected, found = said(template(ROOT)), said(read(name))
    assert found - expected == set()
    assert expected - found == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_sentence_is_translated_and_none_is_a_guess(name: str) -> None:
    catalogue = read(name)
    assert [message.id for message in catalogue if message.id and not is_translated(message.string)] == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []
    assert not catalogue.obsolete


@pytest.mark.parametrize("name", NAMES)
def test_a_sentence_has_as_many_forms_as_its_language(name: str) -> None:
    catalogue = read(name)
    for message in catalogue:
        if message.id and message.pluralizable:
            assert len(message.string or ()) == catalogue.num_plurals, message.id


@pytest.mark.parametrize("name", NAMES)
def test_a_translation_has_the_placeholders_of_its_sentence(name: str) -> None:
    for message in read(name):
        for english, translated in forms(message):
            # A form for one alone may tell the number or leave it out.
            allowed = placeholders(english) | ({"count"} if message.pluralizable else set())
            assert placeholders(english) - {"count"} <= placeholders(translated) <= allowed, message.id
            assert message.pluralizable or placeholders(translated) == placeholders(english), message.id


@pytest.mark.parametrize("name", NAMES)
def test_a_translation_keeps_what_is_typed_and_pressed(name: str) -> None:
    """Code, commands, markdown and lines are the same in every language."""
    for message in read(name):
        for english, translated in forms(message):
            for pattern in (r"`[^`]*`", r"\n", r"^-# ", r"\]\("):
                kept = sorted(re.findall(pattern, english))
                assert sorted(re.findall(pattern, translated)) == kept, (message.id, translated)
            assert english.count("**") == translated.count("**"), message.id
            assert (english[:1].isspace(), english[-1:].isspace()) == (
                translated[:1].isspace(), translated[-1:].isspace()
            ), message.id  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_what_discord_registers_fits_its_bound(name: str) -> None:
    described = {message.text for message in messages(ROOT) if message.described}
    assert len(described) > 20
    for message in read(name):
        if isinstance(message.id, str) and message.id in described:
            assert 0 < len(str(message.string)) <= DESCRIPTION_LONGEST, message.id


def test_the_template_is_in_step_too() -> None:
    with (ROOT / "words" / "catalogues" / "fluxcord.pot").open("rb") as file:
        assert said(read_po(file)) == said(template(ROOT))
