"""Accounts, tokens, rooms and memberships for a chatd that is to be measured."""

import json
import secrets
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

from bench.servers import Server
from chatd.admin.control import ask

#: Asked at once, so that they share commits.
AT_ONCE = 24
#: People in each of the small rooms, and how many of them everybody is in besides the large one.
SMALL_ROOM = 25
SMALL_ROOMS_EACH = 4


@dataclass(frozen=True)
class People:
    """``rooms[i]`` are those of ``tokens[i]``, the large room first."""

    tokens: list[str]
    rooms: list[list[str]]

    def coming_back(self) -> list[tuple[str, list[str]]]:
        """Everybody opens all their rooms."""
        return [
            (token, [_resume(rooms)]) for token, rooms in zip(self.tokens, self.rooms, strict=True)
        ]

    def silent(self, count: int) -> list[tuple[str, list[str]]]:
        """The first `count`, with no room open."""
        return [(token, [_resume([])]) for token in self.tokens[:count]]

    def first_visit(self) -> list[tuple[str, list[str]]]:
        """Everybody joins their rooms and opens none."""
        return [
            (token, [*_joins(rooms), _resume([])])
            for token, rooms in zip(self.tokens, self.rooms, strict=True)
        ]


def invite(server: Server, folder: Path, count: int) -> People:
    """Makes `count` accounts with a token each, and the rooms they are to join."""
    control = folder / "state" / "control.sock"
    with ThreadPoolExecutor(AT_ONCE) as pool:
        tokens = list(pool.map(lambda number: _account(control, f"guest{number}"), range(count)))
    host = _account(control, "host")
    rooms = _rooms(server.port, host, 1 + SMALL_ROOMS_EACH * -(-count // SMALL_ROOM))
    large, small = rooms[0], rooms[1:]
    return People(
        tokens,
        [
            [large, *(small[number // SMALL_ROOM * SMALL_ROOMS_EACH :][:SMALL_ROOMS_EACH])]
            for number in range(count)
        ],
    )


def _account(control: Path, name: str) -> str:
    for action, arguments in (("user_add", {"name": name}), ("token_create", {"name": name})):
        answer = ask(control, action, arguments)
        if "done" not in answer:
            raise RuntimeError(f"{action} {name}: {answer}")
    return str(answer["done"]["token"])


def _rooms(port: int, token: str, count: int) -> list[str]:
    context = ssl._create_unverified_context()
    with connect(
        f"wss://localhost:{port}/ws",
        ssl=context,
        subprotocols=["chatd.v1"],  # type: ignore[list-item]
        additional_headers={"Authorization": f"Bearer {token}"},
        compression=None,
        proxy=None,
    ) as socket:
        return list(_create(socket, count))


def _create(socket: Any, count: int) -> Iterator[str]:
    for number in range(count):
        key = secrets.token_hex(8)
        command = {"type": "create_room", "id": number, "key": key, "name": f"Room {number}"}
        socket.send(json.dumps(command))
        while (answer := json.loads(socket.recv(10)))["type"] != "done":
            if answer["type"] == "error":
                raise RuntimeError(f"create_room: {answer}")
        yield answer["room"]


def _resume(rooms: list[str]) -> str:
    return json.dumps({"type": "resume", "id": 0, "rooms": rooms})


def _joins(rooms: list[str]) -> Iterator[str]:
    for number, room in enumerate(rooms, 1):
        yield json.dumps({"type": "join", "id": number, "key": f"join-{number}", "room": room})
