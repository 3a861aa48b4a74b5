"""From a sentence to the text that its reader sees."""

import time
from pathlib import Path

import pytest

from jobs.sentence import Sentence, say, say_count, verbatim
from words import catalogue
from words.speech import Words

ENGLISH, GERMAN, JAPANESE = Words("en-US"), Words("de"), Words("ja")
IMAGES = ("{count} image", "{count} images")


@pytest.mark.parametrize("locale", ["en-US", "en-GB", "sv-SE", "", "nonsense"])
def test_who_reads_a_language_that_we_lack_reads_english(locale: str) -> None:
    assert Words(locale)(say("Cancelled")) == "Cancelled"


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("de", "Abgebrochen"),
        ("fr", "Annulé"),
        ("es-ES", "Cancelado"),
        ("es-419", "Cancelado"),
        ("pt-BR", "Cancelado"),
        ("ja", "キャンセルしました"),
    ],
)
def test_each_of_discords_locales_finds_its_catalogue(locale: str, text: str) -> None:
    assert Words(locale)(say("Cancelled")) == text


def test_a_number_decides_the_form() -> None:
    assert [ENGLISH(say_count(*IMAGES, n)) for n in (0, 1, 2)] == ["0 images", "1 image", "2 images"]
    assert [GERMAN(say_count(*IMAGES, n)) for n in (0, 1, 2)] == ["0 Bilder", "1 Bild", "2 Bilder"]
    assert [JAPANESE(say_count(*IMAGES, n)) for n in (1, 2)] == ["1枚の画像", "2枚の画像"]
    french = Words("fr")
    assert [french(say_count(*IMAGES, n)) for n in (0, 1, 2)] == ["0 image", "1 image", "2 images"]


def test_numbers_are_written_as_the_reader_writes_them() -> None:
    sentence = say("{seconds} s", seconds=1234.5)
    assert ENGLISH(sentence) == "1234.5 s"
    assert GERMAN(sentence) == "1.234,5 s"
    assert GERMAN(say_count(*IMAGES, 12_345)) == "12.345 Bilder"
    assert (ENGLISH.number(7.5), GERMAN.number(7.5), GERMAN.number(12)) == ("7.5", "7,5", "12")


def test_a_value_that_is_a_sentence_is_translated_too() -> None:
    asked = say("The most in any 24 hours here is {images}: ask for fewer.", images=say_count(*IMAGES, 3))
    assert "3 Bilder" in GERMAN(asked)


def test_what_has_no_translation_is_english_with_its_values() -> None:
    unheard = Sentence(template="Nobody ever said {this}.", values={"this": "that"})
    assert GERMAN(unheard) == "Nobody ever said that."
    assert GERMAN.find("Nobody ever said this.") is None


def test_braces_in_what_somebody_typed_stay() -> None:
    assert GERMAN(verbatim("{count} {0} }{")) == "{count} {0} }{"


@pytest.mark.parametrize(
    "sentence",
    [
        say("Cancelled"),
        say("{seconds} s", seconds=0.5),
        say_count("{count} image left", "{count} images left", 3),
        say("The most in any 24 hours here is {images}: ask for fewer.", images=say_count(*IMAGES, 1)),
        verbatim('A vendor\'s "words" {braces} \0 ü'),
    ],
)
def test_a_stored_sentence_is_read_in_the_language_of_whoever_reads_it(sentence: Sentence) -> None:
    restored = Sentence.from_json(sentence.to_json())
    assert restored == sentence
    assert (GERMAN(restored), str(restored)) == (GERMAN(sentence), str(sentence))


@pytest.mark.parametrize("text", ["", "The image service is too busy.", "{", "[1]", "null", '{"a": 1}', "12"])
def test_a_text_from_before_sentences_were_stored_stands_for_itself(text: str) -> None:
    assert GERMAN(Sentence.from_json(text)) == str(Sentence.from_json(text)) == text


def test_every_catalogue_is_read_within_a_tenth_of_a_second() -> None:
    """The start does it, in a thread. The best of three: in a large test process the collection of garbage comes in."""

    def took(name: str) -> float:
        began = time.process_time()
        catalogue.read(name)
        return time.process_time() - began

    for name in sorted(set(catalogue.CATALOGUES.values())):
        assert min(took(name) for _ in range(3)) < 0.1, name


def test_the_catalogues_belong_to_the_package() -> None:
    for name in catalogue.CATALOGUES.values():
        assert isinstance(catalogue.catalogue_file(name), Path)
        assert catalogue.catalogue_file(name).is_file()
