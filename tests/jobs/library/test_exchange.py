"""A library as a file: what is written is read again, and what is wrong is told by its line."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.library.entry import Facts
from jobs.library.exchange import FILE_LONGEST, LineFault, read_file, write_files

GRAIN = Facts(
    name="Film “Grain”", source="https://example.com/x?a=b", models=("flux-lora",), triggers=("a b", "猫"), scale=0.8,
    age_restricted=True,
)  # fmt: skip
INK = Facts(name="Ink", source="o/ink")
ONE = '{"name": "Ink", "source": "o/ink"}'


def faults(text: str) -> list[tuple[int, str]]:
    return [(each.line, str(each.sentence)) for each in read_file(text.encode()) if isinstance(each, LineFault)]


def test_what_is_written_is_read_again_with_an_entry_a_line() -> None:
    [data] = write_files([GRAIN, INK])
    assert read_file(data) == [GRAIN, INK]
    assert len(data.splitlines()) == 4
    assert json.loads(data)[1] == {"name": "Ink", "source": "o/ink"}


@given(
    st.lists(
        st.builds(
            Facts,
            name=st.text("abc“\\é", min_size=1, max_size=10),
            source=st.just("o/r"),
            triggers=st.lists(st.text('a"\\猫', min_size=1, max_size=5), max_size=3, unique=True).map(tuple),
            scale=st.none() | st.floats(0, 4),
            age_restricted=st.booleans(),
        ),
        max_size=8,
        unique_by=lambda facts: facts.key,
    ),
    st.integers(1, 400),
)
def test_files_hold_everything_once_in_order_and_no_more_than_they_may(several: list[Facts], longest: int) -> None:
    files = write_files(several, longest=longest)
    read = [read_file(data) for data in files]
    assert [facts for each in read for facts in each] == several
    assert all(len(data) <= longest or len(entries) <= 1 for data, entries in zip(files, read, strict=True))


def test_an_empty_library_is_a_file_too() -> None:
    [data] = write_files([])
    assert read_file(data) == []


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("", 1, "no library"),
        ("{}", 1, "no library"),
        (f"[\n{ONE},\n\n{{]\n]", 4, "no JSON"),
        (f"[\n{ONE}\n{ONE}]", 3, "a comma or `]` is missing"),
        (f"[\n{ONE}", 2, "a comma or `]` is missing"),
        (f"[{ONE},\n", 2, "no JSON"),
        (f"[\n{ONE}\n]\nmore", 4, "ends before this"),
        ("[\n1]", 2, "no entry"),
        ('[\n{"name": "a"}]', 2, "`source` is missing"),
        ('[\n{"name": "a", "source": "o/r", "nmae": 1}]', 2, "`nmae` is unknown"),
        ('[\n{"name": 1, "source": "o/r"}]', 2, "`name` is of the wrong kind"),
        ('[{"name": "a", "source": "o/r", "triggers": "a"}]', 1, "`triggers` is of the wrong kind"),
        ('[{"name": "a", "source": "o/r", "scale": true}]', 1, "`scale` is of the wrong kind"),
        ('[{"name": "a", "source": "o/r", "age_restricted": 1}]', 1, "`age_restricted` is of the wrong kind"),
        ('[{"name": "a", "source": "o/r", "scale": NaN}]', 1, "no number"),
        ('[{"name": "\\ud800", "source": "o/r"}]', 1, "cannot be seen"),
        (f'[\n{ONE},\n{{"name": "INK", "source": "o/r"}}]', 3, "**INK** stands in line 2 too"),
        (f"[{ONE}, {ONE}]", 1, "**Ink** stands in line 1 too"),
        ("[" * 100_000, 1, "no entry of a library"),
        (f"[{'9' * 5_000}]", 1, "no entry of a library"),
    ],
)
def test_each_fault_is_told_by_its_line(text: str, line: int, part: str) -> None:
    [(at, sentence)] = faults(text)
    assert at == line
    assert part in sentence


def test_all_faults_are_told_at_once() -> None:
    assert [line for line, _ in faults('[\n{"name": "a"},\n{"name": "b/c", "source": "x"},\n{"source": 1}]')] == [
        2, 3, 3, 4, 4,
    ]  # fmt: skip


def test_files_that_are_too_large_or_hold_too_many_or_no_text_are_refused() -> None:
    [too_large] = read_file(b" " * (FILE_LONGEST + 1))
    assert isinstance(too_large, LineFault)
    entries = ",\n".join(f'{{"name":"{number}","source":"o/r"}}' for number in range(5_001))
    [(line, sentence)] = faults(f"[\n{entries}]")
    assert line == 5_002
    assert "at most 5,000" in sentence
    [no_text] = read_file(b"[\n\xff]")
    assert isinstance(no_text, LineFault)
    assert no_text.line == 2


def test_a_file_of_an_editor_that_marks_its_encoding_is_read() -> None:
    assert read_file(b"\xef\xbb\xbf[]") == []
