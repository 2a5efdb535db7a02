"""How a command is declared: its words, what runs it, what it does."""

import argparse
from collections.abc import Callable
from typing import Any

Run = Callable[[argparse.Namespace], int]


def command(commands: Any, name: str, run: Run, text: str) -> argparse.ArgumentParser:
    """One of ``commands``; ``text`` says what it does, without a full stop."""
    made: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + "."
    )
    made.set_defaults(run=run)
    return made


def group(commands: Any, name: str, text: str) -> Any:
    """A word with commands of its own."""
    made = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    return made.add_subparsers(metavar="WHAT", required=True)


def dry_run(parser: argparse.ArgumentParser, text: str = "only say what would happen") -> None:
    parser.add_argument("--dry-run", action="store_true", help=text)
