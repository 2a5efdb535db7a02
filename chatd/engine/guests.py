"""Guests: people without an account of their own, for a while. Rows and changes."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Protocol

from chatd.engine.unit import Growth, Requirement


@dataclass(frozen=True, slots=True)
class KeepGuest(Growth):
    """A guest becomes a person, under another name and with a password; the id stays, and with it
    all they said. `wrong-state` if it is not a guest (any more), `name-taken` as `CreateUser`."""

    user: str
    name: str
    skeleton: str
    password: str


@dataclass(frozen=True, slots=True)
class FewGuests(Requirement):
    """`limit-reached` if there are ``most`` guests already."""

    most: int


@dataclass(frozen=True, slots=True)
class NoGuest(Requirement):
    """`forbidden` if ``other`` is a guest, who stays in the rooms that guests have."""

    other: str


class GuestReads(Protocol):
    def idle_guests(self, before: int, limit: int) -> Awaitable[Sequence[str]]:
        """Guests who have not been here since ``before`` (Unix ms), by id."""
