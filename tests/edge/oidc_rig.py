"""The site on the real store, with providers behind it, and a browser on its way through them."""

from typing import Any
from urllib.parse import urlencode

from site_rig import PUBLIC, Answer, Rig

from chatd.auth.oidc.parties import Parties
from chatd.auth.oidc.party import Party
from chatd.core.lookalikes import skeleton
from chatd.engine.accounts import CreateUser
from chatd.engine.identities import CreateIdentity
from chatd.engine.unit import Unit
from tests.fakes.provider import FakeProvider

FAILED = "/#login=failed:"


class Browser:
    """Keeps cookies and follows nothing by itself."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self.cookies: dict[str, str] = {}
        self.csrf = ""

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """As a page of this site asks."""
        if self.cookies:
            pairs = (f"{name}={value}" for name, value in self.cookies.items())
            headers.setdefault("Cookie", "; ".join(pairs))
        headers.setdefault("Origin", PUBLIC)
        headers.setdefault("X_CSRF_Token", self.csrf)
        answer = await self._rig.call(method, path, body, **headers)
        for line in answer.headers.get("set-cookie", []):
            pair, *rules = line.split("; ")
            name, _, value = pair.partition("=")
            prefix = self._rig.edge.site.prefix
            assert name.startswith("__Secure-chatd" if prefix else "__Host-chatd")
            assert {f"Path={prefix}/", "Secure", "HttpOnly"} <= set(rules)
            if "Max-Age=0" in rules:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer

    async def start(self, provider: FakeProvider, **body: Any) -> str:
        """Where the page goes."""
        answer = await self.call("POST", f"/auth/oidc/{provider.provider.name}/start", body)
        assert answer.status == 200, answer.body
        return str(answer.json["location"])

    async def back(self, name: str, **answer: str) -> str:
        """Comes back from a provider; the address that follows."""
        path = f"/auth/oidc/{name}/callback?{urlencode(answer)}"
        got = await self.call("GET", path, Origin="null", Sec_Fetch_Site="cross-site")
        assert (got.status, got.body) == (303, b"")
        (location,) = got.headers["location"]
        return location

    async def go(self, provider: FakeProvider, **body: Any) -> str:
        """All the way there and back."""
        answer = provider.visit(await self.start(provider, **body))
        return await self.back(provider.provider.name, **answer)

    async def state(self) -> Any:
        """Who one is, as the page asks."""
        found = (await self.call("GET", "/api/session")).json
        self.csrf = found.get("csrf", "")
        return found


class World:
    def __init__(self, store: Any, **settings: Any) -> None:
        self.parties = Parties()
        self.rig = Rig(store=store, parties=self.parties, **settings)
        self.notes: list[str] = []
        self.home = self.provider("home")
        self.other = self.provider("other", "ES256")
        self.set()

    def provider(self, *about: Any) -> FakeProvider:
        made = FakeProvider(*about)
        made.now = lambda: self.rig.wall.wall() / 1000
        return made

    def set(self) -> None:
        """The providers as they are now, with nothing known of them."""
        self.parties.set(
            [
                Party(one.provider, one, self.rig.wall, self.notes.append)
                for one in (self.home, self.other)
            ]
        )

    def browser(self) -> Browser:
        return Browser(self.rig)

    async def signed_in(self, name: str = "alice") -> Browser:
        """A browser in which a person with a password is signed in."""
        browser = self.browser()
        cookie = await self.rig.session(await self.rig.person(name))
        browser.cookies["__Host-chatd"] = cookie.partition("=")[2]
        await browser.state()
        return browser


async def known(
    world: World,
    subject: str = "42",
    provider: FakeProvider | None = None,
    name: str = "anna",
) -> str:
    """Somebody with an account who is this subject at the provider."""
    user = f"u{name:0>11}"
    provider = provider or world.home
    changes = (
        CreateUser(user, name, skeleton(name), name, None, False, 0),
        CreateIdentity(provider.issuer, subject, user, 0),
    )
    await world.rig.store.commit(Unit(user, changes=changes))
    return user
