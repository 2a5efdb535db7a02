"""A backup of a daemon that is talking: what it holds, and what clients learn after a restore."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest_twisted
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.threads import deferToThread

from chatd.admin.backup.verify import faults
from tests.admin.backup.places import texts
from tests.daemon import GENEROUS, Daemon
from tests.scenarios.wss import WssWorld

SENDS = 2_000
#: Sent before the one before is answered.
AHEAD = 16


def chatctl(daemon: Daemon, *words: object) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "chatd.admin.main", "--config", daemon.config, *map(str, words)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest_twisted.ensureDeferred
async def test_a_backup_in_mid_talk_is_a_prefix_of_it_and_after_a_restore_all_read_anew(
    tmp_path: Path,
) -> None:
    shelves = tmp_path / "backups"
    with Daemon(tmp_path / "server", GENEROUS) as daemon:
        world = WssWorld(daemon)
        await world.person("alice")
        link = await world.connect("alice", 1)
        room = (await link.command({"type": "create_room", "key": "room", "name": "tea"}))["room"]
        opened = await link.command({"type": "open", "room": room})
        answered, longest = 0, 0.0
        backup: Deferred[Any] | None = None
        at_begin = at_end = 0

        async def send(number: int) -> None:
            nonlocal answered, longest
            began = time.monotonic()
            await link.command(
                {"type": "send", "key": f"m{number}", "room": room, "text": str(number)}
            )
            answered, longest = answered + 1, max(longest, time.monotonic() - began)

        def ended(out: str) -> str:
            nonlocal at_end
            at_end = answered
            return out

        for first in range(0, SENDS, AHEAD):
            if backup is None and first >= SENDS // 8:
                at_begin = answered
                backup = deferToThread(chatctl, daemon, "backup", "create", shelves)
                backup.addCallback(ended)
            batch = range(first, min(first + AHEAD, SENDS))
            await gatherResults([Deferred.fromCoroutine(send(number)) for number in batch])
        assert backup is not None
        out = await backup
        assert "read back and sound" in out
        assert at_begin < at_end
        # Nobody waited for it: a bound far above what a commit takes on a busy machine.
        assert longest < 2.0
        last = await link.command({"type": "open", "room": room})
        await world.stop()
        daemon.stop()

        [path] = shelves.iterdir()
        assert faults(path) == []
        chatctl(daemon, "backup", "restore", path, "--replace")
        held = texts(daemon.state)
        assert held == [str(number) for number in range(len(held))]
        assert at_begin <= len(held) <= SENDS

        daemon.start()
        link = await world.connect("alice", 1)
        for cursor in (opened["cursor"], last["cursor"]):
            resumed = await link.command({"type": "resume", "cursor": cursor, "rooms": [room]})
            assert resumed["resumed"] is False
            assert "events" not in resumed or resumed["events"] == []
        # What the backup has is known by its key, what it lacks is said once.
        for number in (0, len(held)):
            for _ in range(2):
                await send(number)
        await world.stop()
        daemon.stop()
        assert texts(daemon.state) == [str(number) for number in range(len(held) + 1)]
        assert "Traceback" not in daemon.log()
