"""What chatctl says of itself."""

import pytest

from chatd.admin.parser import parser
from chatd.admin.parser_tree import commands_of, groups_of
from tests.admin.commands import chatctl


def test_every_help_fits_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    whole = parser()
    parsers = [whole, *groups_of(whole).values(), *(each for _, each in commands_of(whole))]
    assert len(parsers) > 20
    long = [line for each in parsers for line in each.format_help().splitlines() if len(line) > 80]
    assert long == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["usr"], "there is no 'usr' here; did you mean `chatctl user`?"),
        (["user", "delet"], "there is no 'delet' here; did you mean `chatctl user delete`?"),
        (["xyzzy"], "there is no 'xyzzy' here; see `chatctl --help`."),
    ],
)
def test_a_word_with_a_slip_is_told_what_was_meant(words: list[str], told: str) -> None:
    ended = chatctl(*words)
    assert (ended.code, ended.out, ended.err) == (2, "", f"chatctl: {told}\n")
