"""The free-space floor."""

from pathlib import Path

from chatd.engine.accounts import CreateUser, EndCredential, TouchCredential, UseTicket
from chatd.engine.unit import Append, Growth, ReplaceBody, Unit, Upkeep
from chatd.store.changes import CHANGES
from chatd.store.space import Floor, Space, free_and_total

GIB = 1024**3
SEND = Unit("alice", changes=(Append("tea", "message", "alice", 1, b"{}", numbered=True),))


class Disk:
    def __init__(self, free: int, total: int) -> None:
        self.free, self.total, self.now, self.asked = free, total, 0.0, 0
        self.space = Space(Floor(), self.measure, lambda: self.now)

    def measure(self) -> tuple[int, int]:
        self.asked += 1
        return self.free, self.total


def test_the_larger_of_size_and_share_stays_free() -> None:
    assert Disk(GIB, 10 * GIB).space.admits(SEND)
    assert not Disk(GIB - 1, 10 * GIB).space.admits(SEND)
    assert Disk(5 * GIB, 100 * GIB).space.admits(SEND)
    assert not Disk(5 * GIB - 1, 100 * GIB).space.admits(SEND)


def test_writes_go_on_by_themselves_once_there_is_room() -> None:
    disk = Disk(0, GIB)
    assert not disk.space.admits(SEND)
    disk.free = 2 * GIB
    disk.now = 0.9
    assert not disk.space.admits(SEND)
    disk.now = 1.0
    assert disk.space.admits(SEND)
    disk.free, disk.now = 0, 2.0
    assert not disk.space.admits(SEND)


def test_the_file_system_is_asked_once_a_second() -> None:
    disk = Disk(2 * GIB, GIB)
    for _ in range(100):
        disk.space.admits(SEND)
    assert disk.asked == 1


def test_below_the_floor_people_still_come_in_and_are_put_out() -> None:
    space = Disk(0, GIB).space
    upkeep = (UseTicket(b"t", 1), TouchCredential("c", 1, None), EndCredential("alice"))
    assert space.admits(Unit("alice", changes=upkeep))
    assert not space.admits(Unit("alice", changes=(*upkeep, *SEND.changes)))
    new = CreateUser("u", "u", "u", "U", None, False, 1)
    assert not space.admits(Unit("alice", changes=(new,)))


def test_below_the_floor_messages_are_erased_and_not_edited() -> None:
    space = Disk(0, GIB).space
    told = Append("tea", "deleted", "alice", 1, b"", target=1)
    assert space.admits(Unit("alice", changes=(ReplaceBody("tea", 1, b"{}", deleted=True), told)))
    assert not space.admits(Unit("alice", changes=(ReplaceBody("tea", 1, b"{}"), told)))


def test_each_kind_of_change_says_whether_it_is_made_below_the_floor() -> None:
    """A new one has to be decided on: it is one of the two, and not a bare `Change`."""
    undecided = [
        kind.__name__ for kind in CHANGES if issubclass(kind, Growth) == issubclass(kind, Upkeep)
    ]
    assert undecided == []


def test_a_real_file_system_is_measured(tmp_path: Path) -> None:
    free, total = free_and_total(tmp_path)
    assert 0 < free < total
