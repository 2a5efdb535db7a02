"""Files from a terminal: `chat send --file`, `chat save`, `/file` and `/save`."""

import json
import os
import random
import signal
import subprocess
import time
from argparse import Namespace
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest
import pytest_twisted
from twisted.internet.defer import CancelledError, Deferred, ensureDeferred
from twisted.internet.error import ConnectionLost
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone

from chatd.client.transfer import SILENCE, Transfer, _Counted
from chatd.terminal.script import _soon
from chatd.terminal.slash import perform
from chatd.terminal.transfers import Bar, _new
from chatd.terminal.view import View
from chatd.terminal.words import INTERRUPTED, trouble
from tests.core.test_pictures import png
from tests.terminal.people import ROOT, SECONDS, Person, command, surroundings
from tests.terminal.screen import Terminal
from tests.terminal.talking import Voice
from tests.terminal.test_screen import wait


@pytest.fixture(scope="module")
def room(people: dict[str, Person]) -> str:
    async def make() -> str:
        async with Voice(people["alice"]) as alice, Voice(people["bob"]) as bob:
            made = await alice.room("Files")
            await bob.link.write("join", room=made)
            return made

    return pytest_twisted.blockon(ensureDeferred(make()))


def content(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def test_what_one_sends_another_keeps_byte_for_byte(room, people, tmp_path):
    sent = {"notes on tea.txt": content(70_000), "kettle.png": png(3, 2)}
    for name, data in sent.items():
        (tmp_path / name).write_bytes(data)
    files = [word for name in sent for word in ("--file", str(tmp_path / name))]
    seq = people["alice"].ok("send", "files", "Look", "at", "these", *files).strip()
    told = people["bob"].json("history", "files", "--limit", "1")[0]
    assert told["text"] == "Look at these"
    assert [(one["name"], one["type"], one.get("width")) for one in told["files"]] == [
        ("notes on tea.txt", "text/plain", None),
        ("kettle.png", "image/png", 3),
    ]
    into = tmp_path / "kept"
    into.mkdir()
    for again in ("", " (2)"):
        kept = people["bob"].ok("save", "files", seq, "--into", str(into)).splitlines()
        assert kept == [str(into / f"notes on tea{again}.txt"), str(into / f"kettle{again}.png")]
        assert [Path(path).read_bytes() for path in kept] == list(sent.values())


def test_a_file_needs_no_words_and_nothing_is_read_for_them(room, people, tmp_path):
    (tmp_path / "a").write_bytes(b"a")
    people["alice"].ok("send", "files", "-f", str(tmp_path / "a"), "-q", text="not this")
    told = people["alice"].json("history", "files", "--limit", "1")[0]
    assert "text" not in told or told["text"] == ""
    assert told["files"][0]["type"] == "application/octet-stream"
    assert "[a, 1 byte]" in people["bob"].ok("history", "files", "--limit", "1")


def test_what_cannot_be_sent_is_named_and_nothing_is_said(room, people, tmp_path):
    before = people["alice"].json("rooms")
    (tmp_path / "empty").touch()
    with (tmp_path / "huge").open("wb") as huge:
        huge.truncate(1 << 34)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a").write_bytes(b"a")
    for name, why in [
        ("missing", "No such file"),
        ("", "is no file"),
        ("pipe", "is no file"),
        ("empty", "is empty"),
        ("huge", "has 17 GB, and a file may have"),
    ]:
        path = str(tmp_path / name)
        code, out, errors = people["alice"].run("send", "files", "words", "-f", path)
        assert (code, out) == (2, "") and path in errors and why in errors, name
    many = ["-f", str(tmp_path / "a")] * 50
    assert people["alice"].run("send", "files", *many)[0] == 2
    code, _, errors = people["alice"].run("send", "files", *many[:2], "--key", "k")
    assert code == 2 and "--file" in errors
    assert people["alice"].json("rooms") == before


def test_what_has_no_files_or_is_not_there_cannot_be_kept(room, people, tmp_path):
    seq = people["alice"].ok("send", "files", "only words").strip()
    for wanted in (seq, "9999"):
        code, _, errors = people["bob"].run("save", "files", wanted, "--into", str(tmp_path))
        assert code == 1 and f"#{wanted}" in errors
    (tmp_path / "a").write_bytes(b"a")
    seq = people["alice"].ok("send", "files", "-f", str(tmp_path / "a")).strip()
    code, _, errors = people["bob"].run("save", "files", seq, "--into", str(tmp_path / "nowhere"))
    assert code == 2 and "nowhere" in errors


@pytest.mark.parametrize(
    ("name", "becomes"),
    [
        ("../../.ssh/authorized_keys", "authorized_keys"),
        (".bashrc", "bashrc"),
        ("...", "file"),
        ("/etc/passwd", "passwd"),
        ("a\x1b[2Jb.txt", "ab.txt"),
        ("tea.tar.gz", "tea.tar.gz"),
        ("-rf", "rf"),
        (". --x", "x"),
    ],
)
def test_a_name_of_somebody_else_leads_nowhere(tmp_path, name, becomes):
    path, file = _new(tmp_path, name)
    file.close()
    assert path.parent == tmp_path and path.exists()
    assert path.name == becomes or ("\x1b" in name and "\x1b" not in path.name)


def test_a_name_as_long_as_may_be_is_kept_twice(tmp_path):
    names = []
    for _ in range(2):
        path, file = _new(tmp_path, "é" * 125 + "x.txt")
        file.close()
        names.append(path.name)
    assert names[0] == "é" * 125 + "x.txt"
    assert names[1].endswith("é (2).txt") and len(names[1].encode()) <= 255


class Line(StringTransport):
    """A response that comes piece by piece. As in Twisted, what can cut it stands within."""

    code = 200

    @property
    def _producer(self):
        return self

    def deliverBody(self, protocol):
        self.protocol = protocol
        protocol.makeConnection(self)


class OneAnswer:
    """An API that gives one response, or none for ever."""

    def __init__(self, response=None):
        self.response = response

    async def request(self, *_):
        return self.response if self.response is not None else await Deferred()


def fetching(line, size):
    clock, far, ends = Clock(), [], []
    transfer = Transfer(clock, OneAnswer(line), {}, far.append)
    going = Deferred.fromCoroutine(transfer.fetch("f1", size, BytesIO()))
    going.addBoth(ends.append)
    return clock, far, ends


def test_silence_ends_it_and_whatever_moves_begins_it_anew():
    line = Line()
    clock, far, ends = fetching(line, 100)
    clock.advance(SILENCE - 1)
    line.protocol.dataReceived(b"0123456789")
    clock.advance(SILENCE - 1)
    assert far == [10] and not ends
    clock.advance(1)
    assert ends[0].check(CancelledError)
    assert line.disconnected and not clock.getDelayedCalls()


def test_a_server_that_never_answers_is_waited_for_no_longer():
    clock, _, ends = fetching(None, 100)
    clock.advance(SILENCE)
    assert ends[0].check(CancelledError)


@pytest.mark.parametrize(
    ("come", "end", "why"),
    [
        (b"0123456789", ResponseDone(), None),
        (b"0123456789a", None, "larger"),
        (b"012345678", ResponseDone(), "smaller"),
        (b"012345678", ConnectionLost(), ""),
    ],
)
def test_more_or_less_than_was_said_is_no_file(come, end, why):
    line = Line()
    clock, _, ends = fetching(line, 10)
    line.protocol.dataReceived(come)
    if end is not None:
        line.protocol.connectionLost(Failure(end))
    else:
        assert line.disconnected
    if why is None:
        assert ends == [None]
    else:
        assert why in ends[0].getErrorMessage()
        assert trouble(ends[0].value) is not None
    assert not clock.getDelayedCalls()


def test_each_other_step_of_a_command_with_files_is_bounded_by_its_timeout():
    clock, ends = Clock(), []

    async def never() -> None:
        await Deferred()

    step = _soon(SimpleNamespace(reactor=clock), Namespace(timeout=5.0), never())
    Deferred.fromCoroutine(step).addErrback(ends.append)
    clock.advance(4.9)
    assert not ends
    clock.advance(0.2)
    assert "did not answer in time" in str(trouble(ends[0].value))


def test_a_file_that_grows_is_sent_as_long_as_it_was(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"0123456789")
    with path.open("rb") as file:
        counted = _Counted(file, 6, lambda _: None)
        counted.seek(0, os.SEEK_END)
        assert counted.tell() == 6
        counted.seek(0)
        assert counted.read(4) + counted.read(4) + counted.read(4) == b"012345"


@pytest.mark.parametrize("sent", [signal.SIGHUP, signal.SIGINT])
def test_whoever_interrupts_while_a_file_is_kept_leaves_no_part_of_it(room, people, tmp_path, sent):
    (tmp_path / "large").write_bytes(content(16_000_000))
    seq = people["alice"].ok("send", "files", "-f", str(tmp_path / "large")).strip()
    into = tmp_path / "kept"
    into.mkdir()
    bob = subprocess.Popen(
        command("save", "files", seq, "--into", str(into)),
        cwd=ROOT,
        env=surroundings(people["bob"].home),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until((into / "large").exists)
        # It stands still until it is told: however fast the line, it has only a part.
        bob.send_signal(signal.SIGSTOP)
        assert (into / "large").stat().st_size < 16_000_000
        bob.send_signal(sent)
        bob.send_signal(signal.SIGCONT)
        _, errors = bob.communicate(timeout=SECONDS)
        assert (bob.returncode, errors) == (INTERRUPTED, "")
    finally:
        bob.kill()
        bob.wait()
    assert list(into.iterdir()) == []


class Server:
    """A link to a server that takes a file when the test says so."""

    reactor = Clock()
    client = SimpleNamespace(welcome={"limits": {"files": {"each": 8, "max_bytes": 100}}})
    bearer: ClassVar[dict[str, str]] = {}

    def __init__(self):
        self.api = self
        self.taken = Deferred()
        self.said = []

    async def request(self, *_):
        await self.taken

    async def answer(self, _):
        return {"file": "f1"}, {}

    async def write(self, type_, **fields):
        self.said.append(fields)


def test_a_slow_file_answers_what_was_chosen_when_it_was_named(tmp_path):
    (tmp_path / "a").write_bytes(b"a")
    server = Server()
    view = View(room="r1", reply_to=7)
    app = SimpleNamespace(
        room=SimpleNamespace(id="r1"), link=server, view=view, say=lambda text: None
    )
    ends = []
    going = Deferred.fromCoroutine(perform(app, f"/file {tmp_path / 'a'} as you said"))
    going.addBoth(ends.append)
    assert (view.reply_to, server.said, ends) == (None, [], [])
    # Meanwhile one goes elsewhere and is about to answer something there.
    app.room, view.room, view.reply_to = SimpleNamespace(id="r2"), "r2", 9
    server.taken.callback(None)
    (said,) = server.said
    assert (said["room"], said["reply_to"], said["files"]) == ("r1", 7, ["f1"])
    assert (view.reply_to, ends) == (9, [None])


class Tty:
    def __init__(self, terminal):
        self.terminal, self.text = terminal, ""

    def isatty(self):
        return self.terminal

    def write(self, text):
        self.text += text

    def flush(self):
        pass


def test_on_a_terminal_a_bar_tells_how_far_it_is_and_goes(tmp_path):
    tty, pipe = Tty(True), Tty(False)
    for file in (tty, pipe):
        with Bar(file) as bar:
            bar.of("ke\x1bttle.png")(500_000, 2_000_000)
    assert "kettle.png [########" in tty.text and " 25% of 2.0 MB" in tty.text
    assert tty.text.endswith("\r\x1b[K") and pipe.text == ""


@pytest.mark.tmux
@pytest_twisted.ensureDeferred
async def test_on_the_full_screen_a_file_is_sent_and_kept(room, people, tmp_path):
    (tmp_path / "the kettle.txt").write_bytes(content(5_000))
    with Terminal(tmp_path / "t", people["alice"].home) as screen:
        await wait(screen.sees, "F1 help")
        await wait(screen.go, "files")
        await wait(screen.sees, "Write to #files")
        await wait(screen.type, f"/file '{tmp_path / 'the kettle.txt'}' as you said")
        await wait(screen.press, "Enter")
        await wait(screen.sees, "as you said")
        await wait(screen.sees, "[the kettle.txt, 5.0 kB]")
        await wait(screen.type, f"/save {tmp_path}")
        await wait(screen.press, "Enter")
        await wait(screen.sees, "Kept as")
        assert (tmp_path / "the kettle (2).txt").read_bytes() == content(5_000)
        # As an answer: what is chosen when the file is named is answered.
        (tmp_path / "b").write_bytes(b"b")
        await wait(screen.press, "M-Up")
        await wait(screen.press, "r")
        await wait(screen.type, f"/file {tmp_path / 'b'}")
        await wait(screen.press, "Enter")
        await wait(screen.sees, "[b, 1 byte]")
        await wait(screen.type, "/file /nowhere/at/all")
        await wait(screen.press, "Enter")
        await wait(screen.sees, "cannot be read")
    first, last = people["bob"].json("history", "files", "--limit", "2")
    assert json.dumps(first["files"]).count("the kettle.txt") == 1
    assert last["reply_to"] == first["seq"]


@pytest.mark.tmux
@pytest_twisted.ensureDeferred
async def test_a_full_screen_whose_terminal_is_closed_leaves_no_part_of_a_file(
    room, daemon, people, tmp_path
):
    (tmp_path / "large").write_bytes(content(16_000_000))
    people["alice"].ok("send", "files", "-f", str(tmp_path / "large"))
    part = tmp_path / "kept" / "large"
    part.parent.mkdir()
    with Terminal(tmp_path / "t", people["bob"].home) as screen:
        await wait(screen.sees, "F1 help")
        await wait(screen.go, "files")
        await wait(screen.sees, "[large, 16 MB]")
        await wait(screen.type, f"/save {part.parent}")
        await wait(screen.press, "Enter")
        await wait(until, part.exists)
        daemon.signal(signal.SIGSTOP)
        try:
            assert part.stat().st_size < 16_000_000
            await wait(screen.close)
            await wait(until, lambda: not part.exists())
        finally:
            daemon.signal(signal.SIGCONT)


def until(holds):
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.001)
