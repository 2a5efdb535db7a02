"""Guessing passwords at the real daemon: whom it hinders, whom it does not, and what it gives away.

    python -m tests.rigs.guessing [crowd] [victim] [timing]

* crowd: behind one address sit somebody who guesses as fast as the server answers and a hundred
  others who sign in for the first time; how long they wait.
* victim: ten thousand guesses at one account from a thousand addresses; how long its owner waits,
  at a browser that was signed in before.
* timing: answers to an unknown name, a wrong password and a disabled account, and to links asked
  for by a known and an unknown mail address, so many of each, in random order; whether the times
  tell them apart (Mann and Whitney's U).

Everything is one daemon on loopback, behind a proxy that is this program: it says from which
address each request came.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw

from chatd.auth.passwords import Cost
from tests.daemon import Daemon
from tests.mail_server import MailServer

PASSWORD = "four wonderful tea leaves"
CROWD, CROWD_SECONDS, ATTACKERS = 100, 20.0, 8
GUESSES, ADDRESSES, AT_ONCE = 10_000, 1_000, 500
SAMPLES = 2_000
#: Tries that one account has at once, and links by mail: so many samples each account gives.
TRIES_EACH, LINKS_EACH = 10, 3
LONGEST = 2.0
EACH_CONNECTION = 50
#: What chance alone exceeds once in so many runs of one comparison.
ONE_IN = 1_000


@dataclass(frozen=True)
class Answer:
    status: int
    seconds: float
    cookies: str


class Peer:
    """One kept connection of the proxy."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    async def post(self, path: str, body: dict[str, str], address: str, cookie: str = "") -> Answer:
        await self.open()
        assert self._reader is not None and self._writer is not None
        content = json.dumps(body).encode()
        lines = [
            f"POST {path} HTTP/1.1",
            "Host: localhost",
            f"X-Forwarded-For: {address}",
            "Content-Type: application/json",
            f"Content-Length: {len(content)}",
            *([f"Cookie: {cookie}"] if cookie else []),
        ]
        began = time.perf_counter()
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + content)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        seconds = time.perf_counter() - began
        fields = [line.partition(": ") for line in head[1:]]
        length = next((value for name, _, value in fields if name.lower() == "content-length"), "0")
        await self._reader.readexactly(int(length))
        kept = [
            value.partition(";")[0] for name, _, value in fields if name.lower() == "set-cookie"
        ]
        return Answer(int(head[0].split()[1]), seconds, "; ".join(kept))

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


def people(state: Path, names: Sequence[str], *, disabled: bool = False) -> None:
    """Accounts with one password, and a confirmed address each, put into the store of a daemon that
    does not run: hashing thousands would take minutes."""
    phc = Cost().derive(PASSWORD.encode(), b"s" * 16)
    database = apsw.Connection(str(state / "chatd.db"))
    with database:
        for name in names:
            database.execute(
                """
                insert into users (id, name, skeleton, display, folded, password, admin, disabled,
                                   created, email, email_confirmed)
                values (?, ?, ?, ?, ?, ?, 0, ?, 0, ?, 1)
                """,
                (f"u{name}", name, name, name, name, phc, int(disabled), f"{name}@example.org"),
            )
    database.close()


async def crowd(port: int, sprays: bool) -> list[float]:
    """How long each of the honest ones took to be in, in seconds."""
    over = asyncio.Event()

    async def guess(number: int) -> int:
        peer, made = Peer(port), 0
        while not over.is_set():
            name = f"no{number}x{made}" if sprays else "victim"
            await peer.post("/api/session", {"name": name, "password": f"guess {made}"}, "10.9.9.9")
            made += 1
        peer.close()
        return made

    async def arrive(number: int) -> float:
        await asyncio.sleep(number * CROWD_SECONDS / CROWD)
        peer = Peer(port)
        body = {"name": f"{'s' if sprays else 'h'}onest{number}", "password": PASSWORD}
        answer = await peer.post("/api/session", body, "10.9.9.9")
        peer.close()
        if answer.status != 200:
            raise SystemExit(f"an honest one was refused: {answer}")
        return answer.seconds

    attackers = [asyncio.create_task(guess(number)) for number in range(ATTACKERS)]
    await asyncio.sleep(5)
    waits = await asyncio.gather(*(arrive(number) for number in range(CROWD)))
    over.set()
    made = sum(await asyncio.gather(*attackers))
    kind = "many names" if sprays else "one name"
    print(
        f"crowd, guessing at {kind}: {made} guesses in {CROWD_SECONDS + 5:.0f} s;"
        f" of {CROWD} first logins the slowest took {max(waits):.2f} s,"
        f" the median {statistics.median(waits):.2f} s"
    )
    return waits


async def victim(port: int) -> float:
    """How long the owner waits at a known device, in seconds."""
    home = Peer(port)
    first = await home.post("/api/session", {"name": "owner", "password": PASSWORD}, "10.1.1.1")
    device = next(one for one in first.cookies.split("; ") if one.startswith("__Host-chatd-device"))
    left = iter(range(GUESSES))
    statuses: dict[int, int] = {}

    async def guess() -> None:
        peer = Peer(port)
        for number in left:
            body = {"name": "owner", "password": f"guess {number}"}
            address = f"10.2.{number % ADDRESSES // 250}.{number % 250}"
            answer = await peer.post("/api/session", body, address)
            statuses[answer.status] = statuses.get(answer.status, 0) + 1
        peer.close()

    began = time.perf_counter()
    waits: list[float] = []

    async def owner() -> None:
        body = {"name": "owner", "password": PASSWORD}
        while sum(statuses.values()) < GUESSES:
            await asyncio.sleep(10)
            # Another place than before: only the device is known.
            answer = await home.post("/api/session", body, "10.3.3.3", device)
            if answer.status != 200:
                raise SystemExit(f"the owner was refused: {answer}")
            waits.append(answer.seconds)

    await asyncio.gather(owner(), *(guess() for _ in range(AT_ONCE)))
    print(
        f"victim: {GUESSES} guesses in {time.perf_counter() - began:.0f} s"
        f" ({', '.join(f'{n} answered {s}' for s, n in sorted(statuses.items()))}); the owner"
        f" signed in {len(waits)} times meanwhile and after, in at most {max(waits):.2f} s"
    )
    return max(waits)


def u_test(left: Sequence[float], right: Sequence[float]) -> tuple[float, float]:
    """Mann and Whitney: the share of pairs in which ``right`` is the longer one (0.5: they are
    alike), and how often chance alone is at least as far from that (normal approximation)."""
    ranked = sorted([(value, 0) for value in left] + [(value, 1) for value in right])
    ranks, at = 0.0, 0
    while at < len(ranked):
        end = at
        while end < len(ranked) and ranked[end][0] == ranked[at][0]:
            end += 1
        ranks += (at + end + 1) / 2 * sum(side for _, side in ranked[at:end])
        at = end
    n, m = len(left), len(right)
    share = (ranks - m * (m + 1) / 2) / (n * m)
    deviation = math.sqrt((n + m + 1) / (12 * n * m))
    return share, math.erfc(abs(share - 0.5) / deviation / math.sqrt(2))


async def timing(port: int, mailbox: MailServer) -> bool:
    """Whether nothing is told by the time that answers take."""
    each = SAMPLES // TRIES_EACH
    asked = {
        "unknown name": [(f"nobody{n}", "/api/session") for n in range(SAMPLES)],
        "wrong password": [(f"known{n % each}", "/api/session") for n in range(SAMPLES)],
        "disabled account": [(f"closed{n % each}", "/api/session") for n in range(SAMPLES)],
    }
    login = await _sampled(port, asked, 4)
    asked = {
        "unknown address": [(f"none{n}@example.org", "/api/reset/ask") for n in range(SAMPLES)],
        "known address": [
            (f"mail{n // LINKS_EACH}@example.org", "/api/reset/ask") for n in range(SAMPLES)
        ],
    }
    links = await _sampled(port, asked, 5)
    fine = True
    for found in (login, links):
        first, *others = found
        for other in others:
            share, chance = u_test(found[first], found[other])
            medians = [statistics.median(found[kind]) * 1000 for kind in (first, other)]
            fine &= chance >= 1 / ONE_IN
            print(
                f"timing, {first} and {other}: medians {medians[0]:.3f} and {medians[1]:.3f} ms,"
                f" the latter longer in {share:.1%} of pairs, p = {chance:.3f}"
            )
    print(f"timing: {len(mailbox.taken)} links were mailed meanwhile")
    return fine


async def _sampled(
    port: int, asked: dict[str, list[tuple[str, str]]], network: int
) -> dict[str, list[float]]:
    """Seconds of each answer, by kind; each request from an address of its own."""
    order = [(kind, one) for kind, all in asked.items() for one in all]
    random.Random(7).shuffle(order)
    found: dict[str, list[float]] = {kind: [] for kind in asked}
    peer = Peer(port)
    for number, (kind, (who, path)) in enumerate(order):
        if number % EACH_CONNECTION == 0:
            # A stranger's connection does not last for ever.
            peer.close()
            peer = Peer(port)
            await peer.open()
        body = {"who": who} if path.endswith("ask") else {"name": who, "password": "wrong guess"}
        address = f"10.{network}.{number // 250}.{number % 250}"
        answer = await peer.post(path, body, address)
        wanted = 200 if path.endswith("ask") else 401
        if answer.status != wanted:
            raise SystemExit(f"{kind}: {answer}")
        found[kind].append(answer.seconds)
    peer.close()
    return found


def main(wanted: Sequence[str]) -> int:
    parts = set(wanted) or {"crowd", "victim", "timing"}
    with tempfile.TemporaryDirectory() as folder, MailServer(Path(folder)) as mailbox:
        return judge(parts, mailbox)


def judge(parts: set[str], mailbox: MailServer) -> int:
    """0 where all of it is as promised."""
    mailbox.offers_tls = mailbox.signs_in = False
    settings: dict[str, dict[str, Any]] = {
        "server": {"proxies": ["127.0.0.1/32"], "forwarded_by": "x-forwarded-for"},
        "tls": {"terminated": True},
        "limits": {"connections_per_address": 2000, "unauthenticated_per_address": 2000},
        "mail": {
            "host": "127.0.0.1",
            "port": mailbox.port,
            "tls": "none",
            "sender": "Tea <chat@example.org>",
        },
    }
    fine = True
    with tempfile.TemporaryDirectory() as folder, Daemon(Path(folder), settings) as daemon:
        daemon.stop()  # it has made its store
        each = SAMPLES // TRIES_EACH
        everybody = ["victim", "owner"]
        everybody += [f"{kind}onest{n}" for kind in "hs" for n in range(CROWD)]
        everybody += [f"known{n}" for n in range(each)]
        everybody += [f"mail{n}" for n in range(SAMPLES // LINKS_EACH + 1)]
        people(daemon.state, everybody)
        people(daemon.state, [f"closed{n}" for n in range(each)], disabled=True)
        daemon.start()
        if "crowd" in parts:
            for sprays in (False, True):
                fine &= max(asyncio.run(crowd(daemon.port, sprays))) < LONGEST
        if "victim" in parts:
            fine &= asyncio.run(victim(daemon.port)) < LONGEST
        if "timing" in parts:
            fine &= asyncio.run(timing(daemon.port, mailbox))
    print("as promised" if fine else "NOT as promised")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
