"""People who come for the first time from a place where they are known already: their names here,
and the rooms that they are brought into."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Final, Protocol
from unicodedata import category

from chatd.core.codes import Code
from chatd.core.names import MAX_NAME, MAX_NAME_BYTES, title, user_name
from chatd.core.refusal import Refusal
from chatd.engine.accounts import UserRow
from chatd.engine.identities import IdentityReads, NamedRoom
from chatd.engine.ports import Clock, Random, Writer
from chatd.engine.rows import RoleName
from chatd.engine.unit import Unit

#: What somebody is called whose name cannot be used here.
NAMELESS: Final = "visitor"
#: Names tried with a digit after them, and then with random ones.
NUMBERED: Final = 9
RANDOM: Final = 8

#: The unit that brings ``user`` into a room with a role at a time in ms, without being asked by
#: anybody, or gives them that role there from then on.
Bring = Callable[[NamedRoom, str, RoleName, int], Unit]


class RoomStore(Writer, IdentityReads, Protocol):
    """The part of the store that `bring` uses."""


async def bring(
    store: RoomStore,
    clock: Clock,
    come: Bring,
    person: str,
    rooms: Sequence[str],
    vouched: Sequence[str],
) -> None:
    """Into those of the rooms that exist: public ones, and private ones that are among ``vouched``.
    A room from which somebody is banned stays closed to them, and one that cannot be joined is
    skipped: the page shows which rooms one has."""
    for found in await store.rooms_named(person, rooms) if rooms else ():
        if found.role is None and (
            found.kind == "public" or (found.kind == "private" and found.asked in vouched)
        ):
            with suppress(Refusal):
                await store.commit(come(found, person, "member", clock.wall()))


def enabled(person: UserRow) -> UserRow:
    if person.disabled:
        raise Refusal(
            Code.FORBIDDEN,
            "The account of this person is disabled here; an administrator of the chat can enable"
            " it.",
        )
    return person


def names(name: str | None, display: str | None, random: Random) -> Iterator[str]:
    """User names for a newcomer, the best first: as they are called elsewhere, then with numbers
    added."""
    base = _fitting(name) or _fitting(display) or NAMELESS
    yield base
    numbers = [str(number) for number in range(2, NUMBERED + 1)]
    numbers += [f"{int.from_bytes(random(4), 'big') % 10**6:06}" for _ in range(RANDOM)]
    for number in numbers:
        numbered = _cut(base, MAX_NAME - len(number), MAX_NAME_BYTES - len(number)) + number
        with suppress(Refusal):
            yield user_name(numbered)


def display(called: str | None, shown: str | None, name: str) -> str:
    """The name that people see: from elsewhere if it is allowed here, else the user name."""
    try:
        return title(shown or called or name, field="display")
    except Refusal:
        return name


def _fitting(text: str | None) -> str | None:
    """A user name from what a site calls somebody: "Anna Schmidt" becomes anna.schmidt."""
    if not text:
        return None
    plain = "".join(char if category(char)[0] in "LMN" else " " for char in text)
    for tried in (text, ".".join(plain.split())):
        with suppress(Refusal):
            return user_name(_cut(tried, MAX_NAME, MAX_NAME_BYTES))
    return None


def _cut(text: str, most: int, most_bytes: int) -> str:
    short = text[:most].encode("utf-8", "ignore")[:most_bytes].decode("utf-8", "ignore")
    return short.rstrip("._-")


def address(email: str | None) -> str | None:
    """Kept only if it can be an address; it is not confirmed here, and nothing rests on it."""
    if email is None or not email.isprintable() or email.strip() != email:
        return None
    local, at, domain = email.rpartition("@")
    return email if at and local and domain and " " not in email else None
