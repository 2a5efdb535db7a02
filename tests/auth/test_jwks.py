"""Published keys: what is read of a set, and when the signer is asked."""

import json
from typing import Any

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred

from chatd.auth.jwks import (
    AGAIN,
    FRESH,
    KEPT,
    LONGEST,
    PAUSE,
    PublishedKeys,
    Unavailable,
    read_jwks,
)
from tests.auth.keys import jwk
from tests.fakes.clock import FakeClock


def a_set(*keys: Any) -> bytes:
    return json.dumps({"keys": keys}).encode()


class Signer:
    """Publishes what the test says; ``body`` None: it is down."""

    def __init__(self, body: bytes | None) -> None:
        self.body = body
        self.asked = 0
        self.slow: Deferred[None] | None = None

    async def fetch(self) -> bytes:
        self.asked += 1
        if self.slow is not None:
            await self.slow
        if self.body is None:
            raise Unavailable("no answer within 5 s")
        return self.body


class Rig:
    def __init__(self, body: bytes | None) -> None:
        self.signer = Signer(body)
        self.clock = FakeClock()
        self.said: list[str] = []
        self.keys = PublishedKeys(self.signer.fetch, self.clock, self.said.append)

    async def names(self, kid: str | None = "one", alg: str = "RS256") -> list[str | None]:
        found = (await self.keys.keys(kid, alg)).find(kid, alg)
        return [key.kid for key in found]


ONE, TWO = jwk("RS256", kid="one"), jwk("RS256", kid="two")


def test_keys_for_other_ends_are_passed_over() -> None:
    other = [
        {"kty": "RSA"},
        {"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"},
        {**ONE, "use": "enc"},
        {**ONE, "key_ops": ["encrypt"]},
        jwk("HS256", kid="one"),
        "one",
    ]
    assert [key.kid for key in read_jwks(a_set(*other, TWO))] == ["two"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"keys":{}}',
        a_set(),
        a_set(jwk("HS256")),
        b'{"keys":[],"keys":' + json.dumps([ONE]).encode() + b"}",
        a_set(ONE) + b" " * LONGEST,
        b'{"keys":' + b"[" * 5000 + b"]" * 5000 + b"}",
    ],
)
def test_what_is_no_set_of_keys_is_told(body: bytes) -> None:
    with pytest.raises(Unavailable):
        read_jwks(body)


@pytest_twisted.ensureDeferred
async def test_a_set_is_kept_and_looked_at_again_when_it_is_old() -> None:
    rig = Rig(a_set(ONE))
    assert await rig.names() == ["one"]
    rig.clock.advance(FRESH)
    assert await rig.names() == ["one"]
    assert rig.signer.asked == 1
    rig.signer.body = a_set(TWO)
    rig.clock.advance(1)
    assert await rig.names() == []
    assert rig.signer.asked == 2


@pytest_twisted.ensureDeferred
async def test_a_new_name_asks_once_and_made_up_ones_no_more_often() -> None:
    rig = Rig(a_set(ONE))
    await rig.names()
    rig.clock.advance(PAUSE)
    rig.signer.body = a_set(ONE, TWO)
    assert await rig.names("two") == ["two"]
    assert rig.signer.asked == 2
    for number in range(50):
        assert await rig.names(f"made-up-{number}") == []
    assert rig.signer.asked == 2
    rig.clock.advance(PAUSE)
    assert await rig.names("made-up") == []
    assert rig.signer.asked == 3


@pytest_twisted.ensureDeferred
async def test_all_who_wait_share_one_request_and_one_who_leaves_takes_it_from_nobody() -> None:
    rig = Rig(a_set(ONE))
    rig.signer.slow = Deferred()
    waiting = [Deferred.fromCoroutine(rig.names()) for _ in range(20)]
    waiting[0].addErrback(lambda _: None)
    waiting[0].cancel()
    rig.signer.slow.callback(None)
    assert [await each for each in waiting[1:]] == [["one"]] * 19
    assert rig.signer.asked == 1


@pytest_twisted.ensureDeferred
async def test_keys_are_kept_while_the_signer_is_down_but_not_for_ever() -> None:
    rig = Rig(a_set(ONE))
    await rig.names()
    rig.signer.body = None
    rig.clock.advance(FRESH + 1)
    assert await rig.names() == ["one"]
    assert rig.said == ["cannot be had: no answer within 5 s"]
    rig.clock.advance(AGAIN)
    assert await rig.names() == ["one"]
    assert len(rig.said) == 1
    rig.clock.advance(KEPT)
    with pytest.raises(Unavailable, match="no answer within 5 s"):
        await rig.names()
    rig.signer.body = a_set(ONE)
    rig.clock.advance(AGAIN)
    assert await rig.names() == ["one"]
    assert rig.said[1:] == ["can be had again"]


@pytest_twisted.ensureDeferred
async def test_a_signer_that_was_never_reached_is_asked_again_soon() -> None:
    rig = Rig(None)
    for _ in range(5):
        with pytest.raises(Unavailable, match="no answer within 5 s"):
            await rig.names()
    assert rig.signer.asked == 1
    rig.signer.body = a_set(ONE)
    rig.clock.advance(AGAIN)
    assert await rig.names() == ["one"]
