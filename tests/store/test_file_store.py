"""Files in the store: whose they are, what carries them, and when they are no more."""

import pytest

from chatd.core.codes import Code
from chatd.engine.files import (
    BodiesGone,
    CreateFile,
    FileRow,
    ForgetUnused,
    HoldFiles,
    SayWithFiles,
)
from chatd.engine.scheduled import Schedule, Unschedule
from chatd.engine.unit import Append, Forward, ReplaceBody
from chatd.store.file_reads import (
    all_files,
    bodies_to_remove,
    known_files,
    readable_file,
    unused_files,
)
from chatd.store.file_rows import usage
from tests.store.desk import NOW, Desk

MOST = 1_000_000


def row(id: str, user: str = "alice", size: int = 10_000, at: int = NOW) -> FileRow:
    return FileRow(id, user, f"{id}.png", "image/png", size, 4, 3, at, b"digest")


def bring(desk: Desk, *ids: str, user: str = "alice", size: int = 10_000, at: int = NOW) -> None:
    desk.do(*(CreateFile(row(id, user, size, at), MOST) for id in ids))


def saying(*files: str, user: str = "alice", room: str = "tea") -> SayWithFiles:
    said = Append(room, "message", user, NOW, b"", numbered=True)
    return SayWithFiles(
        said,
        files,
        lambda rows: b'{"text":"' + b" ".join(each.id.encode() for each in rows) + b'"}',
    )


def say(desk: Desk, *files: str, user: str = "alice", room: str = "tea") -> int:
    seq = desk.do(saying(*files, user=user, room=room)).answer.seq
    assert seq is not None
    return seq


def erase(desk: Desk, room: str, seq: int) -> None:
    desk.do(ReplaceBody(room, seq, b"{}", deleted=True))


def left(desk: Desk) -> tuple[list[str], list[str]]:
    """Files that there are, and those whose bodies are to go."""
    ids = [each[0] for each in desk.database.rows("select id from files order by id", {})]
    return ids, list(bodies_to_remove(desk.database, 100))


@pytest.fixture
def tea(desk: Desk) -> Desk:
    desk.room("tea")
    desk.member("tea", "alice", "owner")
    return desk


def test_a_message_is_made_of_its_files_in_their_order(tea: Desk) -> None:
    bring(tea, "f1", "f2")
    seq = say(tea, "f2", "f1")
    body = tea.database.row("select body from events where seq = :seq", {"seq": seq})
    assert body == (b'{"text":"f2 f1"}',)


def test_a_file_is_taken_once_and_of_its_own_person(tea: Desk) -> None:
    bring(tea, "f1", "f2")
    say(tea, "f1")
    assert tea.code(changes=(saying("f2", "f1"),)) is Code.WRONG_STATE
    assert tea.code(changes=(saying("f2", user="bob"),)) is Code.NOT_FOUND
    assert tea.code(changes=(saying("f2", "f3"),)) is Code.NOT_FOUND
    # The unit that was refused left no trace of the file that it named first.
    say(tea, "f2")


def test_nobody_has_more_than_there_is_room_for(tea: Desk) -> None:
    bring(tea, "f1", size=MOST - 5_000)
    assert tea.code(changes=(CreateFile(row("f2", size=5_001), MOST),)) is Code.LIMIT_REACHED
    # However small, it takes a block.
    bring(tea, "f3", size=1)
    assert usage(tea.database, "alice") == MOST - 5_000 + 4_096
    assert tea.code(changes=(CreateFile(row("f4", size=1), MOST),)) is Code.LIMIT_REACHED
    bring(tea, "f5", user="bob", size=MOST)
    erase(tea, "tea", say(tea, "f1", "f3"))
    assert usage(tea.database, "alice") == 0


def test_what_is_erased_goes_unless_another_message_carries_it(tea: Desk) -> None:
    bring(tea, "f1", "f2")
    first = say(tea, "f1")
    body = tea.database.row("select body from events where seq = :seq", {"seq": first})
    assert body is not None
    copied = tea.do(Forward("tea", "alice", NOW, "tea", first, lambda row: row.body)).answer.seq
    assert copied is not None
    erase(tea, "tea", first)
    assert left(tea) == (["f1", "f2"], [])
    erase(tea, "tea", copied)
    assert left(tea) == (["f2"], ["f1"])
    tea.do(BodiesGone(("f1",)))
    assert left(tea) == (["f2"], [])


def test_what_is_not_used_for_long_goes_and_what_waits_to_be_said_stays(tea: Desk) -> None:
    bring(tea, "f1", "f2", "f3", "f4")
    bring(tea, "f5", at=NOW + 1)
    say(tea, "f1")
    tea.do(Schedule("alice", "k1", "tea", NOW, b"{}", 10), HoldFiles("alice", "k1", ("f2",)))
    assert unused_files(tea.database, NOW + 1, 1) == ("f3",)
    assert unused_files(tea.database, NOW + 1, 10) == ("f3", "f4")
    # What was used, or waits, since somebody looked stays.
    tea.do(ForgetUnused(("f1", "f2", "f3", "f4", "f9")))
    assert left(tea) == (["f1", "f2", "f5"], ["f3", "f4"])
    assert known_files(tea.database, ["f1", "f3", "f9"]) == {"f1"}
    assert all_files(tea.database).bytes == 30_000


def test_what_waits_to_be_said_is_free_once_that_is_taken_back_or_said(tea: Desk) -> None:
    bring(tea, "f1")
    tea.do(Schedule("alice", "k1", "tea", NOW, b"{}", 10), HoldFiles("alice", "k1", ("f1",)))
    assert tea.code(changes=(saying("f1"),)) is Code.WRONG_STATE
    assert tea.code(changes=(HoldFiles("alice", "k2", ("f1",)),)) is Code.WRONG_STATE
    tea.do(Unschedule("alice", "k1"), saying("f1"))
    assert readable_file(tea.database, "alice", "f1") is not None


def test_whoever_came_later_reads_only_what_was_said_since(tea: Desk) -> None:
    bring(tea, "f1", "f2", "f3")
    say(tea, "f1")
    tea.member("tea", "bob")
    say(tea, "f2")
    tea.member("tea", "bob", None)
    say(tea, "f3")
    files = ("f1", "f2", "f3")

    def read(user: str) -> list[str]:
        return [file for file in files if readable_file(tea.database, user, file)]

    assert read("bob") == []
    tea.member("tea", "bob")
    assert read("bob") == ["f2"]
    assert read("alice") == ["f1", "f2", "f3"]
    assert read("carol") == []
