"""Files in messages of a real daemon, over TLS: brought, posted, read, erased."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from chatd.store.verify import faults
from tests.api.client import Answer, Client
from tests.daemon import Daemon

As = Callable[..., Client]
NAMED = "attachment; filename*=UTF-8''a.bin"


def bring(client: Client, body: bytes) -> str:
    answer = client.ask("POST", "/api/files", body, Content_Disposition=NAMED)
    assert answer.status == 201, answer
    return str(answer.json["file"])


def read(client: Client, file: str) -> Answer:
    return client.ask("GET", f"/files/{file}")


@pytest.fixture
def room(as_: As) -> str:
    """A public room of alice's."""
    return str(as_("alice").post("/rooms", {"name": "Tea"})["room"])


def test_one_request_posts_a_message_with_files_and_a_retry_is_the_same_one(
    as_: As, room: str
) -> None:
    alice, path = as_("alice"), f"/rooms/{room}/messages"
    file = bring(alice, b"hello")
    message = {"text": "", "files": [file]}
    first = alice.ask("POST", path, message, Idempotency_Key="k.1")
    again = alice.ask("POST", path, message, Idempotency_Key="k.1")
    assert (first.status, again.body) == (201, first.body)
    assert alice.ask("POST", path, message).code == "wrong-state"
    [posted] = alice.get(path)["messages"]
    assert posted["files"] == [
        {"file": file, "name": "a.bin", "type": "application/json", "size": 5}
    ]
    assert alice.ask("DELETE", f"{path}/{posted['seq']}").status == 200
    assert (read(alice, file).status, read(alice, file).code) == (404, "not-found")


def test_a_large_file_comes_and_goes_whole_and_is_never_in_memory_as_a_whole(
    as_: As, room: str, daemon: Daemon
) -> None:
    alice, bob = as_("alice"), as_("bob")
    body = os.urandom(2**20) * 16
    before = _highest(daemon)
    file = bring(alice, body)
    assert alice.ask("POST", "/api/files", body + b"x", Content_Disposition=NAMED).status == 413
    alice.post(f"/rooms/{room}/messages", {"text": "", "files": [file]})
    assert read(bob, file).status == 404
    assert read(alice, file).body == body
    assert _highest(daemon) - before < 12 * 2**20


def _highest(daemon: Daemon) -> int:
    """The most memory that the daemon has had, in bytes."""
    status = Path(f"/proc/{daemon.pid}/status").read_text("utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def test_a_token_that_may_only_post_brings_nothing(as_: As) -> None:
    alice = as_("alice", "messages:write")
    answer = alice.ask("POST", "/api/files", b"x", Content_Disposition=NAMED)
    assert (answer.status, answer.code) == (403, "insufficient-scope")


def test_the_operator_is_told_how_much_there_is(as_: As, daemon: Daemon) -> None:
    bring(as_("alice"), b"x" * 2**20)
    count, size = daemon.ask("status")["files"].split(", ")
    assert int(count) >= 1 and float(size.removesuffix(" MiB")) >= 1


def test_whatever_the_daemon_is_killed_in_no_message_lacks_a_file(
    daemon: Daemon, as_: As, room: str
) -> None:
    """Uploads and messages from several at a time; SIGKILL in the middle of them."""
    clients = [as_(name) for name in ("alice", "carol", "dave")]
    for client in clients[1:]:
        client.post(f"/rooms/{room}/join")
    said: list[str] = []

    def talk(client: Client) -> None:
        try:
            while True:
                file = bring(client, os.urandom(300_000))
                client.post(f"/rooms/{room}/messages", {"text": "", "files": [file]})
                said.append(file)
        except (OSError, AssertionError, json.JSONDecodeError):
            return  # it was killed, or is being started

    for after in (0.3, 0.5):
        threads = [Thread(target=talk, args=(client,)) for client in clients]
        for thread in threads:
            thread.start()
        time.sleep(after)
        daemon.kill()
        for thread in threads:
            thread.join()
        assert faults(daemon.state) == ()
        daemon.start()
    assert len(said) > 4
    for file in said:
        assert read(clients[0], file).status == 200
