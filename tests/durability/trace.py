"""Reads what strace saw of a daemon, and judges: was the disk first?

The trace is made with `strace -f -ttt -yy -s LENGTH -e trace=CALLS`: all threads, the moment of
each call, what each descriptor is. A call during which another thread was seen stands on two lines,
"<unfinished ...>" and "<... resumed>", so the order of lines is the order of beginnings and ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

CALLS = "fdatasync,fsync,pwrite64,write,writev,sendto,sendmsg"
#: Of each buffer: a page of the log and more.
LENGTH = 16384

LINE = re.compile(r"(?P<thread>\d+) +(?P<at>\d+\.\d+) (?P<rest>.*)")
BEGUN = re.compile(r"(?P<name>\w+)\((?P<arguments>.*?)(?P<unfinished> <unfinished \.\.\.>)?$")
RESUMED = re.compile(r"<\.\.\. (?P<name>\w+) resumed>(?P<arguments>.*)")
RESULT = re.compile(r"(?P<arguments>.*)\) += (?P<result>-?\d+|\?).*")


@dataclass
class Call:
    """``began`` and ``ended`` are line numbers, ``at`` the beginning in Unix seconds."""

    name: str
    arguments: str
    at: float
    began: int
    ended: int | None = None
    result: int | None = None

    @property
    def is_to_the_log(self) -> bool:
        return self.arguments.split(">", 1)[0].endswith("/chatd.db-wal")

    @property
    def is_to_a_peer(self) -> bool:
        return re.match(r"\d+<TCP(v6)?:", self.arguments) is not None


@dataclass(frozen=True)
class Sent:
    """A message that was sent at a moment (Unix seconds) when nothing else was under way. ``mark``
    stands in its text and nowhere else."""

    mark: str
    at: float


def calls(lines: Iterable[str]) -> list[Call]:
    """In the order in which they began."""
    found: list[Call] = []
    open_: dict[str, Call] = {}
    for number, line in enumerate(lines):
        parts = LINE.match(line)
        if parts is None:
            continue
        thread, rest = parts["thread"], parts["rest"]
        if resumed := RESUMED.match(rest):
            call = open_.pop(thread, None)
            if call is not None:
                _end(call, resumed["arguments"], number)
        elif begun := BEGUN.match(rest):
            call = Call(begun["name"], begun["arguments"], float(parts["at"]), number)
            found.append(call)
            if begun["unfinished"]:
                open_[thread] = call
            else:
                call.arguments = ""
                _end(call, begun["arguments"], number)
    return found


def _end(call: Call, rest: str, number: int) -> None:
    result = RESULT.match(rest)
    call.arguments += result["arguments"] if result else rest
    call.ended = number
    if result and result["result"] != "?":
        call.result = int(result["result"])


def disk_was_first(made: Sequence[Call], sent: Sequence[Sent]) -> list[str]:
    """What is wrong, in sentences; nothing if of every message the log was written, then synced
    with success, and only then the first byte went to any peer."""
    return [sentence for one in sent for sentence in _judged(made, one)]


def _judged(made: Sequence[Call], sent: Sent) -> Iterator[str]:
    logged = next(
        (c for c in made if c.name == "pwrite64" and c.is_to_the_log and sent.mark in c.arguments),
        None,
    )
    if logged is None or logged.ended is None:
        yield f"{sent.mark} was never written to the log"
        return
    written = logged.ended
    synced = next(
        (
            c
            for c in made
            if c.name in ("fdatasync", "fsync")
            and c.is_to_the_log
            and c.began > written
            and c.result == 0
        ),
        None,
    )
    if synced is None or synced.ended is None:
        yield f"the log was never synced after {sent.mark} was written to it"
        return
    to_peers = [c for c in made if c.is_to_a_peer and c.at > sent.at]
    for call in to_peers:
        if call.began < synced.ended:
            yield f"{sent.mark}: {call.name} to a peer began before the log was synced"
    if not any(call.began > synced.ended for call in to_peers):
        yield f"nobody was told of {sent.mark}"


def told(made: Sequence[Call], mark: str) -> list[Call]:
    """The calls that carry the mark to a peer, where it is readable."""
    return [call for call in made if call.is_to_a_peer and mark in call.arguments]
