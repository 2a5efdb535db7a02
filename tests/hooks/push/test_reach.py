"""Pushes go to where they may go, whatever a name leads to and whenever it changes."""

from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver
from zope.interface import implementer

from chatd.hooks.post import NoAnswer
from chatd.hooks.push.reach import REFUSED, GuardedPoster, OutOfReach, allowing
from chatd.parts import SystemClock
from tests.hooks.loopback import reactor, status
from tests.hooks.receiver import Receiver

HEADERS = {"TTL": "60", "webhook-id": "1", "webhook-timestamp": "1", "webhook-signature": "x"}


@implementer(IHostnameResolver)
class Names:
    """A resolver that knows what the test says."""

    def __init__(self, **known: tuple[str, ...]) -> None:
        self.known = known
        self.asked: list[str] = []

    def resolveHostName(
        self,
        receiver: Any,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Any = None,
        transportSemantics: str = "TCP",
    ) -> Any:
        self.asked.append(hostName)
        receiver.resolutionBegan(self)
        for address in self.known.get(hostName.partition(".")[0], ()):
            kind: Any = IPv6Address if ":" in address else IPv4Address
            receiver.addressResolved(kind("TCP", address, portNumber))
        receiver.resolutionComplete()
        return self


class Net:
    """The real reactor with other names; ``connects`` is where somebody wanted to go."""

    def __init__(self, names: Names) -> None:
        self.nameResolver = names
        self.connects: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(reactor, name)

    def connectTCP(self, host: str, *args: Any, **named: Any) -> Any:
        self.connects.append(host)
        return reactor.connectTCP(host, *args, **named)


class Stage:
    def __init__(self, receiver: Receiver) -> None:
        self.names = Names()
        self.net = Net(self.names)
        self.receiver = receiver
        self.posters: list[GuardedPoster] = []

    def poster(self, *networks: str) -> GuardedPoster:
        made = GuardedPoster(
            self.net,
            SystemClock(),
            allowing([ip_network(each) for each in networks]),
            2.0,
            str(self.receiver.authority),
            "chatd/test",
        )
        self.posters.append(made)
        return made

    def url(self, host: str) -> str:
        return self.receiver.url.replace("localhost", host)


@pytest_twisted.async_yield_fixture
async def stage(receiver: Receiver, tmp_path: Path) -> AsyncIterator[Stage]:
    made = Stage(receiver)
    yield made
    for poster in made.posters:
        await poster.stop()


@pytest_twisted.ensureDeferred
async def test_a_network_that_is_named_is_reached(stage: Stage) -> None:
    stage.names.known = {"localhost": ("127.0.0.1",)}
    stage.receiver.plan = [status(201)]
    answer = await stage.poster("127.0.0.0/8").post(stage.url("localhost"), HEADERS, b"x")
    assert answer.status == 201
    assert stage.receiver.got[0].headers["ttl"] == "60"


@pytest.mark.parametrize(
    "addresses",
    [
        ("127.0.0.1",),
        ("10.0.0.1", "192.168.0.1"),
        ("169.254.169.254",),
        ("::1", "fe80::1"),
        ("::ffff:127.0.0.1",),
    ],
)
@pytest_twisted.ensureDeferred
async def test_a_name_that_leads_to_what_is_private_is_not_connected_to(
    stage: Stage, addresses: tuple[str, ...]
) -> None:
    stage.names.known = {"push": addresses}
    with pytest.raises(OutOfReach):
        await stage.poster("172.20.0.0/16").post(stage.url("push.example.net"), HEADERS, b"x")
    assert stage.net.connects == []
    assert stage.receiver.got == []


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "2130706433", "0x7f000001", "localhost"])
@pytest_twisted.ensureDeferred
async def test_an_address_in_place_of_a_name_is_looked_at_as_well(stage: Stage, host: str) -> None:
    stage.net.nameResolver = reactor.nameResolver
    with pytest.raises(NoAnswer):
        await stage.poster().post(stage.url(host), HEADERS, b"x")
    assert stage.net.connects == []


@pytest_twisted.ensureDeferred
async def test_a_name_that_leads_elsewhere_the_next_time_is_looked_at_anew(stage: Stage) -> None:
    poster = stage.poster("127.0.0.2/32")
    stage.names.known = {"push": ("127.0.0.2",)}
    # Nobody listens there; but it was gone to.
    with pytest.raises(NoAnswer) as caught:
        await poster.post(stage.url("push.example.net"), HEADERS, b"x")
    assert not isinstance(caught.value, OutOfReach)
    assert stage.net.connects == ["127.0.0.2"]
    stage.names.known = {"push": ("127.0.0.1",)}
    with pytest.raises(OutOfReach):
        await poster.post(stage.url("push.example.net"), HEADERS, b"x")
    assert stage.net.connects == ["127.0.0.2"]


@pytest_twisted.ensureDeferred
async def test_of_several_addresses_only_those_that_are_allowed_are_tried(stage: Stage) -> None:
    stage.names.known = {"push": ("10.0.0.1", "127.0.0.3", "::1")}
    with pytest.raises(NoAnswer):
        await stage.poster("127.0.0.3/32").post(stage.url("push.example.net"), HEADERS, b"x")
    assert stage.net.connects == ["127.0.0.3"]


@pytest_twisted.ensureDeferred
async def test_a_name_that_is_not_known_may_be_known_later(stage: Stage) -> None:
    with pytest.raises(NoAnswer) as caught:
        await stage.poster().post(stage.url("push.example.net"), HEADERS, b"x")
    assert not isinstance(caught.value, OutOfReach)


@pytest_twisted.ensureDeferred
async def test_a_redirect_leads_nowhere(stage: Stage) -> None:
    stage.names.known = {"localhost": ("127.0.0.1",)}
    stage.receiver.plan = [status(307, location="https://localhost/elsewhere")]
    answer = await stage.poster("127.0.0.1/32").post(stage.url("localhost"), HEADERS, b"x")
    assert (answer.status, len(stage.receiver.got)) == (307, 1)


@pytest_twisted.ensureDeferred
async def test_names_that_lead_nowhere_do_not_pile_up(stage: Stage) -> None:
    stage.names.known = {"push": ("10.0.0.1",)}
    poster = stage.poster()
    for number in range(REFUSED + 5):
        with pytest.raises(OutOfReach):
            await poster.post(f"https://push.{number}.example.net/x", HEADERS, b"x")
    assert len(poster._reactor.nameResolver.refused) == REFUSED
