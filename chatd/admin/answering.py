"""How chatctl answers: lines for people or, with --json, one object of a documented form.

Standard output says what was done or found, standard error what is in the way. Both forms
name their schema: ``{"schema": "chatctl/1", "command": "user add", "done": {…}}`` and
``{"schema": "chatctl/1", "command": "user add", "refused": {"code", "message"}, "exit": 1}``.
"""

import argparse
import sys
from collections.abc import Iterable
from enum import IntEnum
from typing import Any, Final

#: Its number goes up when a program that reads answers would break.
SCHEMA: Final = "chatctl/1"


class Exit(IntEnum):
    """What `$?` tells a script."""

    DONE = 0
    WRONG = 1
    USAGE = 2
    CONFIGURATION = 3
    NOT_RUNNING = 4
    NOT_ALLOWED = 5
    INTERRUPTED = 130


#: What they mean, for help, manual and docs/chatctl.md.
EXITS: Final = {
    Exit.DONE: "done; of what looks for faults: nothing is wrong",
    Exit.WRONG: "a fault was found, or something is in the way: refused, not found, failed",
    Exit.USAGE: "not a command of chatctl, or used wrongly",
    Exit.CONFIGURATION: "the configuration is wrong",
    Exit.NOT_RUNNING: "the daemon does not run, and is needed for this",
    Exit.NOT_ALLOWED: "this user may not: run it as the user chatd, or as root",
    Exit.INTERRUPTED: "interrupted (Ctrl-C)",
}


class No(Exception):
    """What was asked for is not done. ``code`` is a word for programs: one of the protocol's
    (docs/protocol.md) or of docs/chatctl.md."""

    def __init__(self, message: str, code: str, exit: Exit = Exit.WRONG) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.exit = exit


def not_running() -> No:
    return No("the daemon is not running: systemctl start chatd", "not-running", Exit.NOT_RUNNING)


def no_file(error: OSError, what: str = "") -> No:
    """``what`` names the file if the error does not."""
    name = what or error.filename or ""
    where = f"{name}: " if name else ""
    if isinstance(error, PermissionError):
        return No(
            f"{where}{error.strerror}: run this as the user of chatd, or as root.",
            "not-allowed",
            Exit.NOT_ALLOWED,
        )
    return No(f"{where}{error.strerror or error}.", "file")


def done(
    options: argparse.Namespace, answer: Any, lines: Iterable[str], exit: Exit = Exit.DONE
) -> Exit:
    """Prints ``answer``, one of `answers.ANSWERS`, or the ``lines`` that tell it to people."""
    if options.json:
        import msgspec

        said = {"schema": SCHEMA, "command": options.command, "done": answer}
        print(msgspec.json.format(msgspec.json.encode(said), indent=2).decode())
    else:
        for line in lines:
            print(line)
    return exit


def streamed(options: argparse.Namespace, answer: Any, line: str) -> None:
    """One of many answers, on a line of its own, seen at once."""
    if options.json:
        import msgspec

        said = {"schema": SCHEMA, "command": options.command, "done": answer}
        line = msgspec.json.encode(said).decode()
    print(line, flush=True)


def refused(no: No, command: str, *, as_json: bool) -> Exit:
    """Says on standard error what is in the way; returns the exit code."""
    if as_json:
        import msgspec

        said = {
            "schema": SCHEMA,
            "command": command,
            "refused": {"code": no.code, "message": no.message},
            "exit": int(no.exit),
        }
        text = msgspec.json.encode(said).decode()
    else:
        text = f"chatctl: {no.message}"
    print(text, file=sys.stderr)
    return no.exit


def note(options: argparse.Namespace, text: str) -> None:
    """For people, in addition to the answer, which a script reads from standard output."""
    if not options.json:
        print(text, file=sys.stderr)
