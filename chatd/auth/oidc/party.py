"""This server as the relying party of one provider: where to send people, and what their code is
worth (OpenID Connect Core §3.1, RFC 7636, RFC 9700)."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote_plus, urlencode, urlsplit

from twisted.internet.defer import DeferredLock

from chatd.auth.jwks import LONGEST as LONGEST_JWKS
from chatd.auth.jwks import PublishedKeys, Unavailable
from chatd.auth.jws import BadToken, Keys, algorithm, key_name, signer, split
from chatd.auth.oidc.attempt import Attempt, Purpose
from chatd.auth.oidc.id_token import Claims, failed, id_claims
from chatd.auth.oidc.logout_token import Logout, check_header, check_logout
from chatd.auth.oidc.provider import (
    ALGORITHMS,
    Metadata,
    Provider,
    Stopped,
    read_metadata,
    well_known,
)
from chatd.auth.strict_json import read_object
from chatd.engine.fetching import Fetch, Fetched, Unfetched
from chatd.engine.ports import Clock

#: Seconds for which a discovery document is used, and after which one that could not be had is
#: asked for again.
FRESH: Final = 3600.0
AGAIN: Final = 5.0
#: Most characters of a code, and of an access token.
LONGEST: Final = 8192

_JSON: Final = {"accept": "application/json"}


class Party:
    """``note`` is told, in a sentence, what the operator might want to know."""

    def __init__(
        self, provider: Provider, fetch: Fetch, clock: Clock, note: Callable[[str], None]
    ) -> None:
        self.provider = provider
        self._fetch = fetch
        self._clock = clock
        self._note = note
        self._asking = DeferredLock()
        self._metadata: Metadata | None = None
        self._trouble: Stopped | None = None
        self._asked = 0.0
        self._keys = self._new_keys()

    async def metadata(self) -> Metadata:
        """What the provider says about itself; `Stopped` with `unreachable`."""
        await self._asking.acquire()
        try:
            age = self._clock.now() - self._asked
            if self._metadata is not None and age < FRESH:
                return self._metadata
            if self._trouble is not None and age < AGAIN:
                raise again(self._trouble)
            self._metadata, self._trouble = await self._told()
            self._asked = self._clock.now()
        finally:
            self._asking.release()
        if self._metadata is None:
            assert self._trouble is not None
            raise again(self._trouble)
        return self._metadata

    async def address(self, attempt: Attempt) -> str:
        """Where to send somebody who wants in."""
        metadata, provider = await self.metadata(), self.provider
        fields = {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": provider.callback,
            "scope": " ".join(provider.scopes),
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
            **_ASKING[attempt.purpose],
        }
        return with_query(metadata.authorization_endpoint, fields)

    async def claims(self, code: str, attempt: Attempt) -> Claims:
        """Who comes with this code; `Stopped`."""
        metadata = await self.metadata()
        answer = await self._redeemed(code, attempt, metadata)
        token, access = answer.get("id_token"), answer.get("access_token")
        if not isinstance(token, str):
            raise Stopped("failed", "it answered the code without an ID token")
        access = access if isinstance(access, str) and 0 < len(access) <= LONGEST else None
        payload, alg = await self._verified(token, metadata.algorithms)
        claims = id_claims(
            payload,
            self.provider,
            attempt.nonce,
            attempt.at,
            self._clock.wall() / 1000,
            alg=alg,
            access_token=access,
            anew=attempt.purpose == "prove",
        )
        return {**await self._profile(claims, access, metadata), **claims}

    async def logout(self, token: str) -> Logout:
        """Whom the provider signed out, by its signed word; `Stopped`."""
        metadata = await self.metadata()
        # Before any cryptography: an ID token is no logout token.
        check_header(_split(token).header)
        payload, _ = await self._verified(token, metadata.algorithms)
        return check_logout(payload, self.provider, self._clock.wall() / 1000)

    async def end_session(self) -> str | None:
        """Where to sign out at the provider (RP-Initiated Logout 1.0), None for nowhere."""
        if not self.provider.end_session:
            return None
        metadata = await self.metadata()
        if metadata.end_session_endpoint is None:
            return None
        fields = {
            "client_id": self.provider.client_id,
            "post_logout_redirect_uri": self.provider.home,
        }
        return with_query(metadata.end_session_endpoint, fields)

    # ---- asking the provider --------------------------------------------------------------------

    async def _told(self) -> tuple[Metadata | None, Stopped | None]:
        try:
            got = await self._get(well_known(self.provider.issuer), _JSON)
            metadata = read_metadata(got.body, self.provider)
        except Stopped as why:
            if self._trouble is None or self._trouble.words != why.words:
                self._note(f"cannot be asked: {why.words}")
            return None, why
        if self._trouble is not None:
            self._note("can be asked again")
        if self._metadata is not None and self._metadata.jwks_uri != metadata.jwks_uri:
            self._keys = self._new_keys()
        return metadata, None

    async def _redeemed(self, code: str, attempt: Attempt, metadata: Metadata) -> dict[str, Any]:
        provider = self.provider
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": provider.callback,
            "code_verifier": attempt.verifier,
        }
        headers = {**_JSON, "content-type": "application/x-www-form-urlencoded"}
        if metadata.proof == "client_secret_basic":
            # RFC 6749 §2.3.1: each part is form-encoded first.
            pair = f"{quote_plus(provider.client_id)}:{quote_plus(provider.secret)}"
            headers["authorization"] = "Basic " + b64encode(pair.encode("ascii")).decode("ascii")
        else:
            fields["client_id"] = provider.client_id
            if metadata.proof == "client_secret_post":
                fields["client_secret"] = provider.secret
        body = urlencode(fields).encode("ascii")
        try:
            got = await self._fetch.post(metadata.token_endpoint, headers, body)
        except Unfetched as why:
            raise Stopped("unreachable", str(why)) from None
        answer = read_object(got.body)
        if got.status == 200 and answer is not None:
            return answer
        if got.status >= 500 or answer is None:
            raise Stopped("unreachable", f"its token endpoint answered {got.status}")
        # RFC 6749 §5.2: a short word; its description is not repeated.
        said = str(answer.get("error"))[:40]
        raise Stopped("failed", f"it refused the code: {got.status} {said!r}")

    async def _profile(
        self, claims: Claims, access: str | None, metadata: Metadata
    ) -> Mapping[str, Any]:
        """What UserInfo adds (Core §5.3), if something wanted is not in the ID token."""
        provider = self.provider
        names = (provider.name_claim, provider.display_claim, provider.email_claim)
        wanted = (*names, provider.only_claim, provider.groups_claim)
        missing = any(name and name not in claims for name in wanted)
        if not missing or access is None or metadata.userinfo_endpoint is None:
            return {}
        headers = {**_JSON, "authorization": f"Bearer {access}"}
        got = await self._get(metadata.userinfo_endpoint, headers)
        told = read_object(got.body)
        if told is None:
            # Perhaps it is signed, which is not accepted here: the ID token must say it all, then.
            return {}
        # §5.3.2: if it is somebody else's, none of it is used.
        if told.get("sub") != claims["sub"]:
            raise Stopped("failed", "its UserInfo is not of the person who came")
        return told

    async def _verified(self, token: str, algorithms: tuple[str, ...]) -> tuple[bytes, str]:
        """What is signed by the provider, and with which algorithm; `Stopped`."""
        parts = _split(token)
        try:
            alg = algorithm(parts.header, [name for name in ALGORITHMS if name in algorithms])
            keys: Keys = await self._keys.keys(key_name(parts.header), alg)
            signer(parts, keys, [alg])
        except BadToken as why:
            raise failed(f"is not to be believed ({why.about})") from None
        except Unavailable as why:
            raise Stopped("unreachable", f"its keys: {why}") from None
        return parts.payload, alg

    def _new_keys(self) -> PublishedKeys:
        return PublishedKeys(self._jwks, self._clock, lambda words: self._note(f"its keys {words}"))

    async def _jwks(self) -> bytes:
        try:
            body = (await self._get((await self.metadata()).jwks_uri, _JSON)).body
        except Stopped as why:
            raise Unavailable(why.words) from None
        if len(body) > LONGEST_JWKS:
            raise Unavailable(f"they have more than {LONGEST_JWKS} bytes")
        return body

    async def _get(self, url: str, headers: Mapping[str, str]) -> Fetched:
        try:
            got = await self._fetch.get(url, headers)
        except Unfetched as why:
            raise Stopped("unreachable", str(why)) from None
        if got.status != 200:
            raise Stopped("unreachable", f"{urlsplit(url).path} answered {got.status}")
        return got


_ASKING: Final[Mapping[Purpose, Mapping[str, str]]] = {
    "login": {},
    "link": {},
    "prove": {"prompt": "login", "max_age": "0"},
}


def again(why: Stopped) -> Stopped:
    """The same once more: one that is raised over and over would gather a traceback each time."""
    return Stopped(why.reason, why.words)


def with_query(address: str, fields: Mapping[str, str]) -> str:
    """What the address asks for already stays in it (RFC 6749 §3.1)."""
    return address + ("&" if urlsplit(address).query else "?") + urlencode(fields)


def _split(token: str) -> Any:
    try:
        return split(token)
    except BadToken as why:
        raise failed(f"is not to be believed ({why.about})") from None
