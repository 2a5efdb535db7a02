"""The log is on the disk before the first byte about a message leaves: seen from outside.

A real daemon runs under strace. Over TLS the bytes say nothing, so messages are sent one at a time
and every write to a peer counts; without TLS, behind a proxy as it were, the very bytes of the
answer and of the events are looked for.
"""

import json
import secrets
import ssl
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from chatd.fanout.news import MOMENT
from tests.daemon import Daemon
from tests.durability.trace import CALLS, LENGTH, Call, Sent, calls, disk_was_first, told
from tests.one_thread import OneThread

MESSAGES = 8
NAMES = ("alice", "bob", "carol")
CARELESS = (sys.executable, "-m", "tests.durability.careless")

LOG = "7</srv/state/chatd.db-wal>"
PEER = "9<TCP:[127.0.0.1:8443->127.0.0.1:50000]>"


class Talker:
    """One open WebSocket, of an independent client."""

    def __init__(self, socket: OneThread) -> None:
        self._socket = socket
        self._ids = iter(range(700_001, 800_000))
        self._heard: list[dict[str, Any]] = []

    def ask(self, type_: str, **fields: Any) -> int:
        """Sends a command; its id."""
        number = next(self._ids)
        self._socket.send(json.dumps({"type": type_, "id": number, **fields}))
        return number

    def until(self, **wanted: Any) -> dict[str, Any]:
        """The first frame with these fields, which may have come already."""
        while True:
            for frame in self._heard:
                if all(frame.get(name) == value for name, value in wanted.items()):
                    return frame
            heard: dict[str, Any] = json.loads(self._socket.recv(timeout=10))
            assert heard["type"] != "error", heard
            self._heard.append(heard)


@contextmanager
def traced(folder: Path, *, tls: bool, program: Sequence[str] = ()) -> Iterator[list[Talker]]:
    """Three people before a daemon whose calls go to the file `trace`."""
    command = ["strace", "-f", "-ttt", "-yy", "-s", str(LENGTH), "-e", f"trace={CALLS}"]
    command += ["--seccomp-bpf", "-qq", "-o", str(folder / "trace")]
    behind = {"proxies": ["127.0.0.1/32", "::1/128"], "forwarded_by": "x-forwarded-for"}
    sections = {} if tls else {"tls": {"terminated": True}, "server": behind}
    with ExitStack() as stack:
        daemon = stack.enter_context(
            Daemon(folder / "data", sections, command=command, program=program)
        )
        context = ssl.create_default_context(cafile=str(daemon.ca)) if tls else None
        yield [
            Talker(
                stack.enter_context(
                    OneThread(
                        f"{'wss' if tls else 'ws'}://localhost:{daemon.port}/ws",
                        context,
                        {"Authorization": f"Bearer {daemon.token(name)}"},
                    )
                )
            )
            for name in NAMES
        ]


def talk(people: list[Talker]) -> tuple[list[Sent], list[int]]:
    """Messages from the first to all, each when all have the one before; and the commands' ids."""
    alice = people[0]
    made = alice.ask("create_room", key="room", name="Tea")
    room = alice.until(type="done", id=made)["room"]
    for person in people:
        if person is not alice:
            person.until(type="done", id=person.ask("join", key="join", room=room))
        person.until(type="opened", id=person.ask("open", room=room))
    # Who has come is told a moment later, and would be told in the midst of a message.
    time.sleep(3 * MOMENT)
    sent, ids = [], []
    for _ in range(MESSAGES):
        time.sleep(0.02)  # so that what came before is over, whichever thread it was
        mark = f"mark-{secrets.token_hex(8)}"
        sent.append(Sent(mark, time.time()))
        ids.append(alice.ask("send", key=mark, room=room, text=f"text with {mark}"))
        alice.until(type="done", id=ids[-1])
        for person in people:
            person.until(type="message", text=f"text with {mark}")
    return sent, ids


def made_calls(folder: Path) -> list[Call]:
    return calls((folder / "trace").read_text(encoding="utf-8", errors="replace").splitlines())


@pytest.mark.strace
def test_over_tls_nothing_is_written_to_anybody_before_the_log_is_on_the_disk(
    tmp_path: Path,
) -> None:
    with traced(tmp_path, tls=True) as people:
        sent, _ = talk(people)
    made = made_calls(tmp_path)
    assert disk_was_first(made, sent) == []
    assert not any(told(made, one.mark) for one in sent)


@pytest.mark.strace
def test_the_bytes_of_answer_and_events_follow_the_sync(tmp_path: Path) -> None:
    with traced(tmp_path, tls=False) as people:
        sent, ids = talk(people)
    made = made_calls(tmp_path)
    assert disk_was_first(made, sent) == []
    for one, number in zip(sent, ids, strict=True):
        peers = {call.arguments.split(">]", 1)[0] for call in told(made, one.mark)}
        assert len(peers) == len(NAMES)
        assert len(told(made, rf"\"done\",\"id\":{number}")) == 1


@pytest.mark.strace
@pytest.mark.parametrize("tls", [True, False], ids=["tls", "plain"])
def test_a_daemon_that_does_not_sync_is_caught(tmp_path: Path, tls: bool) -> None:
    with traced(tmp_path, tls=tls, program=CARELESS) as people:
        sent, _ = talk(people)
    found = disk_was_first(made_calls(tmp_path), sent)
    assert found == [f"the log was never synced after {one.mark} was written to it" for one in sent]


def judged(*lines: str) -> list[str]:
    return disk_was_first(calls(lines), [Sent("mark-1", 10.0)])


WRITTEN = f'5 11.0 pwrite64({LOG}, "\\0mark-1\\0", 4096, 32) = 4096'
SYNCED = f"5 12.0 fdatasync({LOG}) = 0"
SENT = f'4 13.0 sendto({PEER}, "\\27\\3", 99, 0, NULL, 0) = 99'


def test_log_then_disk_then_peers_is_right() -> None:
    assert judged(WRITTEN, SYNCED, SENT) == []


def test_what_was_sent_before_the_message_does_not_count() -> None:
    earlier = SENT.replace("13.0", "9.9")
    assert judged(earlier, WRITTEN, SYNCED, SENT) == []


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ((WRITTEN, SENT, SYNCED), "mark-1: sendto to a peer began before the log was synced"),
        ((SENT, WRITTEN, SYNCED), "mark-1: sendto to a peer began before the log was synced"),
        ((SYNCED, WRITTEN, SENT), "the log was never synced after mark-1 was written to it"),
        ((SYNCED, SENT), "mark-1 was never written to the log"),
        ((WRITTEN, SYNCED), "nobody was told of mark-1"),
        (
            (WRITTEN, SYNCED.replace("= 0", "= -1 EIO (Input/output error)"), SENT),
            "the log was never synced after mark-1 was written to it",
        ),
        (
            (WRITTEN, SYNCED.replace("-wal", ""), SENT),
            "the log was never synced after mark-1 was written to it",
        ),
    ],
)
def test_another_order_is_found(lines: tuple[str, ...], sentence: str) -> None:
    assert sentence in judged(*lines)


def test_a_sync_that_had_only_begun_is_no_sync() -> None:
    begun = f"5 12.0 fdatasync({LOG} <unfinished ...>"
    ended = "5 14.0 <... fdatasync resumed>) = 0"
    assert judged(WRITTEN, begun, ended, SENT) == []
    assert judged(WRITTEN, begun, SENT, ended) != []


def test_a_write_that_began_too_early_is_found_whenever_it_ended() -> None:
    begun = f'4 11.5 sendto({PEER}, "\\27\\3", 99, 0, NULL, 0 <unfinished ...>'
    ended = "4 13.0 <... sendto resumed>) = 99"
    assert judged(WRITTEN, begun, SYNCED, ended, SENT) != []
