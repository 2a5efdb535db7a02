"""PROXY v2 headers: the ones to take, the ones to refuse, and not a byte too many."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.edge.proxy_protocol import (
    FIXED_BYTES,
    HEADER_BYTES,
    SIGNATURE,
    HeaderReader,
    ProxyHeaderError,
    Source,
)


def header(command=0x21, family=0x11, rest=b"", length=None):
    size = len(rest) if length is None else length
    return SIGNATURE + bytes([command, family]) + size.to_bytes(2, "big") + rest


def addresses(source, port=4_711):
    packed = ip_address(source).packed
    return packed + packed + port.to_bytes(2, "big") + (443).to_bytes(2, "big")


def read(data, piece=None):
    """Feed as a socket would, never more than asked for: the source and what is left."""
    reader = HeaderReader()
    while reader.source is None:
        take = min(reader.needed, piece or reader.needed)
        part, data = data[:take], data[take:]
        assert part, "the reader wants more than there is"
        reader.feed(part)
    return reader.source, data


@pytest.mark.parametrize("piece", [None, 1, 7])
@pytest.mark.parametrize(
    ("family", "address"),
    [(0x11, "203.0.113.9"), (0x21, "2001:db8::9")],
)
def test_the_source_is_read_and_nothing_after_the_header(piece, family, address):
    data = header(family=family, rest=addresses(address)) + b"\x16\x03\x01"
    assert read(data, piece) == (Source(ip_address(address), 4_711), b"\x16\x03\x01")


def test_extensions_after_the_addresses_are_skipped():
    data = header(rest=addresses("203.0.113.9") + b"\x04\x00\x02ab") + b"tls"
    assert read(data) == (Source(ip_address("203.0.113.9"), 4_711), b"tls")


def test_a_mapped_address_is_its_ipv4_address():
    data = header(family=0x21, rest=addresses("::ffff:203.0.113.9"))
    assert read(data)[0].address == ip_address("203.0.113.9")


@pytest.mark.parametrize("rest", [b"", b"x" * 100])
def test_a_proxy_speaking_for_itself_names_no_source(rest):
    assert read(header(command=0x20, family=0, rest=rest)) == (Source(None, 0), b"")


def test_the_longest_header_is_taken_and_a_longer_one_refused():
    most = HEADER_BYTES - FIXED_BYTES
    rest = addresses("203.0.113.9").ljust(most, b"\0")
    assert read(header(rest=rest))[0].port == 4_711
    with pytest.raises(ProxyHeaderError, match="at most 536"):
        HeaderReader().feed(header(length=most + 1))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"PROXY TCP4 1.2.3", "signature"),
        (b"\x16", "signature"),
        (b"\r\n\r\n\x01", "signature"),
        (header(command=0x11, length=12), "version and command"),
        (header(command=0x22, length=12), "version and command"),
        (header(family=0x00, length=12), "family"),
        (header(family=0x12, length=12), "family"),
        (header(family=0x31, length=216), "family"),
        (header(family=0x11, length=11), "too short"),
        (header(family=0x21, length=35), "too short"),
        (header(length=65_535), "at most"),
    ],
)
def test_anything_else_is_refused_at_the_first_byte_that_shows_it(data, why):
    with pytest.raises(ProxyHeaderError, match=why):
        HeaderReader().feed(data)


def test_more_than_was_asked_for_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError):
        HeaderReader().feed(bytes(17))


@given(st.binary(max_size=700), st.integers(1, 50))
def test_any_bytes_end_in_a_source_or_a_refusal(data, piece):
    reader = HeaderReader()
    try:
        while data and reader.source is None:
            take = min(reader.needed, piece)
            assert take > 0
            reader.feed(data[:take])
            data = data[take:]
    except ProxyHeaderError:
        return
    assert len(reader._bytes) <= HEADER_BYTES
