"""What is scheduled outlives the daemon: said once when it comes back, however it ended."""

from pathlib import Path

import pytest
import pytest_twisted

from chatd.store.names import FILE
from chatd.store.sqlite import Sqlite
from tests.daemon import GENEROUS, Daemon
from tests.scenarios.wss import WssWorld


def make_due(daemon: Daemon) -> None:
    """As if the hour had passed while the daemon was down."""
    database = Sqlite(daemon.state / FILE, writing=True)
    database.run("update scheduled set due = 1", {})
    database.close()


@pytest.mark.parametrize("end", ["stop", "kill"])
@pytest_twisted.ensureDeferred
async def test_what_became_due_while_the_daemon_was_down_is_said_once(
    tmp_path: Path, end: str
) -> None:
    with Daemon(tmp_path, GENEROUS) as daemon:
        world = WssWorld(daemon)
        await world.person("alice")
        link = await world.connect("alice", 1)
        made = await link.command({"type": "create_room", "key": "k1", "name": "tea"})
        room = made["room"]
        hour = made["at"] + 3_600_000
        later = {"type": "schedule", "room": room, "text": "later", "at": hour}
        first = await link.command({**later, "key": "k2"})
        await link.command({**later, "key": "k3", "text": "never"})
        await link.command({"type": "unschedule", "key": "k4", "scheduled": "k3"})
        await world.stop()
        for _ in range(2):
            getattr(daemon, end)()
            make_due(daemon)
            daemon.start()
            link = await world.connect("alice", 1)
            await link.command({"type": "open", "room": room})
            history = {"messages": []}
            while not history["messages"]:
                history = await link.command({"type": "history", "room": room})
            assert [message["text"] for message in history["messages"]] == ["later"]
            left = await link.command({"type": "scheduled"})
            assert left["scheduled"] == []
            # The command itself is known for ever, and says nothing twice.
            again = await link.command({**later, "key": "k2"})
            assert {**again, "id": 0} == {**first, "id": 0}
            await world.stop()
        assert "Traceback" not in daemon.log()
