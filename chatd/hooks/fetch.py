"""Fetching a small document from somebody else's server: as when posting, with verified TLS, no
redirects and every step bounded, and from no internal address unless that is allowed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from chatd.engine.ports import Clock
from chatd.hooks.post import NoAnswer, Requests
from chatd.hooks.push.reach import Allowed, AnyHost, GuardedReactor


@dataclass(frozen=True, slots=True)
class Document:
    status: int
    body: bytes


class Fetcher:
    """Asks any https address that leads to where it is ``allowed`` to lead; the rest as in
    `Requests`. ``setting`` is named if an address leads elsewhere."""

    def __init__(
        self,
        reactor: Any,
        clock: Clock,
        allowed: Allowed,
        seconds: float,
        authorities: str,
        agent: str,
        setting: str,
    ) -> None:
        self._reactor = GuardedReactor(reactor, allowed)
        self._requests = Requests(self._reactor, clock, AnyHost(authorities), seconds, agent)
        self._setting = setting

    async def ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, most: int
    ) -> Document:
        """Whatever is answered, with at most ``most`` bytes; `NoAnswer` if nothing comes in time,
        or more."""
        parts = urlsplit(url)
        if parts.scheme != "https":
            raise NoAnswer("its address does not begin with https://")
        try:
            status, answered = await self._requests.read(method, url, headers, body, most)
        except NoAnswer:
            if self._reactor.refused(parts.hostname or ""):
                raise NoAnswer(f"no address of it may be reached: {self._setting}") from None
            raise
        return Document(status, answered)

    async def get(self, url: str, most: int) -> bytes:
        """The document at an address. `NoAnswer`, also if the status is not 200: a redirect is not
        followed, as it might lead anywhere."""
        found = await self.ask("GET", url, {"accept": "application/json"}, b"", most)
        if found.status != 200:
            raise NoAnswer(f"it answered {found.status}")
        return found.body

    async def stop(self) -> None:
        await self._requests.stop()
