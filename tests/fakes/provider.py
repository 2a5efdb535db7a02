"""An OpenID provider behind the port by which it is asked: strict about what it is asked, and as
faulty in its answers as a test wants."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlsplit

from chatd.auth.oidc.provider import Provider
from chatd.engine.fetching import Fetched, Unfetched
from tests.auth.keys import jwk, raw

HOME = "https://chat.example.org"


class FakeProvider:
    """One that knows whoever is in ``person`` at the moment. ``metadata`` and ``claims`` go over
    what it says of itself and in its ID tokens, None leaves something out; ``faults`` answers for
    it, by path."""

    def __init__(self, name: str = "home", alg: str = "RS256", secret: str = "s3cret &%ü") -> None:
        self.issuer = f"https://{name}.example.net"
        self.provider = Provider(
            name=name,
            label=name.title(),
            issuer=self.issuer,
            client_id=f"chat at {name}",
            secret=secret,
            callback=f"{HOME}/auth/oidc/{name}/callback",
            home=f"{HOME}/",
        )
        self.alg = alg
        self.person: dict[str, Any] = {"sub": "42", "preferred_username": "Anna Schmidt"}
        self.metadata: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.answer: dict[str, Any] = {}
        self.faults: dict[str, Fetched | Unfetched] = {}
        self.asked: list[str] = []
        self.now: Callable[[], float] = lambda: 0.0
        self.said: dict[str, str] = {}
        self._codes: dict[str, dict[str, str]] = {}
        self._number = 0

    # ---- in the browser -------------------------------------------------------------------------

    def visit(self, address: str) -> dict[str, str]:
        """Somebody comes by this address and signs in: what goes back with them."""
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.issuer}/auth"
        self.said = {name: value for name, (value,) in parse_qs(parts.query).items()}
        assert self.said["response_type"] == "code"
        assert self.said["client_id"] == self.provider.client_id
        assert self.said["redirect_uri"] == self.provider.callback
        assert self.said["code_challenge_method"] == "S256"
        assert "openid" in self.said["scope"].split()
        self._number += 1
        code = f"code-{self.provider.name}-{self._number}"
        self._codes[code] = self.said
        return {"code": code, "state": self.said["state"], "iss": self.issuer}

    # ---- the port -------------------------------------------------------------------------------

    async def get(self, url: str, headers: Mapping[str, str]) -> Fetched:
        return self._answer(url, headers, b"")

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Fetched:
        return self._answer(url, headers, body)

    def _answer(self, url: str, headers: Mapping[str, str], body: bytes) -> Fetched:
        path = url.removeprefix(self.issuer)
        self.asked.append(path)
        fault = self.faults.get(path)
        if isinstance(fault, Unfetched):
            raise fault
        return fault or _ANSWERS[path](self, headers, body)

    def _told(self, headers: Mapping[str, str], body: bytes) -> Fetched:
        return _json(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/auth",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "userinfo_endpoint": f"{self.issuer}/me",
                "end_session_endpoint": f"{self.issuer}/end?a=1",
                "response_types_supported": ["code", "id_token"],
                "code_challenge_methods_supported": ["S256", "plain"],
                "id_token_signing_alg_values_supported": ["HS256", "none", self.alg],
                "authorization_response_iss_parameter_supported": True,
                **self.metadata,
            }
        )

    def _keys(self, headers: Mapping[str, str], body: bytes) -> Fetched:
        return _json({"keys": [jwk(self.alg, kid="1", use="sig")]})

    def _token(self, headers: Mapping[str, str], body: bytes) -> Fetched:
        form = dict(parse_qsl(body.decode(), strict_parsing=True))
        if not self._is_client(headers, form):
            return _json({"error": "invalid_client"}, 401)
        begun = self._codes.pop(form["code"], None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            begun is None
            or form["grant_type"] != "authorization_code"
            or form["redirect_uri"] != begun["redirect_uri"]
            or challenge != begun["code_challenge"]
        ):
            return _json({"error": "invalid_grant", "error_description": "no\nsuch"}, 400)
        access = f"access {form['code']}"
        claims = {
            **self.person,
            "iss": self.issuer,
            "aud": self.provider.client_id,
            "iat": int(self.now()),
            "exp": int(self.now()) + 300,
            "nonce": begun["nonce"],
            "auth_time": int(self.now()) if begun.get("max_age") == "0" else 1,
            **self.claims,
        }
        made = self.signed(claims)
        return _json(
            {"access_token": access, "token_type": "Bearer", "id_token": made, **self.answer}
        )

    def signed(self, claims: Mapping[str, Any]) -> str:
        kept = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.alg, "kid": "1", **self.header}
        return raw(self.alg, json.dumps(header).encode(), json.dumps(kept).encode())

    def _me(self, headers: Mapping[str, str], body: bytes) -> Fetched:
        assert headers["authorization"].startswith("Bearer access ")
        return _json({"name": "Anna from afar", "email": "anna@example.net", **self.person})

    def _is_client(self, headers: Mapping[str, str], form: Mapping[str, str]) -> bool:
        provider = self.provider
        if not provider.secret:
            return form.get("client_id") == provider.client_id
        if "authorization" not in headers:
            return (form.get("client_id"), form.get("client_secret")) == (
                provider.client_id,
                provider.secret,
            )
        pair = base64.b64decode(headers["authorization"].removeprefix("Basic ")).decode()
        id, _, secret = pair.partition(":")
        return (unquote_plus(id), unquote_plus(secret)) == (provider.client_id, provider.secret)


_ANSWERS: Mapping[str, Callable[[FakeProvider, Mapping[str, str], bytes], Fetched]] = {
    "/.well-known/openid-configuration": FakeProvider._told,
    "/jwks": FakeProvider._keys,
    "/token": FakeProvider._token,
    "/me": FakeProvider._me,
}


def _json(value: Any, status: int = 200) -> Fetched:
    return Fetched(status, json.dumps({k: v for k, v in value.items() if v is not None}).encode())
