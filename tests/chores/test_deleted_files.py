"""An account is deleted: what becomes of the files that it brought."""

import pytest

from chatd.engine.files import CreateFile, FileRow, HoldFiles, SayWithFiles
from chatd.engine.unit import Append, Forward
from tests.chores.test_deletions import World, world
from tests.store.desk import NOW

__all__ = ["world"]  # a fixture


def file(id: str) -> CreateFile:
    return CreateFile(FileRow(id, "alice", "a", "x/y", 9, None, None, NOW, b""), 10**9)


def files(world: World) -> list[str]:
    return [row[0] for row in world.desk.database.rows("select id from files order by id", {})]


@pytest.mark.parametrize("erase", [False, True])
def test_files_stay_and_go_with_the_messages_that_carry_them(world: World, erase: bool) -> None:
    desk = world.desk
    desk.room("tea")
    desk.member("tea", "bob", "owner")
    desk.member("tea", "alice")
    desk.do(*(file(id) for id in ("f1", "f2", "f3", "f4")))
    desk.do(HoldFiles("alice", "k", ("f4",)))
    said = Append("tea", "message", "alice", NOW, b"", numbered=True)
    seqs = [
        desk.do(SayWithFiles(said, (id,), lambda rows: b'{"text":""}')).answer.seq
        for id in ("f1", "f2")
    ]
    assert seqs[1] is not None
    # What somebody else has passed on is theirs.
    desk.do(Forward("tea", "bob", NOW, "tea", seqs[1], lambda row: row.body))
    world.delete(erase=erase)
    assert files(world) == (["f2"] if erase else ["f1", "f2"])
