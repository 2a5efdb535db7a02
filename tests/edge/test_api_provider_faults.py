"""Providers that are mixed up, that say what is not to be believed, or that do not answer."""

import base64
import hashlib
from dataclasses import replace

import pytest
import pytest_twisted
from oidc_rig import FAILED, known
from site_rig import PASSWORD
from test_api_files import turn
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.logger import formatEvent, globalLogPublisher

from chatd.auth.oidc.party import Party
from chatd.engine.fetching import Fetched, Unfetched

# ---- providers that are mixed up ----------------------------------------------------------------


@pytest_twisted.ensureDeferred
async def test_the_answer_of_one_provider_is_no_answer_of_another(world):
    await known(world)
    await known(world, provider=world.other, name="bob")
    browser = world.browser()
    answer = world.home.visit(await browser.start(world.home))
    kept = dict(browser.cookies)
    assert await browser.back("other", **answer) == FAILED + "stale;"
    browser.cookies = dict(kept)
    wrong = {**answer, "iss": world.other.issuer}
    assert await browser.back("home", **wrong) == FAILED + "failed;"
    browser.cookies = dict(kept)
    nameless = {name: value for name, value in answer.items() if name != "iss"}
    assert await browser.back("home", **nameless) == FAILED + "failed;"
    assert world.home.asked.count("/token") == world.other.asked.count("/token") == 0
    # One that does not promise it may leave it out.
    world.home.metadata = {"authorization_response_iss_parameter_supported": None}
    world.set()
    browser.cookies = dict(kept)
    assert await browser.back("home", **nameless) == "/#"


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://other.example.net"},
        {"iss": "https://home.example.net/"},
        {"aud": "another"},
        {"aud": ["chat at home", "another"]},
        {"azp": "another"},
        {"exp": 1_700_000_000 - 121},
        {"exp": None},
        {"iat": 1_700_000_000 + 200},
        {"iat": 1_700_000_000 - 200},
        {"at_hash": "wrong"},
        {"sub": ""},
        {"sub": None},
        {"sub": 42},
        {"sub": "4\n2"},
        {"sub": "4" * 256},
    ],
)
@pytest_twisted.ensureDeferred
async def test_an_id_token_that_is_not_for_this_login_signs_nobody_in(world, claims):
    await known(world)
    world.home.claims = claims
    browser = world.browser()
    assert await browser.go(world.home, back="/") == FAILED + "failed;/"
    assert await browser.state() == {"signed_in": False}


@pytest_twisted.ensureDeferred
async def test_an_id_token_says_no_more_than_it_may_and_is_taken(world):
    await known(world)
    world.home.claims = {"aud": ["chat at home", "another"], "azp": "chat at home"}
    assert await world.browser().go(world.home) == "/#"
    half = hashlib.sha256(b"access token").digest()[:16]
    world.home.claims = {"at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode()}
    world.home.answer = {"access_token": "access token"}
    assert await world.browser().go(world.home) == "/#"
    world.home.answer = {"access_token": None}
    assert await world.browser().go(world.home) == FAILED + "failed;"


@pytest.mark.parametrize(
    "header",
    [{"alg": "none"}, {"alg": "HS256"}, {"alg": "PS256"}, {"kid": "2"}, {"crit": ["x"]}],
)
@pytest_twisted.ensureDeferred
async def test_an_id_token_that_the_provider_did_not_sign_signs_nobody_in(world, header):
    await known(world)
    world.home.header = header
    assert await world.browser().go(world.home) == FAILED + "failed;"


@pytest_twisted.ensureDeferred
async def test_an_id_token_signed_by_another_key_signs_nobody_in(world):
    await known(world)
    world.other.provider = world.home.provider
    world.other.issuer = world.home.issuer
    world.home.answer = {"id_token": world.other.signed({"iss": world.home.issuer, "sub": "42"})}
    assert await world.browser().go(world.home) == FAILED + "failed;"


# ---- a provider that disappoints ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/.well-known/openid-configuration", Unfetched("no answer within 10 s")),
        ("/.well-known/openid-configuration", Fetched(302, b"")),
        ("/.well-known/openid-configuration", Fetched(200, b"<html>")),
        ("/.well-known/openid-configuration", Fetched(200, b"[]")),
    ],
)
@pytest_twisted.ensureDeferred
async def test_a_provider_that_is_down_is_said_to_be_and_others_come_in_by_their_password(
    world, path, fault
):
    await world.rig.person("alice")
    world.home.faults = {path: fault}
    browser = world.browser()
    for _ in range(3):
        answer = await browser.call("POST", "/auth/oidc/home/start", {})
        assert (answer.status, answer.json["code"]) == (503, "unavailable")
        assert answer.json["detail"].startswith("Home cannot be reached just now")
    # It is not asked for each who tries, nor is the operator told for each.
    assert (len(world.home.asked), len(world.notes)) == (1, 1)
    fields = {"name": "alice", "password": PASSWORD}
    assert (await browser.call("POST", "/api/session", fields)).status == 200
    world.home.faults = {}
    world.rig.clock.advance(6)
    await browser.start(world.home)
    assert world.notes[1:] == ["can be asked again"]


@pytest.mark.parametrize(
    ("path", "fault", "reason"),
    [
        ("/token", Unfetched("no answer"), "unreachable"),
        ("/token", Fetched(500, b""), "unreachable"),
        ("/token", Fetched(302, b""), "unreachable"),
        ("/token", Fetched(200, b"{}"), "failed"),
        ("/token", Fetched(400, b'{"error":"invalid_grant"}'), "failed"),
        ("/jwks", Unfetched("no answer"), "unreachable"),
        ("/jwks", Fetched(200, b'{"keys":[]}'), "unreachable"),
        ("/jwks", Fetched(200, b" " * 65537), "unreachable"),
        ("/me", Fetched(500, b""), "unreachable"),
        ("/me", Fetched(200, b'{"sub":"43","name":"x","email":"y"}'), "failed"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_a_provider_that_fails_on_the_way_signs_nobody_in(world, path, fault, reason):
    await known(world)
    world.home.faults = {path: fault}
    assert await world.browser().go(world.home) == f"{FAILED}{reason};"
    world.home.faults = {}
    world.rig.clock.advance(60)
    assert await world.browser().go(world.home) == "/#"


@pytest_twisted.ensureDeferred
async def test_a_userinfo_that_cannot_be_read_adds_nothing(world):
    await known(world)
    world.home.faults = {"/me": Fetched(200, b"eyJhbGciOiJSUzI1NiJ9.e30.x")}
    assert await world.browser().go(world.home) == "/#"
    world.home.provider = replace(
        world.home.provider, only_claim="groups", only_values=frozenset({"staff"})
    )
    world.set()
    assert await world.browser().go(world.home) == FAILED + "unfit;"


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"issuer": "https://home.example.net/"}, "that of the issuer 'https://home.example.net/'"),
        ({"issuer": None}, "that of the issuer 'None'"),
        ({"token_endpoint": "http://home.example.net/token"}, "token_endpoint is no https address"),
        ({"jwks_uri": "file:///etc/passwd"}, "jwks_uri is no https address"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "authorization_endpoint is no https"),
        ({"authorization_endpoint": "https://a@b/"}, "authorization_endpoint is no https"),
        ({"userinfo_endpoint": "https://x/#y"}, "userinfo_endpoint is no https"),
        ({"code_challenge_methods_supported": ["plain"]}, "PKCE (RFC 7636) without S256"),
        ({"code_challenge_methods_supported": []}, "PKCE (RFC 7636) without S256"),
        ({"response_types_supported": ["token"]}, "does not offer the authorization code flow"),
        ({"id_token_signing_alg_values_supported": ["HS256", "none"]}, "signs ID tokens with none"),
        ({"token_endpoint_auth_methods_supported": ["tls_client_auth"]}, "takes a client's secret"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_a_provider_that_cannot_be_worked_with_is_told_to_the_operator(
    world, metadata, words
):
    world.home.metadata = metadata
    answer = await world.browser().call("POST", "/auth/oidc/home/start", {})
    assert answer.status == 503
    assert len(world.notes) == 1 and words in world.notes[0]


@pytest_twisted.ensureDeferred
async def test_a_provider_that_says_nothing_of_pkce_is_asked_for_it(world):
    world.home.metadata = {"code_challenge_methods_supported": None}
    await known(world)
    browser = world.browser()
    assert await browser.go(world.home) == "/#"
    assert world.home.said["code_challenge_method"] == "S256"


@pytest_twisted.ensureDeferred
async def test_keys_that_changed_are_fetched_anew(world):
    await known(world)
    assert await world.browser().go(world.home) == "/#"
    world.home.alg = "ES256"
    world.home.metadata = {"id_token_signing_alg_values_supported": ["RS256", "ES256"]}
    world.rig.clock.advance(3601)
    assert await world.browser().go(world.home) == "/#"


@pytest_twisted.ensureDeferred
async def test_whoever_comes_back_with_an_error_again_and_again_does_not_fill_the_log(world):
    seen = []
    globalLogPublisher.addObserver(seen.append)
    try:
        browser = world.browser()
        begun = world.home.visit(await browser.start(world.home))
        kept = dict(browser.cookies)
        wrong = {"state": begun["state"], "iss": begun["iss"], "error": "invalid_scope"}
        for _ in range(45):
            browser.cookies = dict(kept)
            assert await browser.back("home", **wrong) == FAILED + "failed;"
        assert len(_failures(seen)) == 30
        world.rig.clock.advance(1)
        browser.cookies = dict(kept)
        await browser.back("home", **wrong)
    finally:
        globalLogPublisher.removeObserver(seen.append)
    assert "15 such lines left out before this one" in formatEvent(_failures(seen)[-1])


def _failures(seen):
    return [line for line in seen if "nobody was signed in" in line.get("log_format", "")]


# ---- providers that take their time -------------------------------------------------------------


class Slow:
    """Asks another provider, and takes so many seconds for each answer."""

    def __init__(self, provider, clock, seconds):
        self._provider, self._clock, self._seconds = provider, clock, seconds

    async def get(self, url, headers):
        await deferLater(self._clock, self._seconds)
        return await self._provider.get(url, headers)

    async def post(self, url, headers, body):
        await deferLater(self._clock, self._seconds)
        return await self._provider.post(url, headers, body)


@pytest.mark.parametrize(("seconds", "lands"), [(6, "/#"), (9, FAILED + "unreachable;")])
@pytest_twisted.ensureDeferred
async def test_all_that_one_sign_in_asks_has_one_deadline(world, lines, seconds, lands):
    """Each answer comes in time; together they would take longer than whoever asks waits."""
    await known(world)
    browser = world.browser()
    answer = world.home.visit(await browser.start(world.home))
    slow = Slow(world.home, world.rig.clock, seconds)
    world.parties.set([Party(world.home.provider, slow, world.rig.wall, world.notes.append)])
    coming = Deferred.fromCoroutine(browser.back("home", **answer))
    for _ in range(200):
        if coming.called:
            break
        world.rig.clock.advance(0.5)
        await turn()
    assert await coming == lands
    said = [line["why"] for line in lines if "nobody was signed in" in line["log_format"]]
    assert said == (
        [] if lands == "/#" else ["it took more than 25 s for all that one sign-in asks of it"]
    )
    # The keys are for everybody: they are waited for all the same.
    world.rig.clock.advance(seconds)
