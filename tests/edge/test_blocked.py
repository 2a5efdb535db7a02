"""Whose network is shut out."""

from ipaddress import ip_address

import pytest

from chatd.edge.blocked import Blocked
from chatd.engine.network_blocks import NetworkBlockRow
from tests.fakes.clock import FakeClock


def blocked(*networks: str, expires: int | None = None, clock: FakeClock | None = None) -> Blocked:
    made = Blocked((clock or FakeClock()).wall)
    made.set(NetworkBlockRow(network, "", 0, expires) for network in networks)
    return made


@pytest.mark.parametrize(
    ("network", "inside", "outside"),
    [
        ("192.0.2.7/32", "192.0.2.7", "192.0.2.8"),
        ("192.0.2.0/24", "192.0.2.255", "192.0.3.0"),
        ("10.0.0.0/8", "10.255.1.2", "11.0.0.0"),
        ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
        ("2001:db8::1/128", "2001:db8::1", "2001:db8::2"),
        # An IPv4 address that arrives over IPv6 is that IPv4 address.
        ("192.0.2.0/24", "::ffff:192.0.2.1", "::ffff:192.0.3.1"),
        ("fe80::/16", "fe80::1%eth0", "fe81::1"),
    ],
)
def test_an_address_is_blocked_by_the_network_it_is_in(
    network: str, inside: str, outside: str
) -> None:
    door = blocked(network)
    assert door.covers(inside)
    assert not door.covers(outside)


def test_the_same_bits_of_another_version_are_another_address() -> None:
    assert ip_address("::c000:207") not in blocked("192.0.2.7/32")


def test_a_block_ends_by_itself() -> None:
    clock = FakeClock()
    door = blocked("192.0.2.0/24", expires=5_000, clock=clock)
    assert door.covers("192.0.2.1")
    clock.advance(5)
    assert not door.covers("192.0.2.1")


def test_a_longer_block_inside_one_that_ended_still_holds() -> None:
    clock = FakeClock()
    door = Blocked(clock.wall)
    door.set(
        [
            NetworkBlockRow("192.0.2.0/24", "", 0, 1_000),
            NetworkBlockRow("192.0.2.7/32", "", 0, None),
        ]
    )
    clock.advance(2)
    assert door.covers("192.0.2.7")
    assert not door.covers("192.0.2.8")


def test_nobody_is_blocked_before_there_is_a_list() -> None:
    assert not Blocked(FakeClock().wall).covers("192.0.2.1")
