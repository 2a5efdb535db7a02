"""A `tcp.Server` in memory, whose kernel takes everything at once."""

from twisted.internet.testing import StringTransport


class MemoryTcp(StringTransport):
    """What `edge.plain` looks at, besides: nothing waits, and a send is a write."""

    connected = 1
    dataBuffer = b""
    offset = 0
    _tempDataLen = 0

    @property
    def socket(self) -> "MemoryTcp":
        return self

    def send(self, data: bytes) -> int:
        self.write(data)
        return len(data)
