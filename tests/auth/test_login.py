"""Signing in: the same work whoever is named, and a bounded number of tries."""

import pytest
from twisted.internet.defer import Deferred

from chatd.auth.account_mails import Server
from chatd.auth.credentials import Credentials
from chatd.auth.entrance import entrance
from chatd.auth.notices import Notices
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.accounts import CreateUser, EndCredential, SetDisabled, SetPassword
from chatd.engine.factors import RehashPassword
from chatd.engine.unit import Unit
from tests.fakes.accounts import FakeAccounts
from tests.fakes.clock import FakeClock
from tests.fakes.drive import run

SERVER = Server("Tea", "https://chat.example.org")


class CountingPasswords:
    """Knows a hash by its word, and remembers what it was asked."""

    def __init__(self):
        self.asked = []
        self.strangers = []

    async def hash(self, password, name="", stranger=None):
        return f"phc:{password}"

    async def verify(self, password, phc, stranger=None):
        self.asked.append(phc)
        self.strangers.append(stranger)
        return phc == f"phc:{password}"

    def outdated(self, phc):
        return phc.startswith("old:")


@pytest.fixture
def world():
    store, clock, passwords = FakeAccounts(), FakeClock(), CountingPasswords()
    people = (("u1", "alice", "phc:secret"), ("u2", "bob", "phc:secret"), ("u3", "bot", None))
    for user, name, encoded in people:
        change = CreateUser(user, name, name, name, encoded, False, 0)
        run(store.commit(Unit(user, changes=(change,))))
    run(store.commit(Unit("u2", changes=(SetDisabled("u2", True, 0),))))
    serial = iter(range(1, 10_000))

    def random(count):
        return next(serial).to_bytes(count, "big")

    credentials = Credentials(store, clock, random)
    notices = Notices(store, None, [].append, clock, SERVER)
    way_in = entrance(
        store, passwords, credentials, clock, clock, random, (b"k" * 32,), SERVER, notices
    )
    return way_in.login, passwords, clock, store


def refused(coroutine):
    with pytest.raises(Refusal) as caught:
        run(coroutine)
    return caught.value


def test_the_right_password_gives_a_session(world):
    login, _, _, store = world
    user, issued = run(login.login("ALICE", "secret", 1))
    assert user.id == "u1"
    assert [row.id for row in run(store.credentials("u1"))] == [issued.id]


@pytest.mark.parametrize("name", ["alice", "nobody", "bob", "bot", "", "a b", "x" * 256, "\ud800"])
def test_every_name_costs_exactly_one_verification_and_gets_one_answer(world, name):
    login, passwords, _, _ = world
    why = refused(login.login(name, "wrong", 1))
    assert (why.code, why.message) == (Code.UNAUTHORIZED, "The name or the password is wrong.")
    assert passwords.asked == (["phc:secret"] if name == "alice" else [None])


def test_a_try_takes_a_place_of_its_address_and_none_of_strangers_from_a_known_device(world):
    login, passwords, _, _ = world
    device = login._devices.remembered("", "alice")
    refused(login.login("alice", "wrong", 7))
    refused(login.login("alice", "wrong", 7, devices=device))
    refused(login.login("bob", "wrong", 7, devices=device))
    assert passwords.strangers == [7, None, 7]


def test_a_disabled_account_is_not_told_from_a_wrong_password(world):
    login, _, _, _ = world
    assert refused(login.login("bob", "secret", 1)).message == "The name or the password is wrong."


def test_when_the_tries_are_used_up_no_password_is_looked_at(world):
    login, passwords, clock, _ = world
    for address in range(10):
        refused(login.login("alice", "wrong", address))
    why = refused(login.login("alice", "secret", 99))
    assert (why.code, why.retry_after) == (Code.RATE_LIMITED, 6.0)
    assert len(passwords.asked) == 10
    clock.advance(6)
    run(login.login("alice", "secret", 99))


def test_a_try_refused_for_the_address_is_not_charged_to_the_account(world):
    login, _, _, _ = world
    for n in range(30):
        refused(login.login(f"name{n}", "wrong", 7))
    waiting = [Deferred.fromCoroutine(login.login("bob", "wrong", 7)) for _ in range(10)]
    waiting += [Deferred.fromCoroutine(login.login(f"other{n}", "wrong", 7)) for n in range(54)]
    for _ in range(50):
        assert refused(login.login("alice", "wrong", 7)).code is Code.RATE_LIMITED
    assert not any(one.called for one in waiting)
    run(login.login("alice", "secret", 8))
    for one in waiting:
        one.addErrback(lambda failure: failure.trap(Refusal))


def test_strangers_do_not_keep_somebody_out_of_where_they_signed_in_before(world):
    login, _, _, _ = world
    run(login.login("alice", "secret", "home"))
    for address in range(10):
        refused(login.login("alice", "wrong", address))
    assert refused(login.login("alice", "secret", "elsewhere")).code is Code.RATE_LIMITED
    for _ in range(10):
        run(login.login("Alice", "secret", "home"))
    assert refused(login.login("alice", "secret", "home")).code is Code.RATE_LIMITED


def test_strangers_do_not_keep_somebody_from_changing_the_password(world):
    login, _, _, store = world
    for address in range(20):
        refused(login.login("alice", "wrong", address))
    who = store.asker("u1")
    run(login.change(who, "secret", "another secret", 99))
    for _ in range(9):
        refused(login.change(who, "guess", "another secret", 99))
    assert refused(login.change(who, "guess", "x", 99)).code is Code.RATE_LIMITED


@pytest.mark.parametrize("ended", [SetPassword("u1", "phc:new"), SetDisabled("u1", True, 0)])
def test_a_password_that_is_changed_while_it_is_verified_opens_nothing(world, ended):
    login, passwords, _, store = world

    async def verify(password, phc, stranger=None):
        # Meanwhile the owner changes it, which ends every session there is.
        await store.commit(Unit("u1", changes=(ended, EndCredential("u1"))))
        return True

    passwords.verify = verify
    assert refused(login.login("alice", "secret", 1)).code is Code.UNAUTHORIZED
    assert not run(store.credentials("u1"))


def test_a_password_hashed_at_another_cost_is_hashed_anew_when_it_is_shown(world):
    login, passwords, _, store = world
    run(store.commit(Unit("u1", changes=(SetPassword("u1", "old:secret"),))))

    async def verify(password, phc, stranger=None):
        return phc is not None and phc.partition(":")[2] == password

    passwords.verify = verify
    refused(login.login("alice", "wrong", 1))
    assert run(store.user("u1")).password == "old:secret"
    run(login.login("alice", "secret", 1))
    assert run(store.user("u1")).password == "phc:secret"
    run(login.login("alice", "secret", 1))


def test_right_passwords_do_not_make_an_address_wait(world):
    login, _, clock, _ = world
    for _ in range(50):
        clock.advance(6)
        run(login.login("alice", "secret", 7))
    for n in range(30):
        refused(login.login(f"name{n}", "wrong", 8))
    clock.advance(60)
    run(login.login("alice", "secret", 8))


def test_a_store_that_takes_no_new_hash_keeps_nobody_from_coming_in(world):
    login, passwords, _, store = world
    run(store.commit(Unit("u1", changes=(SetPassword("u1", "old:secret"),))))
    commit = store.commit

    async def verify(password, phc, *more):
        return phc == f"old:{password}"

    async def full(unit):
        if any(isinstance(change, RehashPassword) for change in unit.changes):
            raise Refusal(Code.STORAGE_FULL, "There is no room.", retry_after=10)
        return await commit(unit)

    passwords.verify, store.commit = verify, full
    user, _ = run(login.login("alice", "secret", 1))
    assert user.id == "u1"
