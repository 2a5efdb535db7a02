"""Programs that are let in: pending, allowed, refused, too old, too often, once."""

import hashlib
import itertools

import pytest
import pytest_twisted

from chatd.auth.credentials import MOST_PER_USER, Credentials
from chatd.auth.devices import ALPHABET, Devices, NotYet
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.accounts import CreateUser, EndCredential, SetDisabled
from chatd.engine.unit import Unit
from tests.fakes.devices import FakeDevices


class Hands:
    """A clock that is moved, and bytes that differ each time."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.serial = itertools.count(1)
        self.store = FakeDevices()
        self.credentials = Credentials(self.store, self, self.random)
        self.devices = Devices(self.store, self.credentials, self, self.random)

    def now(self) -> float:
        return self.seconds

    def wall(self) -> int:
        return 1_700_000_000_000 + int(self.seconds * 1000)

    def random(self, count: int) -> bytes:
        return hashlib.shake_256(next(self.serial).to_bytes(8, "big")).digest(count)

    async def person(self, name="alice"):
        change = CreateUser(f"u-{name}", name, name, name, None, False, 0)
        await self.store.commit(Unit(actor="", changes=(change,)))
        return f"u-{name}"

    async def start(self, label="chat on host"):
        here = "203.0.113.7"
        return await self.devices.start(label, here, here, here)

    async def error(self, started):
        with pytest.raises(NotYet) as caught:
            await self.devices.token(started.device_code)
        return caught.value.error


@pytest.fixture
def hands():
    return Hands()


@pytest_twisted.ensureDeferred
async def test_a_program_that_was_allowed_gets_a_token_for_talking_once(hands):
    alice, started = await hands.person(), await hands.start()
    assert await hands.error(started) == "authorization_pending"
    row = await hands.devices.check(alice, started.user_code)
    assert (row.label, row.address) == ("chat on host", "203.0.113.7")
    await hands.devices.answer(hands.store.asker(alice), started.user_code, True)
    hands.seconds += 5
    user, issued = await hands.devices.token(started.device_code)
    assert user.id == alice
    found = await hands.credentials.token(issued.secret)
    assert (found.row.user, found.row.label, found.row.kind) == (alice, "chat on host", "token")
    # Whoever was talked into allowing it has lent their voice, and no more.
    assert found.row.scopes is not None and "chat" in found.row.scopes
    assert not found.row.scopes & {"users:write", "users:read", "tokens:write", "tickets:write"}
    hands.seconds += 5
    assert await hands.error(started) == "expired_token"


@pytest_twisted.ensureDeferred
async def test_a_code_is_typed_as_people_type(hands):
    alice, started = await hands.person(), await hands.start()
    assert len(started.user_code) == 9 and started.user_code[4] == "-"
    assert set(started.user_code) - {"-"} <= set(ALPHABET)
    typed = started.user_code.lower().replace("-", " ")
    assert (await hands.devices.check(alice, typed)).label == "chat on host"


@pytest_twisted.ensureDeferred
async def test_what_was_refused_stays_refused(hands):
    alice, started = await hands.person(), await hands.start()
    await hands.devices.answer(hands.store.asker(alice), started.user_code, False)
    assert await hands.error(started) == "access_denied"
    with pytest.raises(Refusal) as caught:
        await hands.devices.answer(hands.store.asker(alice), started.user_code, True)
    assert caught.value.code is Code.GONE


@pytest_twisted.ensureDeferred
async def test_who_polls_too_often_is_told_to_slow_down_and_waits_longer_from_then_on(hands):
    await hands.person()
    started = await hands.start()
    assert await hands.error(started) == "authorization_pending"
    hands.seconds += 2
    assert await hands.error(started) == "slow_down"
    hands.seconds += 6
    assert await hands.error(started) == "slow_down"
    hands.seconds += 15
    assert await hands.error(started) == "authorization_pending"


@pytest_twisted.ensureDeferred
async def test_a_code_ends_after_ten_minutes(hands):
    alice, started = await hands.person(), await hands.start()
    hands.seconds += 600
    assert await hands.error(started) == "expired_token"
    with pytest.raises(Refusal) as caught:
        await hands.devices.check(alice, started.user_code)
    assert caught.value.code is Code.GONE


@pytest_twisted.ensureDeferred
async def test_codes_are_not_guessed_in_a_hurry(hands):
    alice = await hands.person()
    codes = []
    for _ in range(40):
        with pytest.raises(Refusal) as caught:
            await hands.devices.check(alice, "BBBB-BBBB")
        codes.append(caught.value.code)
    assert codes[:20] == [Code.GONE] * 20 and codes[20:] == [Code.RATE_LIMITED] * 20


@pytest_twisted.ensureDeferred
async def test_the_account_that_allowed_it_must_still_be_good(hands):
    alice, started = await hands.person(), await hands.start()
    await hands.devices.answer(hands.store.asker(alice), started.user_code, True)
    await hands.store.commit(Unit(actor="", changes=(SetDisabled(alice, True, 0),)))
    assert await hands.error(started) == "access_denied"


@pytest_twisted.ensureDeferred
async def test_of_two_who_poll_at_the_same_moment_one_gets_a_token(hands):
    alice, started = await hands.person(), await hands.start()
    await hands.devices.answer(hands.store.asker(alice), started.user_code, True)
    tokens = []

    async def between(what):
        if what == "commit" and not tokens:
            hands.store.before = None
            hands.seconds += 5
            tokens.append(await hands.devices.token(started.device_code))

    hands.store.before = between
    assert await hands.error(started) == "expired_token"
    assert len(tokens) == 1


@pytest_twisted.ensureDeferred
async def test_no_token_outlives_the_moment_in_which_all_of_them_end(hands):
    for at in range(1, 8):
        hands = Hands()
        alice, started = await hands.person(), await hands.start()
        await hands.devices.answer(hands.store.asker(alice), started.user_code, True)
        calls = itertools.count(1)

        async def between(what, hands=hands, alice=alice, calls=calls, at=at):
            if next(calls) == at:
                hands.store.before = None
                await hands.store.commit(Unit(actor="", changes=(EndCredential(alice),)))

        hands.store.before = between
        try:
            await hands.devices.token(started.device_code)
        except NotYet as why:
            assert why.error == "expired_token"
        if hands.store.before is not None:
            return  # it came after all of it
        assert await hands.store.credentials(alice) == [], at


@pytest_twisted.ensureDeferred
async def test_where_there_is_no_room_for_a_token_the_code_stays_good(hands):
    alice, started = await hands.person(), await hands.start()
    tokens = [
        await hands.credentials.new_token(alice, "", None, asker=None) for _ in range(MOST_PER_USER)
    ]
    await hands.devices.answer(hands.store.asker(alice), started.user_code, True)
    with pytest.raises(Refusal) as caught:
        await hands.devices.token(started.device_code)
    assert caught.value.code is Code.LIMIT_REACHED
    await hands.credentials.end(alice, tokens[0].id)
    hands.seconds += 5
    assert (await hands.devices.token(started.device_code))[0].id == alice


@pytest_twisted.ensureDeferred
async def test_a_label_that_hides_something_is_refused(hands):
    with pytest.raises(Refusal):
        await hands.start("chat\u202e on host")
