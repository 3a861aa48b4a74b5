"""Which line of a TOML file holds what."""

import tomllib

import pytest

from jobs.servers.toml_lines import Path, line_of, lines_of

TEXT = '''\
# [no] = section
top = "# no comment"
[one]  # = nothing
key = 20
list = [1, 2,  # [
  "]", # ,
  [3, 4],
  {x = 5, y = [6]},
]
[one.two."3"]
a.b = """
[three]
key = 1"""
c = \'\'\'
it's
\'\'\'
d = ['x']
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("one",), 3),
        (("one", "key"), 4),
        (("one", "list"), 5),
        (("one", "list", 0), 5),
        (("one", "list", 1), 5),
        (("one", "list", 2), 6),
        (("one", "list", 3), 7),
        (("one", "list", 3, 1), 7),
        (("one", "list", 4, "y"), 8),
        (("one", "two", "3"), 10),
        (("one", "two", "3", "a", "b"), 11),
        (("one", "two", "3", "c"), 14),
        (("one", "two", "3", "d", 0), 17),
        (("elsewhere",), 1),
    ],
)
def test_each_value_has_the_line_where_it_begins(path: Path, line: int) -> None:
    """What has none of its own has that of what it is in."""
    tomllib.loads(TEXT)
    assert line_of(path, lines_of(TEXT)) == line
