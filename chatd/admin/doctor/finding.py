"""What a look at a server finds."""

from dataclasses import dataclass
from typing import Literal

Grade = Literal["ok", "note", "warning", "fault"]


@dataclass(frozen=True, slots=True)
class Finding:
    """``name`` is a word for programs, ``about`` what was looked at, ``what`` was found there.
    ``why`` it matters and the line to type, ``do``, are empty if there is nothing to do."""

    name: str
    about: str
    grade: Grade
    what: str
    why: str = ""
    do: str = ""


def ok(name: str, about: str, what: str) -> Finding:
    return Finding(name, about, "ok", what)


def note(name: str, about: str, what: str, why: str, do: str) -> Finding:
    """Worth knowing; nothing is wrong."""
    return Finding(name, about, "note", what, why, do)


def warning(name: str, about: str, what: str, why: str, do: str) -> Finding:
    """It works, but will not for long, or not for everybody."""
    return Finding(name, about, "warning", what, why, do)


def fault(name: str, about: str, what: str, why: str, do: str) -> Finding:
    return Finding(name, about, "fault", what, why, do)
