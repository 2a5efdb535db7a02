"""The look at a stopped store: sound, or what is wrong with it."""

import hashlib
from pathlib import Path

import apsw
import pytest

from chatd.store.errors import StoreError
from chatd.store.verify import faults, verify
from tests.store.opened import Opened, erase


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    opened = Opened(tmp_path / "data").start().tea()
    opened.send("one", "k1")
    opened.send("two")
    opened.commit(erase(3))
    with pytest.raises(StoreError, match="Another chatd"):
        verify(tmp_path / "data")
    opened.stop()
    return tmp_path / "data"


def spoil(folder: Path, sql: str) -> None:
    connection = apsw.Connection(str(folder / "chatd.db"))
    connection.execute(sql)
    connection.close()


def test_a_sound_store_and_what_its_log_holds(folder: Path) -> None:
    found = verify(folder)
    assert found.faults == faults(folder) == ()
    rows = [(e.position, e.seq, e.number, e.kind, e.key, e.text) for e in found.events]
    assert rows == [
        (1, 1, None, "room", None, None),
        (2, 2, 1, "message", "k1", "one"),
        (3, 3, 2, "message", None, None),
        (4, 4, None, "deleted", None, None),
    ]
    assert found.events[1].digest == hashlib.sha256(b"one").hexdigest()


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("delete from events where position = 2", "3 events, but positions up to 4"),
        ("update events set seq = 9 where position = 4", "4 events up to seq 9"),
        ("update rooms set number = 7", "number 7, 2 messages"),
        (
            "insert into reaction_counts values ('tea', 2, '👍', 3, 9)",
            "3 reactions 👍 to 2 are not as counted",
        ),
        (
            "insert into reactions values ('tea', 2, '👍', 'bob', 0, 9)",
            "1 reactions 👍 to 2 are not as counted",
        ),
        (
            "insert into mentions values ('tea', 'bob', 3)",
            "mentions of 3, which is no message that is there",
        ),
        (
            "insert into pins values ('tea', 4, 'bob', 0, 9)",
            "pins of 4, which is no message that is there",
        ),
        ("update rooms set members = 7", "7 members counted, 2 there"),
    ],
)
def test_a_spoilt_log_is_found_out(folder: Path, sql: str, fault: str) -> None:
    spoil(folder, sql)
    assert any(fault in found for found in verify(folder).faults)
    assert faults(folder) == verify(folder).faults


def test_a_damaged_file_is_found_out(folder: Path) -> None:
    file = folder / "chatd.db"
    content = bytearray(file.read_bytes())
    content[4096 + 8 : 4096 + 200] = bytes(192)
    file.write_bytes(content)
    assert faults(folder) != ()
