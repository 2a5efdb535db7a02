"""What can be typed: chatctl's parser, from which help, manual and completion are made."""

import argparse
import re
from pathlib import Path
from typing import NoReturn

from chatd import __version__
from chatd.admin import (
    key_commands,
    office_commands,
    provider_commands,
    server_commands,
    watching,
)
from chatd.admin.backup import command as backup
from chatd.admin.doctor import command as doctor
from chatd.admin.parser_tree import commands_of, groups_of

EXITS = (
    "exit codes: 0 done; 1 something is wrong, or in the way; 2 wrong use;"
    " 3 wrong configuration; 4 the daemon does not run, and is needed; 5 not for this user;"
    " 130 interrupted"
)


class WrongUse(Exception):
    """What was typed is not a chatctl command. ``usage``: how it would be right."""

    def __init__(self, usage: str, message: str) -> None:
        super().__init__(message)
        self.usage = usage


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        if found := re.match(r"argument (?:COMMAND|WHAT): invalid choice: '(.*?)' ", message):
            import difflib

            near = difflib.get_close_matches(found[1], groups_of(self), n=1)
            hint = (
                f"did you mean `{self.prog} {near[0]}`?" if near else f"see `{self.prog} --help`."
            )
            raise WrongUse("", f"there is no {found[1]!r} here; {hint}")
        raise WrongUse(self.format_usage(), f"{message}; see `{self.prog} --help`.")


def parser() -> Parser:
    made = Parser(
        prog="chatctl",
        description="Administers a chatd: with the daemon running through its control socket,"
        " otherwise on its store.",
        epilog=f"{EXITS}.",
    )
    made.add_argument("--version", action="version", version=f"chatd {__version__}")
    made.add_argument(
        "-c",
        "--config",
        type=Path,
        metavar="FILE",
        help="the configuration (else CHATD_CONFIG, var/chatd.toml, /etc/chatd/chatd.toml)",
    )
    made.add_argument(
        "--json", action="store_true", help="answer in JSON, as docs/chatctl.md has it"
    )
    commands = made.add_subparsers(metavar="COMMAND", required=True)
    server_commands.beginning(commands)
    office_commands.users(commands)
    office_commands.sessions(commands)
    office_commands.tokens(commands)
    key_commands.declare(commands)
    provider_commands.declare(commands)
    office_commands.invitations(commands)
    office_commands.addresses(commands)
    server_commands.running(commands)
    watching.add_commands(commands)
    office_commands.outgoing(commands)
    backup.add(commands)
    doctor.add(commands)
    server_commands.installing(commands)
    for words, each in commands_of(made):
        each.set_defaults(command=" ".join(words))
        each.add_argument(
            "--json", action="store_true", default=argparse.SUPPRESS, help="answer in JSON"
        )
    return made
