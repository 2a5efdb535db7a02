"""The program of an order, whatever becomes of it: the daemon hears of it once, and waits no longer
than it must."""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred

from chatd.acme import child
from chatd.acme.child import Order
from chatd.acme.lines import LARGEST, Outcome, Wish

WISH = Wish("https://localhost:1/dir", "", "", ["chat.example.org"], "/nowhere")


class Heard:
    def __init__(self) -> None:
        self.presented: list[Mapping[str, str]] = []
        self.outcomes: list[Outcome] = []
        self.done: Deferred[Outcome] = Deferred()

    def ended(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.done.callback(outcome)

    def begin(self) -> Order:
        return Order(reactor, WISH, self.presented.append, self.ended)


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch):
    def use(text: str) -> None:
        monkeypatch.setattr(child, "PROGRAM", (sys.executable, "-c", f"import sys, time\n{text}"))

    return use


async def ended(heard: Heard) -> Outcome:
    found: Outcome = await heard.done.addTimeout(10, reactor)
    return found


@pytest_twisted.ensureDeferred
async def test_a_challenge_is_answered_before_the_program_goes_on(program) -> None:
    program(
        "sys.stdin.readline()\n"
        """print('{"present": {"chat.example.org": "a.b"}}', flush=True)\n"""
        "assert sys.stdin.readline() == chr(10)\n"
        """print('{"kind": ""}', flush=True)"""
    )
    heard = Heard()
    heard.begin()
    assert await ended(heard) == Outcome()
    assert heard.presented == [{"chat.example.org": "a.b"}]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("sys.exit(3)", "without a word"),
        ("raise RuntimeError('out of order')", "without a word: RuntimeError: out of order"),
        ("print('nonsense', flush=True); time.sleep(60)", "makes no sense"),
        ("print('[1]', flush=True); time.sleep(60)", "makes no sense"),
        ('print(\'{"kind": "other"}\', flush=True); time.sleep(60)', "makes no sense"),
        (f"print('x' * {LARGEST * 2}, end='', flush=True); time.sleep(60)", "too much"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_a_program_that_fails_is_ended_and_said(program, text: str, why: str) -> None:
    program(text)
    heard = Heard()
    heard.begin()
    found = await ended(heard)
    assert found.kind == "fault" and why in found.why
    assert len(heard.outcomes) == 1


@pytest_twisted.ensureDeferred
async def test_one_that_takes_too_long_is_ended(program, monkeypatch) -> None:
    monkeypatch.setattr(child, "PATIENCE", 0.2)
    program("time.sleep(60)")
    heard = Heard()
    heard.begin()
    assert (await ended(heard)).kind == "unreachable"


@pytest_twisted.ensureDeferred
async def test_one_that_cannot_be_started_is_said(monkeypatch) -> None:
    def nothing(*_: object, **__: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(reactor, "spawnProcess", nothing)
    heard = Heard()
    heard.begin()
    found = await ended(heard)
    assert found.kind == "fault" and "Resource temporarily unavailable" in found.why


@pytest_twisted.ensureDeferred
async def test_a_cancelled_one_is_ended_unsaid(program, tmp_path: Path) -> None:
    program("sys.stdin.read()")
    heard = Heard()
    order = heard.begin()
    pid = order.transport.pid
    order.cancel()
    assert heard.outcomes == []
    gone: Deferred[None] = Deferred()

    def look() -> None:
        if Path(f"/proc/{pid}").exists() and "Z (zombie)" not in _status(pid):
            reactor.callLater(0.01, look)
        else:
            gone.callback(None)

    look()
    await gone.addTimeout(5, reactor)


def _status(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return ""


@pytest_twisted.ensureDeferred
async def test_the_real_one_starts_and_tells_why_it_failed(tmp_path: Path) -> None:
    heard = Heard()
    heard.begin()
    found = await ended(heard)
    assert found.kind == "fault" and "No such file" in found.why
