"""A site's token: what is taken, what is refused, and that the sentence says where to look."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import replace
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatd.auth.jwk import from_secret
from chatd.auth.jws import Keys
from chatd.auth.site_claims import Site
from chatd.auth.site_tokens import examine, verify
from chatd.core.codes import Code
from chatd.core.refusal import Refusal

KEY = b"0123456789abcdefghijklmnopqrstuvwxyz"
NOW = 1_800_000_000
SITE = Site("https://www.example.org", "https://chat.example.org", Keys([from_secret(KEY)]))
HEADER = {"alg": "HS256", "typ": "JWT"}
GOOD = {
    "iss": SITE.issuer,
    "aud": SITE.audience,
    "sub": "42",
    "iat": NOW - 5,
    "exp": NOW + 300,
}


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(header: bytes, claims: bytes, key: bytes = KEY, digest: Any = hashlib.sha256) -> str:
    content = f"{b64(header)}.{b64(claims)}"
    return f"{content}.{b64(hmac.digest(key, content.encode(), digest))}"


def token(claims: dict[str, Any] | None = None, header: dict[str, Any] | None = None) -> str:
    """A signed token with GOOD changed; None takes a claim out."""
    said = {name: value for name, value in {**GOOD, **(claims or {})}.items() if value is not None}
    return signed(json.dumps(header or HEADER).encode(), json.dumps(said).encode())


def refused(text: str, site: Site = SITE) -> Refusal:
    with pytest.raises(Refusal) as caught:
        verify(text, site, NOW)
    assert caught.value.code is Code.UNAUTHORIZED
    return caught.value


def test_a_good_token_says_who_it_is() -> None:
    said = verify(
        token({"name": "anna", "display": "Anna", "rooms": ["a", "b"], "email": "a@example.org"}),
        SITE,
        NOW,
    )
    assert (said.subject, said.expires, said.name) == ("42", NOW + 300.0, "anna")
    assert (said.display, said.rooms, said.email) == ("Anna", ("a", "b"), "a@example.org")
    plain = verify(token(), SITE, NOW)
    assert (plain.name, plain.display, plain.rooms, plain.email) == (None, None, (), None)


@pytest.mark.parametrize(
    ("claims", "field", "says"),
    [
        ({"aud": "x"}, "aud", 'aud is "x", but site.audience here is "https://chat.example.org"'),
        ({"aud": None}, "aud", "The token has no aud; site.audience here is"),
        ({"aud": ["x", "y"]}, "aud", 'aud is ["x","y"], but site.audience'),
        ({"aud": [SITE.audience, 1][1:]}, "aud", "site.audience"),
        ({"aud": SITE.audience + "/"}, "aud", "differ in a slash, a space or a capital letter"),
        ({"iss": "https://WWW.example.org"}, "iss", "a capital letter only): make the two equal"),
        ({"iss": "x"}, "iss", 'iss is "x", but site.issuer here is "https://www.example.org"'),
        ({"iss": [SITE.issuer]}, "iss", "site.issuer"),
        ({"iss": None}, "iss", "The token has no iss"),
        ({"exp": NOW - 95}, "exp", "95 s ago by this server's clock"),
        ({"exp": NOW - 30}, "exp", "site.leeway_seconds forgives 30 s"),
        ({"exp": None}, "exp", "The token has no exp: every token has an end"),
        ({"exp": str(NOW + 300)}, "exp", "It is a number, Unix time in seconds"),
        ({"exp": True}, "exp", "It is a number"),
        ({"exp": (NOW + 300) * 1000}, "exp", "It is a number, Unix time in seconds"),
        ({"exp": NOW + 4000, "iat": NOW}, "iat", "good for 66 min, and site.longest_seconds"),
        ({"exp": NOW + 3601, "iat": None}, "iat", "site.longest_seconds allows 3600 s"),
        ({"exp": NOW + 4000, "iat": NOW + 600}, "iat", "10 min in the future"),
        ({"iat": "now"}, "iat", 'iat is "now"'),
        ({"nbf": NOW + 31}, "nbf", "not good before (nbf)"),
        ({"nbf": "x"}, "nbf", 'nbf is "x"'),
        ({"sub": None}, "sub", "it says who it is at the site"),
        ({"sub": 42}, "sub", 'A number takes quotes: "42"'),
        ({"sub": ""}, "sub", "1 to 128 characters"),
        ({"sub": "x" * 129}, "sub", "1 to 128 characters"),
        ({"sub": "a\nb"}, "sub", "1 to 128 characters"),
        ({"name": 1}, "name", "a text of at most 254"),
        ({"display": ["x"]}, "display", "a text of at most 254"),
        ({"email": "x" * 255}, "email", "a text of at most 254"),
        ({"rooms": "lobby"}, "rooms", 'right is a list of at most 50 slugs, such as ["support"]'),
        ({"rooms": ["x"] * 51}, "rooms", "at most 50"),
        ({"rooms": [1]}, "rooms", "at most 50"),
    ],
)
def test_a_wrong_claim_is_named_with_the_setting(
    claims: dict[str, Any], field: str, says: str
) -> None:
    why = refused(token(claims))
    assert (why.field, says in why.message) == (field, True), why.message


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": ["x", SITE.audience]},
        {"exp": NOW - 29},
        {"exp": NOW + 3595},
        {"exp": NOW + 3600, "iat": None},
        {"exp": NOW + 0.5},
        {"iat": NOW + 30},
        {"nbf": NOW + 30},
        {"sub": "x" * 128},
        {"rooms": []},
        {"jti": "x", "anything": {"else": [1]}},
    ],
)
def test_what_is_just_right_is_taken(claims: dict[str, Any]) -> None:
    verify(token(claims), SITE, NOW)


def test_the_limits_are_the_settings() -> None:
    strict = replace(SITE, leeway=0, longest=60)
    refused(token({"exp": NOW}), strict)
    assert refused(token(), strict).field == "iat"
    verify(token({"iat": NOW - 10, "exp": NOW + 50}), strict, NOW)


@pytest.mark.parametrize(
    ("header", "field", "says"),
    [
        ({"alg": "none"}, "alg", 'alg "none"; only "HS256"'),
        ({"alg": "HS512"}, "alg", 'alg "HS512"'),
        ({"alg": "hs256"}, "alg", "HS256"),
        ({"alg": "RS256"}, "alg", "HS256"),
        ({"alg": ["HS256"]}, "alg", "HS256"),
        ({}, "alg", "alg null"),
        ({**HEADER, "typ": "at+jwt"}, "typ", '"JWT" or left out'),
        ({**HEADER, "typ": None}, "typ", "typ null"),
        ({**HEADER, "crit": ["exp"]}, "crit", "header has crit"),
        ({**HEADER, "crit": []}, "crit", "header has crit"),
        ({**HEADER, "b64": False, "crit": ["b64"]}, "crit", "b64 and crit"),
    ],
)
def test_a_header_that_asks_for_something_else_is_refused_before_any_signature(
    header: dict[str, Any], field: str, says: str
) -> None:
    why = refused(signed(json.dumps(header).encode(), json.dumps(GOOD).encode()))
    assert (why.field, says in why.message) == (field, True), why.message


def test_the_key_in_a_token_is_nobodys() -> None:
    other = b"x" * 40
    jwk = {"kty": "oct", "k": b64(other)}
    header = {**HEADER, "jwk": jwk, "kid": "../../dev/null", "jku": "https://evil.example"}
    why = refused(signed(json.dumps(header).encode(), json.dumps(GOOD).encode(), other))
    assert why.field == "signature"
    verify(token(header=header), SITE, NOW)


def test_a_wrong_signature_tells_nothing_of_our_values() -> None:
    texts = [
        signed(b'{"alg":"HS256"}', json.dumps({**GOOD, "iss": "x"}).encode(), b"y" * 32),
        signed(b'{"alg":"none"}', json.dumps({**GOOD, "iss": "x"}).encode(), b"y" * 32),
        token()[:-4] + ("AAAA" if token()[-4:] != "AAAA" else "BBBA"),
    ]
    for text in texts:
        why = refused(text)
        assert why.field in ("signature", "alg")
        assert "site.key_file" in why.message
        assert "example.org" not in why.message


@pytest.mark.parametrize("claims", [b"[]", b"x", b"\xff", b"[" * 5000, b'{"a":' * 900])
def test_claims_that_are_no_object_are_refused(claims: bytes) -> None:
    why = refused(signed(b'{"alg":"HS256"}', claims))
    assert "not a JSON object" in why.message


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "a.b", "a.b.c", "x" * 9000, "é.é.é", "null.null.null", "W10.W10.W10", "\0" * 99]
    + [token() + end for end in ("=", ".", ".x", "\n", " ")],
)
def test_what_is_no_token_is_said_to_be_none(text: str) -> None:
    why = refused(text)
    assert why.field == "token"


def test_the_length_is_looked_at_before_anything_else() -> None:
    long = token({"filling": "x" * 7000})
    assert "more than 8192" in refused(long).message
    assert len(examine(long, SITE, NOW).checks) == 1


def test_all_that_is_wrong_is_found_at_once() -> None:
    found = examine(token({"iss": "x", "aud": "y", "sub": 1}), SITE, NOW)
    assert [check.name for check in found.checks if not check.passed] == ["iss", "aud", "sub"]
    assert found.claims is not None and found.claims["iss"] == "x"


def test_what_a_token_says_is_not_said_back_whole_nor_with_controls() -> None:
    why = refused(token({"iss": "\u202e\x1b[31m" + "x" * 1000}))
    assert len(why.message) < 400
    assert "\x1b" not in why.message and "\u202e" not in why.message


@settings(max_examples=200)
@given(
    iss=st.sampled_from([SITE.issuer, "x", None]),
    aud=st.sampled_from([SITE.audience, "x", None, ["x", SITE.audience], []]),
    exp=st.sampled_from([NOW + 300, NOW - 20, NOW - 40, NOW - 4000, None, "x"]),
    sub=st.sampled_from(["42", 42, None]),
    nbf=st.sampled_from([None, NOW, NOW + 20, NOW + 40, "x"]),
)
def test_nothing_is_taken_that_another_library_refuses(
    iss: Any, aud: Any, exp: Any, sub: Any, nbf: Any
) -> None:
    text = token({"iss": iss, "aud": aud, "exp": exp, "sub": sub, "nbf": nbf, "iat": None})
    ours = examine(text, SITE, NOW).wrong is None
    assert ours == _pyjwt_takes(text)


def _pyjwt_takes(text: str) -> bool:
    """As PyJWT judges it whole; its clock cannot be set, so the times are moved to now."""
    payload = jwt.decode(text, options={"verify_signature": False})
    shift = int(time.time()) - NOW
    for name in ("exp", "nbf"):
        if isinstance(payload.get(name), int):
            payload[name] += shift
    try:
        jwt.decode(
            jwt.PyJWS().encode(json.dumps(payload).encode(), KEY),
            KEY,
            ["HS256"],
            options={"require": ["exp", "iss", "aud", "sub"]},
            audience=SITE.audience,
            issuer=SITE.issuer,
            leeway=30,
        )
    except jwt.PyJWTError:
        return False
    return True
