"""Forged and crooked tokens at the door itself, POST /api/session/exchange: each way that RFC 8725
names, and each in which two readers of a token might disagree."""

import json

import pytest
import pytest_twisted
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from site_rig import PUBLIC, Rig

from chatd.auth.jwk import ALGORITHMS, from_secret
from chatd.auth.jws import Keys
from chatd.auth.site_claims import Site
from tests.auth.keys import RSA, SECRET, b64, jwk, key, raw

ISSUER = "https://www.example.org"
OTHER_SECRET = b"another secret of thirty-two bytes or more"
KEYS = Keys(
    [
        *(key(alg, alg.lower()) for alg in ALGORITHMS),
        from_secret(OTHER_SECRET, "other", "https://other.example"),
    ]
)
SITE = Site(ISSUER, PUBLIC, KEYS, roles=("reader", "member"))


@pytest_twisted.async_yield_fixture
async def rig():
    made = Rig(vouching=SITE)
    yield made
    await made.stop()


def claims(rig, **changed):
    now = rig.wall.wall() // 1000
    said = {"iss": ISSUER, "aud": PUBLIC, "sub": "42", "exp": now + 300, **changed}
    return {name: value for name, value in said.items() if value is not None}


def made(rig, alg="HS256", *, signer=None, signed_with=None, header=None, **changed):
    head = {"alg": alg, "typ": "JWT", **(header or {})}
    payload = json.dumps(claims(rig, **changed)).encode()
    return raw(signed_with or alg, json.dumps(head).encode(), payload, signer)


async def exchange(rig, token):
    return await rig.call(
        "POST",
        "/api/session/exchange",
        Authorization=f"Bearer {token}",
        Content_Length="0",
    )


async def refused(rig, token):
    """The field that is named; nobody was let in, and no account was made."""
    answer = await exchange(rig, token)
    assert (answer.status, answer.json["code"]) == (401, "unauthorized"), answer.body
    assert rig.store.users == {} and rig.store.held == {}
    return answer.json["field"]


@pytest.mark.parametrize("alg", ALGORITHMS)
@pytest_twisted.ensureDeferred
async def test_each_algorithm_lets_in_with_a_name_of_the_key_and_without(rig, alg):
    first = await exchange(rig, made(rig, alg))
    again = await exchange(rig, made(rig, alg, header={"kid": alg.lower()}))
    assert (first.status, again.status) == (201, 201)
    assert first.json["user"] == again.json["user"]


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "hs256", "HS384", "RS512", None])
@pytest_twisted.ensureDeferred
async def test_no_other_algorithm_does(rig, alg):
    good = made(rig)
    head = b64(json.dumps({"alg": alg, "typ": "JWT"}).encode())
    payload = good.split(".")[1]
    assert await refused(rig, f"{head}.{payload}.") == "alg"
    assert await refused(rig, f"{head}.{payload}.{good.split('.')[2]}") == "alg"


@pytest.mark.parametrize("kid", [None, "rs256", "hs256"])
@pytest_twisted.ensureDeferred
async def test_the_public_key_is_no_secret(rig, kid):
    public = RSA.public_key()
    header = {} if kid is None else {"kid": kid}
    for secret in (
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).strip(),
        public.public_bytes(Encoding.PEM, PublicFormat.PKCS1),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(jwk("RS256")).encode(),
    ):
        forged = made(rig, "HS256", signer=secret, header=header)
        assert await refused(rig, forged) in ("signature", "kid")


@pytest_twisted.ensureDeferred
async def test_a_key_is_for_its_own_algorithm_alone(rig):
    for said, signed_with in (("PS256", "RS256"), ("RS256", "PS256"), ("EdDSA", "ES256")):
        forged = made(rig, said, signed_with=signed_with)
        assert await refused(rig, forged) == "signature"
    assert await refused(rig, made(rig, "RS256", header={"kid": "ps256"})) == "kid"


@pytest_twisted.ensureDeferred
async def test_a_key_in_the_token_lets_nobody_in_and_fetches_nothing(rig):
    own = rsa.generate_private_key(65537, 2048)
    mine = {**jwk("RS256"), "n": b64(own.public_key().public_numbers().n.to_bytes(256, "big"))}
    for brought in (
        {"jwk": mine},
        {"jwk": {"kty": "oct", "k": b64(b"x" * 40)}},
        {"jku": "https://evil.example/jwks.json"},
        {"x5u": "https://evil.example/cert.pem"},
        {"x5c": ["MIIB"]},
    ):
        assert await refused(rig, made(rig, "RS256", signer=own, header=brought)) == "signature"


@pytest.mark.parametrize(
    "kid",
    [
        "../../../../etc/passwd",
        "/dev/null",
        "' OR 1=1 --",
        "hs256'; DROP TABLE users; --",
        "$(id)",
        "x" * 4000,
        "hs256\0",
        "",
        0,
        [],
        {},
    ],
)
@pytest_twisted.ensureDeferred
async def test_the_name_of_a_key_is_a_name_and_nothing_else(rig, kid):
    assert await refused(rig, made(rig, header={"kid": kid})) == "kid"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"aud": "https://other.example"}, "aud"),
        ({"aud": [PUBLIC + "/"]}, "aud"),
        ({"aud": {PUBLIC: 1}}, "aud"),
        ({"aud": None}, "aud"),
        ({"iss": "https://other.example"}, "iss"),
        ({"iss": None}, "iss"),
        ({"exp": None}, "exp"),
        ({"exp": 1_600_000_000}, "exp"),
        ({"exp": "1700000300"}, "exp"),
        ({"exp": True}, "exp"),
        ({"exp": [1_700_000_300]}, "exp"),
        ({"exp": 10**30}, "exp"),
        ({"exp": -1}, "exp"),
        ({"exp": 1_700_100_000}, "iat"),
        ({"nbf": 1_700_000_200}, "nbf"),
        ({"iat": 1_700_000_200}, "iat"),
        ({"sub": None}, "sub"),
        ({"sub": 42}, "sub"),
        ({"sub": "\u202e42"}, "sub"),
        ({"sub": "4\n2"}, "sub"),
        ({"role": "owner"}, "role"),
        ({"role": "moderator"}, "role"),
        ({"role": ["member"]}, "role"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_claims_that_are_not_right_let_nobody_in(rig, changed, field):
    assert await refused(rig, made(rig, **changed)) == field


@pytest_twisted.ensureDeferred
async def test_a_key_of_one_site_speaks_for_that_one_alone(rig):
    theirs = {"signer": OTHER_SECRET, "header": {"kid": "other"}}
    assert await refused(rig, made(rig, **theirs)) == "iss"
    ours = made(rig, header={"kid": "hs256"}, iss="https://other.example")
    assert await refused(rig, ours) == "iss"
    first = await exchange(rig, made(rig))
    second = await exchange(rig, made(rig, iss="https://other.example", **theirs))
    assert (first.status, second.status) == (201, 201)
    assert first.json["user"] != second.json["user"], "the same sub at two sites is two people"


@pytest.mark.parametrize(
    "payload",
    [
        b'{"sub":"1","sub":"42",%s}',
        b'{"sub":"42","s\\u0075b":"1",%s}',
        b'{"sub":"42","exp":NaN,%s}',
        b'{"sub":"42","x":Infinity,%s}',
        b'{"sub":"42","x":-Infinity,%s}',
        b'{"sub":"42","x":1e999,%s}',
        b'{"sub":"42","x":' + b"1" * 5000 + b",%s}",
        b'{"sub":"42","x":' + b"[" * 2000 + b"]" * 2000 + b",%s}",
        b'{"sub":"42","x":"\\ud800",%s}',
        b'{"sub":"42","x":"\xc0\xaf",%s}',
        b'\xef\xbb\xbf{"sub":"42",%s}',
        b'{"sub":"42",%s,}',
        b'{"sub":"42",%s}{}',
        b'[{"sub":"42",%s}]',
    ],
)
@pytest_twisted.ensureDeferred
async def test_claims_on_which_readers_might_disagree_let_nobody_in(rig, payload):
    now = rig.wall.wall() // 1000
    rest = json.dumps({"iss": ISSUER, "aud": PUBLIC, "exp": now + 300}).encode()[1:-1]
    head = b'{"alg":"HS256"}'
    assert await refused(rig, raw("HS256", head, payload.replace(b"%s", rest))) == "claims"
    plain = raw("HS256", head, b'{"sub":"42",' + rest + b"}")
    assert (await exchange(rig, plain)).status == 201


@pytest.mark.parametrize(
    "header",
    [{"crit": ["exp"]}, {"crit": []}, {"b64": False, "crit": ["b64"]}, {"b64": True}],
)
@pytest_twisted.ensureDeferred
async def test_rules_of_a_tokens_own_are_not_followed(rig, header):
    assert await refused(rig, made(rig, header=header)) == "crit"


@pytest.mark.parametrize("typ", ["at+jwt", "dpop+jwt", "JOSE", "", 1, None])
@pytest_twisted.ensureDeferred
async def test_a_token_that_is_for_something_else_is_none(rig, typ):
    assert await refused(rig, made(rig, header={"typ": typ})) == "typ"


@pytest_twisted.ensureDeferred
async def test_a_token_is_written_in_the_one_way_that_there_is(rig):
    good = made(rig)
    head, payload, signature = good.split(".")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = letters[letters.index(signature[-1]) ^ 1]
    for crooked in (
        f"{good}=",
        f"{good}.",
        f"{head}.{payload}",
        f"{head}=.{payload}.{signature}",
        f"{head}.{payload[:8]} {payload[8:]}.{signature}",
        f"{head}.{payload[:8]}\t{payload[8:]}.{signature}",
        f"{head}.{payload}.{signature[:-1]}{twin}",
        f"{head}.{payload}.{signature[:-1]}+",
        "x" * 8193,
        json.dumps({"protected": head, "payload": payload, "signature": signature}),
    ):
        assert await refused(rig, crooked) == "token"
    assert (await exchange(rig, good)).status == 201


@pytest_twisted.ensureDeferred
async def test_before_a_signature_holds_nothing_is_told_of_the_settings(rig):
    for forged in (
        made(rig, signer=b"y" * 40, aud="https://other.example"),
        made(rig, header={"kid": "nobody"}, aud="https://other.example"),
        made(rig, "none", signed_with="HS256", aud="https://other.example"),
    ):
        answer = await exchange(rig, forged)
        assert answer.status == 401
        assert PUBLIC.encode() not in answer.body and ISSUER.encode() not in answer.body
        assert SECRET not in answer.body
