"""How a setting is declared: a field with its meaning, its unit, and what would be right."""

from collections.abc import Callable
from dataclasses import field
from pathlib import Path
from typing import Any

Check = Callable[[Any], str | None]


def setting(
    default: Any,
    doc: str,
    *,
    unit: str = "",
    check: Check | None = None,
    file: Callable[[Path], str | None] | None = None,
    private: bool = False,
) -> Any:
    """A dataclass field with what a person wants to know about it.

    ``check`` gets a value of the right type and returns what would be right, or None if it is.
    ``file`` gets the path that the value stands for, and returns what is wrong with that file and
    what to do, in words that follow its name. ``private``: its value may hold a secret and is shown
    to nobody.
    """
    metadata = {"doc": doc, "unit": unit, "check": check, "file": file, "private": private}
    if isinstance(default, list | dict):
        return field(default_factory=default.copy, metadata=metadata)
    return field(default=default, metadata=metadata)


def between(low: float, high: float) -> Check:
    def check(value: float) -> str | None:
        return None if low <= value <= high else f"a number from {low:g} to {high:g}"

    return check


def not_empty(value: str) -> str | None:
    return None if value.strip() else "a path"


def one_of(*words: str) -> Check:
    def check(value: str) -> str | None:
        return None if value in words else "one of " + ", ".join(f'"{word}"' for word in words)

    return check
