"""The far end of a connection in memory: takes frames apart and remembers what they said."""

import json
import zlib
from typing import Any


def inflated(data: bytes) -> bytes:
    """As a peer does it that knows nothing of `chatd.wire.deflate`."""
    return zlib.decompressobj(-15).decompress(data + b"\x00\x00\xff\xff")


def frames(data: bytes, inflates: bool = False) -> list[dict[str, Any]]:
    """The JSON objects in a run of unmasked text frames, which must be whole."""
    found = []
    while data:
        deflated = data[0] == 0xC1
        assert data[0] == 0x81 or (deflated and inflates), "a final text frame"
        size, start = data[1], 2
        if size == 126:
            size, start = int.from_bytes(data[2:4], "big"), 4
        elif size == 127:
            size, start = int.from_bytes(data[2:10], "big"), 10
        assert len(data) >= start + size, "a whole frame"
        payload = data[start : start + size]
        found.append(json.loads(inflated(payload) if deflated else payload))
        data = data[start + size :]
    return found


class Listener:
    """An outbox that counts writes. Events are frames with a ``position``, the rest signals."""

    def __init__(self, inflates: bool = False) -> None:
        self.inflates = inflates
        self.writes: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.writes.append(data)

    def take(self) -> list[dict[str, Any]]:
        """Everything written since the last time."""
        taken, self.writes = self.writes, []
        return [frame for data in taken for frame in frames(data, self.inflates)]

    @property
    def frames(self) -> list[dict[str, Any]]:
        return [frame for data in self.writes for frame in frames(data, self.inflates)]

    @property
    def events(self) -> list[int]:
        return [frame["position"] for frame in self.frames if "position" in frame]

    def signals(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if frame.get("type") == kind]
