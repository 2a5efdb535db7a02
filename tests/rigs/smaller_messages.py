"""What deflated events save and cost: bytes on the wire and processor time for each delivery.

    python -m tests.rigs.smaller_messages
    python -m tests.rigs.smaller_messages --clients 200 --rate 20 --seconds 3 --rounds 1

The real daemon has two rooms, each with so many clients over TLS, all connected from beginning to
end: in one they offer permessage-deflate, in the other they do not. The same texts are said in
both, in turn, so that both meet the same minutes. Every message is counted and added up by its
number for every client, inflated if need be. The texts are prose, out of this repository's
documents. What deflating takes by itself, for each level, is measured in this process before.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import re
import selectors
import socket
import ssl
import statistics
import struct
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench import servers, town
from bench.cores import Company, cores, pinned
from bench.town import Person, Town
from tests.daemon import with_settings

SIZES = (128, 1024, 8192)
SETTINGS = ((1, 15, 8), (1, 12, 5), (3, 12, 5), (6, 12, 5), (6, 15, 8))
NUMBER = re.compile(rb'"text":"~(\d+) ')
#: A step that is not complete after so many seconds without anything new has failed.
PATIENCE = 6.0
#: struct tcp_info: bytes that the peer sent and we have acknowledged.
RECEIVED_AT = 128


class Prose:
    """Sentences of the documents, without tables, code and marks."""

    def __init__(self) -> None:
        parts = []
        for path in sorted(Path(servers.ROOT / "docs").rglob("*.md")):
            text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
            lines = [line for line in text.splitlines() if line and line[0].isalpha()]
            parts.append(" ".join(lines))
        self._text = re.sub(r"[`*\[\]\"\\]|\([^)]*\)", "", " ".join(parts))
        self._at = 0

    def text(self, number: int, size: int) -> str:
        """So many characters, the number first; another part of the documents each time."""
        head = f"~{number} "
        self._at = (self._at + 7919) % (len(self._text) - size)
        return head + self._text[self._at : self._at + size - len(head)]


@dataclass
class Step:
    """What was heard of one step: messages, the sum of their numbers, bytes of their frames."""

    got: int = 0
    sum: int = 0
    deflated: int = 0


@dataclass(eq=False)
class Client:
    socket: ssl.SSLSocket
    step: Step = field(default_factory=Step)
    data: bytearray = field(default_factory=bytearray)

    def received(self) -> int:
        """Bytes that came over the wire, TLS included."""
        info = self.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        return int(struct.unpack_from("Q", info, RECEIVED_AT)[0])

    def send(self, opcode: int, payload: bytes) -> None:
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
        self.socket.setblocking(True)
        self.socket.sendall(bytes([0x80 | opcode]) + length + bytes(4) + payload)
        self.socket.setblocking(False)

    def read(self) -> None:
        while True:
            try:
                part = self.socket.recv(65_536)
            except (ssl.SSLWantReadError, BlockingIOError):
                return
            if not part:
                raise SystemExit("the server closed a connection")
            self.data += part
            self._frames()

    def _frames(self) -> None:
        data, at = self.data, 0
        while len(data) - at >= 4:
            first, size, head = data[at], data[at + 1], 2
            if size == 126:
                size, head = int.from_bytes(data[at + 2 : at + 4], "big"), 4
            elif size == 127:
                size, head = int.from_bytes(data[at + 2 : at + 10], "big"), 10
            if len(data) - at < head + size:
                break
            self._heard(first, bytes(data[at + head : at + head + size]))
            at += head + size
        if at:
            del data[:at]

    def _heard(self, first: int, payload: bytes) -> None:
        if first == 0x89:
            self.send(10, payload)
        if first == 0xC1:
            payload = zlib.decompressobj(-15).decompress(payload + b"\0\0\xff\xff")
            self.step.deflated += 1
        if payload.startswith(b'{"type":"message"') and (found := NUMBER.search(payload)):
            self.step.got += 1
            self.step.sum += int(found[1])
        elif payload.startswith((b'{"type":"error"', b'{"type":"resync"')):
            raise SystemExit(payload.decode())


def arrive(port: int, number: int, person: Person, deflates: bool) -> Client:
    """Connected, with the room open; from an address of its own, as the limits want it."""
    raw = socket.socket()
    raw.bind((f"127.9.{number // 250}.{number % 250 + 1}", 0))
    raw.connect(("127.0.0.1", port))
    wrapped = ssl._create_unverified_context().wrap_socket(raw, server_hostname="localhost")
    extension = "Sec-WebSocket-Extensions: permessage-deflate\r\n" if deflates else ""
    request = (
        f"GET /ws HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{extension}"
        f"Authorization: Bearer {person.token}\r\n\r\n"
    )
    wrapped.sendall(request.encode())
    said = b""
    while b"\r\n\r\n" not in said:
        said += wrapped.recv(4096)
    if b" 101 " not in said or (b"permessage-deflate" in said) != deflates:
        raise SystemExit(said.decode())
    client = Client(wrapped)
    for one in person.frames:
        client.send(1, one.encode())
    wrapped.setblocking(True)
    said = said.partition(b"\r\n\r\n")[2]
    while b'"type":"resumed"' not in said:
        said += wrapped.recv(65_536)
    wrapped.setblocking(False)
    return client


class Crowd:
    """The clients of one room."""

    def __init__(self, port: int, people: Sequence[Person], first: int, deflates: bool) -> None:
        self.room = people[0].rooms[0]
        self.clients = [
            arrive(port, first + n, person, deflates) for n, person in enumerate(people)
        ]


@dataclass
class Figures:
    """Of one step: bytes and microseconds for each delivery, the part that came deflated."""

    wire: float
    cpu: float
    deflated: float


class Stage:
    def __init__(self, pid: int, crowds: Sequence[Crowd]) -> None:
        self._clock = (~pid << 3) | 2  # clock_getcpuclockid(3)
        self._ids = itertools.count(1)
        self._prose = Prose()
        self._everybody = [client for crowd in crowds for client in crowd.clients]
        self._selector = selectors.EpollSelector()
        for client in self._everybody:
            self._selector.register(client.socket, selectors.EVENT_READ, client)

    def pump(self, seconds: float) -> None:
        for key, _ in self._selector.select(max(seconds, 0)):
            key.data.read()

    def rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.pump(left)

    def step(self, crowd: Crowd, size: int, rate: float, seconds: float) -> Figures:
        total = round(rate * seconds)
        texts = [self._prose.text(n, size) for n in range(1, total + 1)]
        for client in self._everybody:
            client.step = Step()
        wire = sum(client.received() for client in crowd.clients)
        cpu, began = time.clock_gettime(self._clock), time.monotonic()
        for n, text in enumerate(texts):
            while (early := began + n / rate - time.monotonic()) > 0:
                self.pump(early)
            self._say(crowd.clients[n % 10], crowd.room, text)
            self.pump(0)
        wanted = (total, total * (total + 1) // 2)
        last, had = time.monotonic(), -1
        while any((one.step.got, one.step.sum) != wanted for one in crowd.clients):
            self.pump(0.05)
            got = sum(one.step.got for one in crowd.clients)
            if got != had:
                last, had = time.monotonic(), got
            elif time.monotonic() - last > PATIENCE:
                raise SystemExit(f"{got} deliveries of {total * len(crowd.clients)}")
        self.rest(0.1)
        deliveries = total * len(crowd.clients)
        return Figures(
            (sum(client.received() for client in crowd.clients) - wire) / deliveries,
            (time.clock_gettime(self._clock) - cpu) * 1e6 / deliveries,
            sum(client.step.deflated for client in crowd.clients) / deliveries,
        )

    def _say(self, client: Client, room: str, text: str) -> None:
        number = next(self._ids)
        frame = {"type": "send", "id": number, "key": f"k{number}", "room": room, "text": text}
        client.send(1, json.dumps(frame).encode())


def alone() -> None:
    """What deflating and inflating one event take, by level, window and memory."""
    prose = Prose()
    print("| level, window, memory | " + " | ".join(f"{n} B" for n in (32, *SIZES)) + " |")
    print("|---|" + "---:|" * (len(SIZES) + 1))
    events = {size: [_event(prose.text(n, size)) for n in range(1, 201)] for size in (32, *SIZES)}
    for level, window, memory in SETTINGS:
        cells = []
        for some in events.values():
            times = []
            for _ in range(5):
                began = time.perf_counter()
                made = [_deflated(event, level, window, memory) for event in some]
                times.append((time.perf_counter() - began) / len(some) * 1e6)
            share = sum(map(len, made)) / sum(map(len, some))
            cells.append(f"{share:.0%}, {min(times):.0f} µs")
        print(f"| {level}, {window}, {memory} | {' | '.join(cells)} |")


def _event(text: str) -> bytes:
    number = len(text) * 31 + ord(text[-1])
    line = {"type": "message", "room": f"r{number:011d}", "seq": number, "cursor": f"c{number:09d}"}
    line |= {"at": 1_700_000_000_000 + number, "from": f"u{number:011d}", "name": f"p{number:05d}"}
    return json.dumps({**line, "number": number, "text": text}, separators=(",", ":")).encode()


def _deflated(event: bytes, level: int, window: int, memory: int) -> bytes:
    made = zlib.compressobj(level, zlib.DEFLATED, -window, memory)
    return (made.compress(event) + made.flush(zlib.Z_SYNC_FLUSH))[:-4]


def measured(folder: Path, options: argparse.Namespace) -> None:
    port = servers.prepare_chatd(folder)
    config = folder / "chatd.toml"
    raised = {"text_code_points": 16_384, "connections_per_address": 1000}
    config.write_text(with_settings(config.read_text(), "limits", raised))
    half = options.clients
    rooms = (range(half), range(half, 2 * half))
    people = town.build(Town("two halls", 2 * half, rooms, heard=2), folder / "state")
    core, load_core = cores()
    pinned(load_core)()
    with servers.chatd(folder, port, core) as server:
        plain = Crowd(port, people[:half], 0, False)
        small = Crowd(port, people[half:], half, True)
        stage = Stage(server.pid, (plain, small))
        stage.rest(2)
        stage.step(plain, 128, 5, 1)
        stage.step(small, 128, 5, 1)
        print(f"\n{half:,} clients, {options.rate:g} messages/s, median of {options.rounds} rounds")
        print("\n| text | bytes: plain | deflated | | µs: plain | deflated | |")
        print("|---:|---:|---:|---:|---:|---:|---:|")
        for size in SIZES:
            company = Company(core, server.pid)
            rounds = [
                [stage.step(crowd, size, options.rate, options.seconds) for crowd in (plain, small)]
                for _ in range(options.rounds)
            ]
            print(_row(size, rounds, company.share()), flush=True)


def _row(size: int, rounds: Sequence[Sequence[Figures]], others: float) -> str:
    def median(values: Iterator[float]) -> float:
        return statistics.median(values)

    wire = [median(each[n].wire for each in rounds) for n in (0, 1)]
    cpu = [median(each[n].cpu for each in rounds) for n in (0, 1)]
    share = median(each[1].deflated for each in rounds)
    cells = [f"{size:,} B", f"{wire[0]:,.0f}", f"{wire[1]:,.0f}", f"{wire[1] / wire[0] - 1:+.0%}"]
    cells += [f"{cpu[0]:.2f}", f"{cpu[1]:.2f}", f"{cpu[1] / cpu[0] - 1:+.0%}"]
    return f"| {' | '.join(cells)} |  deflated {share:.0%}, others took {others:.0%} of the core"


def main() -> None:
    parser = argparse.ArgumentParser(description="What deflated events save and cost.")
    parser.add_argument("--clients", type=int, default=1000, help="in each of the two rooms")
    parser.add_argument("--rate", type=float, default=10.0, help="messages a second")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each step")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    os.environ["PYTHONPATH"] = str(servers.ROOT)
    var = servers.ROOT / "var"
    var.mkdir(mode=0o700, exist_ok=True)
    alone()
    with tempfile.TemporaryDirectory(prefix="smaller-", dir=var) as scratch:
        measured(Path(scratch), options)


if __name__ == "__main__":
    main()
