"""One setting changed, everything else as somebody wrote it."""

import pytest

from chatd.admin.toml_lines import CannotChange, put

FILE = """\
# mine
[server]  # where
listen = ["127.0.0.1:8443"]   # loopback
name = "Tea"

[tls]
key = "a.key"
"""


def test_a_line_that_is_there_is_replaced_in_its_place() -> None:
    assert put(FILE, "server", "name", "House") == FILE.replace('"Tea"', '"House"')


def test_a_line_that_is_not_there_comes_below_its_section() -> None:
    changed = put(FILE, "tls", "terminated", True)
    assert changed == FILE.replace("[tls]\n", "[tls]\nterminated = true\n")


def test_a_section_that_is_not_there_comes_at_the_end() -> None:
    assert put(FILE, "store", "path", "/srv") == f'{FILE}\n[store]\npath = "/srv"\n'
    assert put("", "store", "path", "/srv") == '[store]\npath = "/srv"\n'


def test_a_key_of_the_same_name_in_another_section_is_left_alone() -> None:
    assert 'name = "Tea"' in put(FILE, "tls", "name", "x")


@pytest.mark.parametrize(
    "text",
    [
        '[server]\nlisten = [\n  "a",\n]\n',
        'server.listen = ["a"]\n',
        'server = { listen = ["a"] }\n',
    ],
)
def test_what_only_a_person_can_change_is_named(text: str) -> None:
    with pytest.raises(CannotChange, match="`listen` of \\[server\\]"):
        put(text, "server", "listen", ["b"])
