"""Where the memory of an idle connection is: the real daemon, wss, logged in, five rooms open.

    python -m tests.rigs.memory
    python -m tests.rigs.memory --clients 10000

Figures are KiB for each connection: what is there with everybody connected, less what was there
before. Those in docs/performance.md, "One idle connection", come from here.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench import servers, town
from bench.cores import cores
from bench.kit import Kit
from bench.load import Load
from bench.servers import Server
from bench.town import Person

CONNECTS_AT_ONCE = 16
START = """
import sys
from pathlib import Path
from tests.rigs import memory_probe
memory_probe.start(Path(sys.argv.pop(1)))
from twisted.scripts.twistd import run
run()
"""
Told = dict[str, Any]


@contextlib.contextmanager
def probed(folder: Path, port: int) -> Iterator[tuple[Server, Path]]:
    """The daemon with a probe in it, and the path where the probe listens."""
    path = folder / "probe"
    command = [sys.executable, "-c", START, str(path), "--nodaemon", "--pidfile="]
    command += [f"--logfile={folder / 'log' / 'chatd.log'}"]
    command += ["chatd", "--config", str(folder / "chatd.toml")]

    def ready() -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return True
        return False

    core = cores()[0]
    with servers.running("chatd", command, folder / "output", port, core, ready) as server:
        yield server, path


def crowd(kit: Kit, folder: Path, server: Server, people: Sequence[Person]) -> Load:
    return Load(
        kit.load,
        server.port,
        chatd=True,
        people=people,
        listed=folder / "people",
        core=cores()[1],
        server=server.pid,
    )


def asked(path: Path, what: str) -> Told:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.connect(str(path))
        probe.sendall(what.encode())
        parts = []
        while part := probe.recv(65_536):
            parts.append(part)
    told: Told = json.loads(b"".join(parts))
    return told


def measured(kit: Kit, folder: Path, count: int, idle: float, types: bool) -> None:
    port = servers.prepare_chatd(folder)
    people = town.build(town.hall(count), folder / "state")
    with probed(folder, port) as (server, path):
        with crowd(kit, folder, server, people[:50]) as few:
            # What is made once, on first use, is none of a connection's.
            few.tell("connect", CONNECTS_AT_ONCE, 0)
        time.sleep(2)
        asked(path, "collect")
        before_types = asked(path, "census")["types"] if types else {}
        asked(path, "collect")
        before = asked(path, "totals")
        with crowd(kit, folder, server, people) as everybody:
            done = everybody.tell("connect", CONNECTS_AT_ONCE, 0)
            if done["ready"] < count:
                raise SystemExit(f"only {done['ready']} could connect: {done['trouble']}")
            cpu = done["server_cpu_seconds"] / done["opened"] * 1e6
            time.sleep(1.5)
            after = asked(path, "totals")
            time.sleep(idle)
            rows = {
                "at once": after,
                f"after {idle:.0f} s": asked(path, "totals"),
                "garbage collected": asked(path, "collect"),
                "malloc trimmed": asked(path, "trim"),
            }
            after_types = asked(path, "census")["types"] if types else {}
    print(f"{count:,} connections, {cpu:,.0f} µs of processor time to connect each")
    print_table(rows, before, count)
    print_types(before_types, after_types, count)


def print_table(rows: dict[str, Told], before: Told, count: int) -> None:
    names = [*before]
    print(f"\n| KiB each | {' | '.join(names)} |\n|---|{'---:|' * len(names)}")
    for when, told in rows.items():
        cells = [f"{(told[name] - before[name]) / count / 1024:.2f}" for name in names[:-1]]
        cells.append(f"{told[names[-1]] - before[names[-1]]}")
        print(f"| {when} | {' | '.join(cells)} |")


def print_types(before: Told, after: Told, count: int) -> None:
    grown = {
        kind: (number - before.get(kind, (0, 0))[0], size - before.get(kind, (0, 0))[1])
        for kind, (number, size) in after.items()
    }
    print("\n| what | objects each | bytes each |\n|---|---:|---:|")
    total = 0.0
    for kind, (number, size) in sorted(grown.items(), key=lambda row: -row[1][1]):
        total += size / count
        if size / count >= 8:
            print(f"| {kind} | {number / count:.2f} | {size / count:.0f} |")
    print(f"| all | | {total:.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description="Where the memory of an idle connection is.")
    parser.add_argument("--clients", type=int, default=2000)
    parser.add_argument("--idle", type=float, default=5.0, help="seconds until it is looked again")
    parser.add_argument("--no-types", action="store_true", help="totals only")
    options = parser.parse_args()
    os.environ["PYTHONPATH"] = str(servers.ROOT)
    var = servers.ROOT / "var"
    var.mkdir(mode=0o700, exist_ok=True)
    kit = Kit(var / "bench", print)
    kit.folder.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="memory-", dir=var) as scratch:
        measured(kit, Path(scratch), options.clients, options.idle, not options.no_types)


if __name__ == "__main__":
    main()
