"""The word of another site while it is in use: the keys it publishes, keys that come and go."""

from collections.abc import Callable, Coroutine
from ipaddress import ip_network
from typing import Any, Final

from twisted.logger import Logger

from chatd import __version__
from chatd.auth.jwks import LONGEST, PublishedKeys, Unavailable
from chatd.auth.jws import Keys
from chatd.auth.site_people import SitePeople
from chatd.auth.unkeyed import Store, end_unkeyed
from chatd.config.settings import Settings, Site
from chatd.edge.connections import Ended
from chatd.engine.ports import Clock
from chatd.hooks.fetch import Fetcher
from chatd.hooks.post import NoAnswer
from chatd.hooks.push.reach import allowing

log = Logger()

#: Seconds for one request for a site's keys, from look-up to answer.
KEYS_SECONDS: Final = 5.0


def fetcher(reactor: Any, clock: Clock, site: Site) -> Fetcher:
    """What fetches the keys that the site publishes."""
    return Fetcher(
        reactor,
        clock,
        allowing([ip_network(text) for text in site.jwks_networks]),
        KEYS_SECONDS,
        site.jwks_ca_file,
        f"chatd/{__version__}",
        "site.jwks_networks",
    )


async def fetched(fetcher: Fetcher, site: Site) -> bytes:
    """As `jwks.Fetch`."""
    try:
        return await fetcher.get(site.jwks_url, LONGEST)
    except NoAnswer as why:
        raise Unavailable(str(why)) from None


class Vouching:
    """``drive`` runs a coroutine to its end. ``published`` is None if the site publishes no
    keys."""

    published: PublishedKeys | None = None

    def __init__(
        self,
        reactor: Any,
        clock: Clock,
        settings: Settings,
        store: Store,
        drive: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._store = store
        self._drive = drive
        self._people: SitePeople | None = None
        self._ended: Ended | None = None
        self._fetcher: Fetcher | None = None
        site = settings.site
        if site.jwks_url:
            brings = self._fetcher = fetcher(reactor, clock, site)
            self.published = PublishedKeys(
                lambda: fetched(brings, site), clock, _note, changed=self._tidy
            )

    def begin(self, people: SitePeople | None, ended: Ended) -> None:
        """``people`` come by the site's word, if there is a site; ``ended`` is told of each
        credential that ends. Credentials whose key has gone meanwhile end now."""
        self._people = people
        self._ended = ended
        self._tidy()

    def change(self, keys: Keys) -> bool:
        """Other keys of this server's own files from now on; whether there is a site for them."""
        if self._people is None:
            return False
        self._people.change_keys(keys)
        self._tidy()
        return True

    async def stop(self) -> None:
        if self._fetcher is not None:
            await self._fetcher.stop()

    def _tidy(self) -> None:
        self._drive(self._end_unkeyed())

    async def _end_unkeyed(self) -> None:
        people, ended = self._people, self._ended
        assert ended is not None
        count = await end_unkeyed(
            self._store,
            (lambda signer: False) if people is None else people.stands,
            lambda user, credential: ended(user, only=credential),
        )
        if count:
            log.info("{count} sign-ins ended with the key of their site", count=count)


def _note(what: str) -> None:
    log.warn("the keys of site.jwks_url: {what}", what=what)
