"""The commands of a parser, as help, manual and completion walk them."""

import argparse
from collections.abc import Iterator
from typing import Any


def commands_of(
    parser: argparse.ArgumentParser, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    """Each command with its words, such as ("user", "add"), in the order of the help."""
    groups = groups_of(parser)
    for name, below in groups.items():
        yield from commands_of(below, (*words, name))
    if not groups and words:
        yield words, parser


def groups_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The commands right below, by name."""
    found: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found |= action.choices
    return found


def help_of(parser: argparse.ArgumentParser) -> dict[str, str]:
    """What the help says about each of them."""
    found: dict[str, Any] = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found |= {each.dest: each.help or "" for each in action._choices_actions}
    return found
