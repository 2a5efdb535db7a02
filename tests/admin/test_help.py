"""What chatctl says of itself."""

import argparse
from collections.abc import Iterator

import pytest

from chatd.admin.main import _parser


def _all(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from _all(each)


def test_every_help_fits_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    parsers = list(_all(_parser()))
    assert len(parsers) > 20
    long = [line for each in parsers for line in each.format_help().splitlines() if len(line) > 80]
    assert long == []
