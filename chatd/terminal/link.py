"""The way to the server: a client that stays, the HTTP API, and rooms by the names people use."""

import re
import ssl as _ssl
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from OpenSSL import SSL
from service_identity import CertificateError, VerificationError
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.threads import deferToThread

from chatd.client.client import Client, State, new_key
from chatd.client.commands import fields_given
from chatd.client.connection import trust_root
from chatd.client.errors import Disconnected, Refused, Untrusted
from chatd.client.http import Api
from chatd.terminal.certificate import why_untrusted
from chatd.terminal.profiles import Profile, ProfileError
from chatd.terminal.safe import safe
from chatd.terminal.words import (
    REFUSED,
    UNREACHABLE,
    UNTRUSTED,
    Trouble,
    causes,
    no_chatd,
    signed_out,
    trouble,
)

Frame = dict[str, Any]
ROOM_ID = re.compile(r"r[0-9a-hjkmnp-tv-z]{11}")


def trust_of(ca: str | None) -> Any:
    try:
        return trust_root(ca)
    except OSError as error:
        raise ProfileError(f"The authority's file {ca} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise ProfileError(f"{ca} holds no certificate in PEM form.") from None


class Link:
    """One profile's way to its server: `open` it before all but the API, `close` it at the end."""

    def __init__(
        self,
        reactor: IReactorTime,
        profile: Profile,
        *,
        on_state: Callable[[State], None] = lambda state: None,
        **callbacks: Any,
    ) -> None:
        self.reactor = reactor
        self.profile = profile
        trust = trust_of(profile.ca)
        self.api = Api(reactor, profile.url, trust)
        self._on_state = on_state
        self._first: Deferred[None] | None = None
        self.client = Client(
            reactor,
            profile.url.replace("https", "wss", 1) + "/ws",
            self._headers,
            trust=trust,
            on_state=self._changed,
            **callbacks,
        )

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.profile.token}"}

    async def _headers(self) -> dict[str, str]:
        return self.bearer

    # ---- connecting -----------------------------------------------------------------------------

    async def open(self) -> None:
        """Connected and up to date; `Trouble` if the first attempt fails."""
        first: Deferred[None] = Deferred()
        self._first = first
        self.client.start()
        try:
            await first
        except Exception as error:
            await self.close()
            raise await self.explain(error) from None

    async def close(self) -> None:
        if self.client.state != "stopped":
            await self.client.stop()

    def _changed(self, state: State) -> None:
        first = self._first
        if first is not None and state != "connecting":
            self._first = None
            if state == "live":
                first.callback(None)
            else:
                first.errback(self.client.error or Disconnected("not connected"))
        self._on_state(state)

    async def explain(self, error: BaseException) -> BaseException:
        """The `Trouble` that an error means here; the error itself if nobody expected it."""
        url = self.profile.url
        if isinstance(error, Trouble):
            return error
        if any(isinstance(one, _UNTRUSTED) for one in causes(error)):
            return await self._untrusted()
        if isinstance(error, Disconnected):
            # The handshake says little about why it failed; a plain request tells more.
            try:
                await self.whoami()
            except Exception as why:
                if not isinstance(why, Disconnected):
                    return await self.explain(why)
        return trouble(error, url) or error

    async def whoami(self) -> Frame:
        """Who one is there, as `GET /api/session` says."""
        answer, _ = await self.api.call("GET", "/api/session", headers=self.bearer)
        host = self.profile.url.removeprefix("https://")
        if "signed_in" not in answer:
            raise no_chatd(host, "it does not answer as chatd does")
        if not answer["signed_in"]:
            raise signed_out(host)
        return answer

    async def _untrusted(self) -> Trouble:
        parts = urlsplit(self.profile.url)
        host, port = parts.hostname or "", parts.port or 443
        why = await deferToThread(why_untrusted, host, port, self.profile.ca)
        code = UNREACHABLE if "speak TLS" in why else UNTRUSTED
        where = f"{host}:{port}" if port != 443 else host
        return Trouble(f"{where} is not trusted. {safe(why)} Nothing was sent to it.", code)

    # ---- asking ---------------------------------------------------------------------------------

    async def read(self, type_: str, **fields: Any) -> Frame:
        """A command without a key, asked again on the next connection if this one goes."""
        while True:
            await self.client.live()
            try:
                return await self.client.ask(type_, **fields_given(**fields))
            except Disconnected:
                if self.client.state == "stopped":
                    raise

    async def write(self, type_: str, key: str | None = None, **fields: Any) -> Frame:
        """A command with a key: done once, however often the connection breaks."""
        return await self.client.ask(type_, key=key or new_key(), **fields_given(**fields))

    # ---- rooms by name --------------------------------------------------------------------------

    async def room(self, name: str, *, make: bool = False) -> Frame:
        """The room that people call ``name``: an id, "#slug" or "slug", "@person", or the name of a
        room one is in. ``make``: a conversation that does not exist yet is begun."""
        if name.startswith("@"):
            return await self._direct(name, make)
        bare = name.removeprefix("#")
        tries = [f"#{bare}"] if name.startswith("#") or not ROOM_ID.fullmatch(bare) else [bare]
        if tries == [bare]:
            tries.append(f"#{bare}")
        for one in tries:
            try:
                return dict((await self.read("room", room=one))["room"])
            except Refused as error:
                if error.code not in ("not-found", "bad-field"):
                    raise
        named = [
            room
            for room in await self.client.rooms()
            if room.get("name", "").casefold() == bare.casefold() and room["kind"] != "direct"
        ]
        if len(named) == 1:
            return named[0]
        why = "There is no room" if not named else "There are several rooms called"
        raise Trouble(f"{why} {safe(name)} here: `chat rooms` lists yours.", REFUSED)

    async def _direct(self, name: str, make: bool) -> Frame:
        if make:
            made = await self.write("direct", user=name)
            return dict((await self.read("room", room=made["room"]))["room"])
        person = (await self.read("person", user=name))["person"]
        for room in await self.client.rooms():
            if room["kind"] == "direct" and room.get("other") == person["user"]:
                return room
        raise Trouble(f"You have no conversation with {safe(name)} yet.", REFUSED)


_UNTRUSTED = (Untrusted, SSL.Error, CertificateError, VerificationError, _ssl.SSLError)
