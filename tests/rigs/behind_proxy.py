"""What a delivery costs a daemon behind a proxy that ends TLS: plain TCP on loopback.

    python -m tests.rigs.behind_proxy --clients 500 --rate 20

The people are sockets of this process that read and count; daemon and people have a core each where
there are two. Prints the daemon's processor time, all threads, for each delivery.
"""

import argparse
import json
import os
import selectors
import tempfile
import time
from pathlib import Path

from bench.cores import cores
from tests.daemon import GENEROUS, Daemon, Sections
from tests.one_thread import OneThread

USERS = 10
BEHIND: Sections = {
    "tls": {"terminated": True, "certificate": "", "key": ""},
    "server": {"proxies": ["127.0.0.1/32"], "forwarded_by": "x-forwarded-for"},
}
#: In each message as it is told, and in nothing else.
TOLD = b'"number":'


def used(pid: int) -> float:
    """Microseconds of processor time so far."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1000


def told(people: selectors.BaseSelector, until: float) -> int:
    """Reads until then; how many messages that brought."""
    count = 0
    while (left := until - time.monotonic()) > 0:
        for key, _ in people.select(left):
            count += key.fileobj.recv(1 << 18).count(TOLD)  # type: ignore[union-attr]
    return count


def ask(client: OneThread, **command: object) -> dict[str, object]:
    client.send(json.dumps({"id": 1, **command}))
    while (answer := json.loads(client.recv())).get("id") != 1:
        pass
    if answer["type"] == "error":
        raise SystemExit(f"chatd: {answer['message']}")
    return dict(answer)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.rigs.behind_proxy")
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--rate", type=float, default=20.0, help="messages a second")
    parser.add_argument("--seconds", type=float, default=6.0)
    options = parser.parse_args()
    core, ours = cores()
    os.sched_setaffinity(0, {ours})
    with (
        tempfile.TemporaryDirectory(prefix="chatd-proxy-") as folder,
        Daemon(Path(folder), GENEROUS, BEHIND, command=("taskset", "-c", str(core))) as daemon,
    ):
        tokens = [daemon.token(f"p{number}") for number in range(USERS)]
        clients = [
            OneThread(
                f"ws://127.0.0.1:{daemon.port}/ws",
                headers={
                    "Authorization": f"Bearer {tokens[number % USERS]}",
                    "Origin": daemon.url,
                    "X-Forwarded-For": f"10.0.0.{number % 200 + 1}",
                    "X-Forwarded-Proto": "https",
                },
            )
            for number in range(options.clients)
        ]
        room = ask(clients[0], type="create_room", key="made", name="Hall", slug="hall")["room"]
        for number, client in enumerate(clients):
            if 0 < number < USERS:
                ask(client, type="join", key=f"joined-{number}", room=room)
            ask(client, type="open", room=room)
        people = selectors.EpollSelector()
        for client in clients:
            client._socket.setblocking(False)
            people.register(client._socket, selectors.EVENT_READ)
        told(people, time.monotonic() + 2)
        before, count, sent = used(daemon.pid), 0, 0
        began = time.monotonic()
        while time.monotonic() < began + options.seconds:
            command = {"type": "send", "id": 2, "key": f"k{sent}", "room": room, "text": "x" * 128}
            clients[0]._socket.setblocking(True)
            clients[0].send(json.dumps(command))
            clients[0]._socket.setblocking(False)
            sent += 1
            count += told(people, began + sent / options.rate)
        count += told(people, time.monotonic() + 1)
        took = used(daemon.pid) - before
        print(f"{sent} messages, {count} deliveries: {took / count:.1f} µs each")


if __name__ == "__main__":
    main()
