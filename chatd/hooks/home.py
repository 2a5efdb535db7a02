"""Fetches from a server that an operator named. What it says about itself may name other hosts:
those are strangers', and may not be where only this machine can reach."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from chatd.core.https import https_host
from chatd.engine.fetching import Fetched, Unfetched
from chatd.engine.ports import Clock
from chatd.hooks.fetch import Fetcher
from chatd.hooks.post import NoAnswer
from chatd.hooks.push.reach import Network, allowing

#: Bytes of an answer's body.
MOST: Final = 262_144


class HomeFetcher:
    """An `engine.fetching.Fetch` for the operator's address ``home``: its host and port may be
    anywhere. Others are public, or in ``networks``, which the operator sets as ``setting``.
    ``authorities`` as in `trust_root`, ``seconds`` for an answer as a whole, ``agent`` is what
    chatd calls itself."""

    def __init__(
        self,
        reactor: Any,
        clock: Clock,
        home: str,
        networks: Sequence[Network],
        setting: str,
        authorities: str,
        seconds: float,
        agent: str,
    ) -> None:
        self._home = https_host(home)
        self._at_home = Fetcher(
            reactor, clock, lambda address: True, seconds, authorities, agent, setting
        )
        self._elsewhere = Fetcher(
            reactor, clock, allowing(networks), seconds, authorities, agent, setting
        )

    async def get(self, url: str, headers: Mapping[str, str]) -> Fetched:
        return await self._fetch("GET", url, headers, b"")

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Fetched:
        return await self._fetch("POST", url, headers, body)

    async def stop(self) -> None:
        await self._at_home.stop()
        await self._elsewhere.stop()

    async def _fetch(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> Fetched:
        where = https_host(url)
        if where is None:
            raise Unfetched("its address does not begin with https:// and a host")
        fetcher = self._at_home if where == self._home else self._elsewhere
        try:
            found = await fetcher.ask(method, url, headers, body, MOST)
        except NoAnswer as error:
            raise Unfetched(f"{urlsplit(url).netloc}: {error}") from None
        return Fetched(found.status, found.body)
