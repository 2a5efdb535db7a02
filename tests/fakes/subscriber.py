"""The hub's end of a connection, without a hub: remembers what it was told."""

from collections.abc import Collection, Iterable

from chatd.engine.view import Membership, Presence


class FakeSubscriber:
    """Calls in order, as words."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.rooms: list[Membership] = []
        self.shown: dict[str, int] = {}
        self.overflowed = False

    @property
    def open_rooms(self) -> Collection[str]:
        return tuple(self.shown)

    def hold(self) -> int:
        self.calls.append("hold")
        return 0

    def show(self, room: str, *, position: int, head: int, members: int) -> None:
        self.shown[room] = head

    def hide(self, room: str) -> None:
        self.shown.pop(room, None)

    def release(self) -> None:
        self.calls.append("release")

    def typing(self, room: str, active: bool) -> None:
        self.calls.append(f"typing {room}")

    def presence(self, state: Presence) -> None:
        self.calls.append(state)

    def who_is_here(self, room: str) -> dict[str, Presence]:
        return {}

    def memberships(self, rooms: Iterable[Membership], position: int) -> None:
        self.calls.append("memberships")
        self.rooms = list(rooms)

    def shuns(self, users: frozenset[str]) -> None:
        self.shunned = users

    def heads(self) -> int:
        return sum(self.shown.values())

    def drop_all(self) -> None:
        self.calls.append("drop_all")
        self.shown.clear()

    def detach(self) -> None:
        self.calls.append("detach")
