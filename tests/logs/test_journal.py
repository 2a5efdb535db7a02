"""The journal's native protocol, at a socket that stands for it."""

import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatd.config.settings_log import Log
from chatd.logs.journal import Journal, datagram, is_journal
from chatd.logs.observer import Observer
from tests.logs.events import event, failed


def fields(data: bytes) -> dict[str, str]:
    """As the journal reads a datagram."""
    found: dict[str, str] = {}
    while data:
        line, _, rest = data.partition(b"\n")
        name, equals, value = line.partition(b"=")
        if not equals:
            (size,) = struct.unpack("<Q", rest[:8])
            value, rest = rest[8 : 8 + size], rest[8 + size :]
            assert rest[:1] == b"\n"
            rest = rest[1:]
        found[name.decode()] = value.decode()
        data = rest
    return found


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bound:
        bound.bind(str(tmp_path / "journal"))
        bound.settimeout(5)
        yield bound


def test_a_line_has_priority_and_fields_of_its_own() -> None:
    told = fields(
        datagram(
            event("{user} is here", "warn", connection="c1", request=3, user="u1", reference="r1")
        )
    )
    assert told == {
        "MESSAGE": "u1 is here",
        "PRIORITY": "4",
        "SYSLOG_IDENTIFIER": "chatd",
        "CHATD_NAMESPACE": "chatd.test",
        "CHATD_CONNECTION": "c1",
        "CHATD_REQUEST": "3",
        "CHATD_USER": "u1",
        "CHATD_REFERENCE": "r1",
    }


def test_a_traceback_keeps_its_lines() -> None:
    told = fields(datagram(failed(KeyError("secret words"))))
    assert told["PRIORITY"] == "2"
    assert told["MESSAGE"].startswith("it failed\n  File ")
    assert "secret words" not in told["MESSAGE"]


def test_lines_go_to_the_socket_and_what_was_not_taken_is_told(
    receiver: socket.socket, tmp_path: Path
) -> None:
    journal = Journal(tmp_path / "journal")
    sent = 0
    while not journal._lost:
        journal.write(event("line"))
        sent += 1
        assert sent < 100_000, "the socket took everything"
    journal.write(event("line"))
    for _ in range(sent - 1):
        assert fields(receiver.recv(65536))["MESSAGE"] == "line"
    journal.write(event("later"))
    later = fields(receiver.recv(65536))["MESSAGE"]
    assert later == "later (2 lines before this one were not taken)"
    journal.close()


def test_it_is_used_only_where_standard_error_is_the_journals(tmp_path: Path) -> None:
    with (tmp_path / "stream").open("w") as stream:
        state = os.fstat(stream.fileno())
        named = {"JOURNAL_STREAM": f"{state.st_dev}:{state.st_ino}"}
        assert is_journal(named, (stream.fileno(),))
        assert not is_journal({"JOURNAL_STREAM": "8:1"}, (stream.fileno(),))
        assert not is_journal({}, (stream.fileno(),))


def test_without_a_journal_text_is_written(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with path.open("w") as out:
        Observer(out, Log(format="journal"), journal=lambda: None)(event("hello"))
    assert path.read_text().endswith("[chatd.test#info] hello\n")


def test_with_a_journal_nothing_is_written_twice(receiver: socket.socket, tmp_path: Path) -> None:
    path = tmp_path / "log"
    with path.open("w") as out:
        observer = Observer(
            out, Log(format="journal"), journal=lambda: Journal(tmp_path / "journal")
        )
        observer(event("hello"))
        assert fields(receiver.recv(65536))["MESSAGE"] == "hello"
        observer.apply(Log(format="json"))
        observer(event("again"))
    assert '"message":"again"' in path.read_text() and "hello" not in path.read_text()
