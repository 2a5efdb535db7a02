"""Where pushes may go: to the open internet, whatever address is handed in by a browser, or by
anything that claims to be one."""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

from twisted.internet.interfaces import (
    IAddress,
    IHostnameResolver,
    IReactorPluggableNameResolver,
    IReactorTCP,
    IReactorTime,
    IResolutionReceiver,
)
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer

from chatd.core.push_endpoint import is_public
from chatd.engine.ports import Clock
from chatd.hooks.answers import Answer
from chatd.hooks.post import NoAnswer, Requests
from chatd.hooks.trust import verifying

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Allowed = Callable[[str], bool]

#: Push services whose TLS settings are kept, so that the system's authorities are not read again.
HOSTS: Final = 64
#: Names that are remembered as leading only to addresses that are not allowed.
REFUSED: Final = 1000


def allowing(networks: Sequence[Network]) -> Allowed:
    """Whether an IP address may be connected to: it is public, or in one of ``networks``."""

    def allowed(address: str) -> bool:
        ip = ipaddress.ip_address(address.partition("%")[0])
        return any(ip in network for network in networks) or is_public(str(ip))

    return allowed


@implementer(IReactorTCP, IReactorTime, IReactorPluggableNameResolver)
class GuardedReactor:
    """``reactor``, but names lead only to addresses that are allowed. What is looked up is what is
    connected to: a name cannot lead elsewhere in between."""

    def __init__(self, reactor: Any, allowed: Allowed) -> None:
        self._reactor = reactor
        self.nameResolver = _GuardedResolver(reactor, allowed)

    def refused(self, host: str) -> bool:
        """Whether the last look-up of this name gave addresses, and none is allowed."""
        return host in self.nameResolver.refused

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reactor, name)


@implementer(IHostnameResolver)
class _GuardedResolver:
    def __init__(self, reactor: Any, allowed: Allowed) -> None:
        self.refused: OrderedDict[str, None] = OrderedDict()
        self._reactor = reactor
        self._allowed = allowed

    def _looked_up(self, host: str, *, refused: bool) -> None:
        self.refused.pop(host, None)
        if refused:
            self.refused[host] = None
        if len(self.refused) > REFUSED:
            self.refused.popitem(last=False)

    def resolveHostName(
        self,
        resolutionReceiver: Any,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None,
        transportSemantics: str = "TCP",
    ) -> Any:
        def ended(*, refused: bool) -> None:
            self._looked_up(hostName, refused=refused)

        guarded = _GuardedReceiver(resolutionReceiver, self._allowed, ended)
        return self._reactor.nameResolver.resolveHostName(
            guarded, hostName, portNumber, addressTypes, transportSemantics
        )


@implementer(IResolutionReceiver)
class _GuardedReceiver:
    def __init__(self, receiver: Any, allowed: Allowed, ended: Callable[..., None]) -> None:
        self._receiver = receiver
        self._allowed = allowed
        self._ended = ended
        self._passed = 0
        self._stopped = 0

    def resolutionBegan(self, resolution: Any) -> None:
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:
        if self._allowed(address.host):
            self._passed += 1
            self._receiver.addressResolved(address)
        else:
            self._stopped += 1

    def resolutionComplete(self) -> None:
        self._ended(refused=self._stopped > 0 and self._passed == 0)
        self._receiver.resolutionComplete()


@implementer(IPolicyForHTTPS)
class AnyHost:
    """TLS with whatever host is asked for, and with nobody else."""

    def __init__(self, authorities: str) -> None:
        self._verifying = lru_cache(HOSTS)(lambda host: verifying(host, authorities))

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:
        return self._verifying(hostname.decode("ascii").strip("[]"))


class OutOfReach(NoAnswer):
    """The address leads only to where nothing may be pushed."""


class GuardedPoster:
    """Posts to any address that leads to where it is allowed to lead; the rest as in `Requests`."""

    def __init__(
        self,
        reactor: Any,
        clock: Clock,
        allowed: Allowed,
        seconds: float,
        authorities: str,
        agent: str,
    ) -> None:
        self._reactor = GuardedReactor(reactor, allowed)
        self._requests = Requests(self._reactor, clock, AnyHost(authorities), seconds, agent)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """`NoAnswer` if no status came back in time, `OutOfReach` if none ever will."""
        try:
            return await self._requests.post(url, headers, body)
        except NoAnswer:
            if self._reactor.refused(urlsplit(url).hostname or ""):
                raise OutOfReach("no address of it may be reached: push.networks") from None
            raise

    async def stop(self) -> None:
        await self._requests.stop()
