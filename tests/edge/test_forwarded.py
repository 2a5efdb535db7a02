"""Whose address counts: the peer's, or what a trusted proxy says."""

from ipaddress import ip_network

import pytest
import pytest_twisted
from site_rig import Rig

from chatd.edge.forwarded import client_address

LAN = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))

CASES = [
    ("198.51.100.7", ["203.0.113.9"], "198.51.100.7"),  # a stranger's header
    ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
    ("10.0.0.1", ["1.2.3.4, 203.0.113.9"], "203.0.113.9"),  # the left one is the client's claim
    ("10.0.0.1", ["1.2.3.4", "203.0.113.9, 10.0.0.2"], "203.0.113.9"),
    ("10.0.0.1", ["203.0.113.9:4711"], "203.0.113.9"),
    ("10.0.0.1", ["[2001:db8::1]:4711"], "2001:db8::1"),
    ("10.0.0.1", ["2001:db8::1"], "2001:db8::1"),
    ("fd00::1", ["2001:db8::1"], "2001:db8::1"),
    ("::ffff:10.0.0.1", ["::ffff:203.0.113.9"], "203.0.113.9"),
    ("10.0.0.1", [], "10.0.0.1"),
    ("10.0.0.1", ["10.0.0.9"], "10.0.0.9"),
    ("10.0.0.1", ["203.0.113.9, nonsense"], "10.0.0.1"),
    ("10.0.0.1", ["203.0.113.9, 10.0.0.2, "], "10.0.0.1"),
    ("10.0.0.1", [", ".join(["10.0.0.2"] * 5000)], "10.0.0.2"),
]


@pytest.mark.parametrize(("peer", "headers", "address"), CASES)
def test_the_rightmost_hop_that_is_no_proxy_of_ours_counts(peer, headers, address):
    assert client_address(peer, headers, LAN) == address


def test_without_proxies_no_header_is_believed():
    assert client_address("127.0.0.1", ["203.0.113.9"], ()) == "127.0.0.1"


@pytest_twisted.ensureDeferred
async def test_a_session_is_told_the_address_that_a_trusted_proxy_names():
    rig = Rig(proxies=(ip_network("127.0.0.0/8"),))
    token = await rig.token(await rig.person())
    await rig.open(Authorization=f"Bearer {token}", X_Forwarded_For="1.1.1.1, 203.0.113.9")
    assert rig.sessions[0].address == "203.0.113.9"
    await rig.stop()


@pytest_twisted.ensureDeferred
async def test_a_network_of_ipv6_is_one_address_to_the_limits():
    rig = Rig(proxies=(ip_network("127.0.0.0/8"),))
    peer = await rig.peer()
    for n in range(500):
        await rig.call("GET", "/healthz", peer=peer, X_Forwarded_For=f"2001:db8::{n:x}")
    last = await rig.call("GET", "/healthz", peer=peer, X_Forwarded_For="2001:db8::ffff")
    other = await rig.call("GET", "/healthz", peer=peer, X_Forwarded_For="2001:db8:0:1::1")
    assert (last.status, other.status) == (429, 200)
    await rig.stop()
