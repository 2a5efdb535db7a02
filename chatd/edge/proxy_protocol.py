"""The PROXY protocol, version 2: who really connected, told by a trusted proxy.

Source: haproxy, doc/proxy-protocol.txt, section 2.2. A header is 16 bytes and then as many as they
announce. The reader says how many bytes to ask the socket for, so that it never takes a byte of
what follows. Only the binary version is spoken; the textual version 1 does not begin with a length.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
FIXED_BYTES = 16
HEADER_BYTES = 536  # in all; what a TCP segment of minimum size carries
LOCAL, PROXY = 0x20, 0x21
TCP4, TCP6 = 0x11, 0x21
ADDRESS_BYTES = {TCP4: 12, TCP6: 36}


class ProxyHeaderError(Exception):
    """The bytes are not an acceptable header. The message says why, for a log line."""


@dataclass(frozen=True)
class Source:
    """The peer of the proxy. `address` is None when the proxy speaks for itself (LOCAL)."""

    address: IPv4Address | IPv6Address | None
    port: int


class HeaderReader:
    """Collects one header: ask the socket for `needed` bytes, `feed` them, until `source` is."""

    def __init__(self) -> None:
        self.source: Source | None = None
        self.needed = FIXED_BYTES
        self._bytes = bytearray()
        self._whole = FIXED_BYTES

    def feed(self, data: bytes) -> None:
        """Take at most `needed` bytes. Raises ProxyHeaderError as soon as no header can follow."""
        if len(data) > self.needed:
            raise ValueError("more bytes than were asked for")
        self._bytes += data
        have = self._bytes
        if not SIGNATURE.startswith(have[: len(SIGNATURE)]):
            raise ProxyHeaderError("no PROXY v2 signature")
        if len(have) == FIXED_BYTES == self._whole:
            self._whole = FIXED_BYTES + int.from_bytes(have[14:16], "big")
            _check_fixed(have[12], have[13], self._whole)
        self.needed = self._whole - len(have)
        if self.needed == 0:
            self.source = _source(bytes(have))


def _check_fixed(command: int, family: int, whole: int) -> None:
    if command not in (LOCAL, PROXY):
        raise ProxyHeaderError(f"unknown version and command 0x{command:02x}")
    if whole > HEADER_BYTES:
        raise ProxyHeaderError(f"{whole} bytes of header, at most {HEADER_BYTES} are taken")
    if command == PROXY:
        if family not in ADDRESS_BYTES:
            raise ProxyHeaderError(f"address family 0x{family:02x} is neither TCP4 nor TCP6")
        if whole < FIXED_BYTES + ADDRESS_BYTES[family]:
            raise ProxyHeaderError("too short for its addresses")


def _source(header: bytes) -> Source:
    if header[12] == LOCAL:
        return Source(None, 0)
    if header[13] == TCP4:
        return Source(IPv4Address(header[16:20]), int.from_bytes(header[24:26], "big"))
    address = IPv6Address(header[16:32])
    return Source(address.ipv4_mapped or address, int.from_bytes(header[48:50], "big"))
