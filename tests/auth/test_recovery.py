"""A new password by a link; asking for one tells nobody which accounts there are."""

import re

import pytest

from chatd.auth.account_links import BY_HAND_MS, AccountLinks
from chatd.auth.account_mails import Server
from chatd.auth.credentials import Credentials
from chatd.auth.entrance import entrance
from chatd.auth.notices import Notices
from chatd.auth.recovery import Recovery
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.account_links import SetEmail
from chatd.engine.accounts import CreateUser, SetDisabled
from chatd.engine.unit import Unit
from tests.fakes.clock import FakeClock
from tests.fakes.drive import run
from tests.fakes.links import FakeLinks, FakeMailer

HOUR = 3600
SECRET = re.compile(r"https://chat\.example\.org/#(reset|email)=(\S+)")


class PlainPasswords:
    async def hash(self, password, name="", stranger=None):
        if len(password) < 8:
            raise Refusal(Code.BAD_FIELD, "Too short.", field="password")
        return f"phc:{password}"

    async def verify(self, password, phc, stranger=None):
        return phc == f"phc:{password}"

    def outdated(self, phc):
        return False


class World:
    def __init__(self, mail=True):
        self.store, self.clock, self.mailer = FakeLinks(), FakeClock(), FakeMailer()
        #: what is left to do behind the answer
        self.later = []
        for user, name in (("u1", "alice"), ("u2", "bob"), ("u3", "carol"), ("u4", "dave")):
            self.do(user, CreateUser(user, name, name, name, "phc:secret secret", False, 0))
        self.do("u1", SetEmail("u1", "alice@example.org"))
        self.do("u3", SetEmail("u3", "carol@example.org"), SetDisabled("u3", True, 0))
        serial = iter(range(1, 10_000))

        def random(count):
            return next(serial).to_bytes(count, "big")

        credentials = Credentials(self.store, self.clock, random)
        passwords = PlainPasswords()
        self.links = AccountLinks(self.store, self.clock, random)
        server, mailer = Server("Tea house", "https://chat.example.org"), self.mailer
        notices = Notices(
            self.store, mailer if mail else None, self.later.append, self.clock, server
        )
        way_in = entrance(
            *(self.store, passwords, credentials, self.clock, self.clock, random, (b"k" * 32,)),
            server,
            notices,
        )
        self.recovery = Recovery(
            self.store,
            self.links,
            passwords,
            way_in.second,
            way_in.login,
            self.clock,
            mailer if mail else None,
            self.later.append,
            server,
            notices,
        )
        self.credentials = credentials

    def do(self, user, *changes):
        run(self.store.commit(Unit(user, changes=changes)))

    def ask(self, who, address=1):
        self.recovery.ask(who, address)
        self.finish()

    def finish(self):
        while self.later:
            run(self.later.pop(0))

    def secret(self, mail=-1):
        return SECRET.search(self.mailer.sent[mail][2])[2]


@pytest.fixture
def world():
    world = World()
    yield world
    world.finish()


def refused(coroutine):
    with pytest.raises(Refusal) as caught:
        run(coroutine)
    return caught.value


def test_a_link_sets_a_password_once_and_ends_every_session(world):
    run(world.credentials.new_session("u1"))
    run(world.credentials.new_token("u1", "x", None, asker=None))
    link = run(world.links.make("reset", "u1", BY_HAND_MS, requires=()))
    assert run(world.recovery.check(link.secret)).name == "alice"
    user, issued = run(world.recovery.reset(link.secret, "better leaves"))
    assert (user.id, user.password) == ("u1", "phc:better leaves")
    assert [row.id for row in run(world.store.credentials("u1"))] == [issued.id]
    assert refused(world.recovery.check(link.secret)).code is Code.GONE
    assert refused(world.recovery.reset(link.secret, "other leaves")).code is Code.GONE


def test_a_password_that_is_refused_leaves_the_link_good(world):
    link = run(world.links.make("reset", "u1", BY_HAND_MS, requires=()))
    assert refused(world.recovery.reset(link.secret, "short")).field == "password"
    run(world.recovery.reset(link.secret, "better leaves"))


def test_a_link_ends_in_time_with_the_next_and_with_the_account(world):
    old = run(world.links.make("reset", "u1", BY_HAND_MS, requires=()))
    world.clock.advance(24 * HOUR)
    assert refused(world.recovery.check(old.secret)).code is Code.GONE
    first = run(world.links.make("reset", "u1", BY_HAND_MS, requires=()))
    second = run(world.links.make("reset", "u1", BY_HAND_MS, requires=()))
    assert refused(world.recovery.check(first.secret)).code is Code.GONE
    run(world.recovery.check(second.secret))
    world.do("u1", SetDisabled("u1", True, 0))
    assert refused(world.recovery.check(second.secret)).code is Code.GONE


@pytest.mark.parametrize("secret", ["", "chatd_r_x", "chatd_m_" + "A" * 43, "chatd_r_" + "A" * 43])
def test_what_is_no_link_is_gone(world, secret):
    assert refused(world.recovery.check(secret)).code is Code.GONE


def test_a_link_that_confirms_an_address_sets_no_password(world):
    assert run(
        world.recovery.set_email(world.store.asker("u2"), "bob@example.org", "secret secret", 1)
    )
    assert refused(world.recovery.reset(world.secret(), "better leaves")).code is Code.GONE
    run(world.recovery.confirm(world.secret()))


NAMES = ["alice", "ALICE", "@alice", "alice@example.org", " Alice@Example.org ", "bob", "nobody"]
NAMES += ["carol", "carol@example.org", "nobody@example.org", "", "a b", "x" * 256, "\ud800", "@"]


@pytest.mark.parametrize("who", NAMES)
def test_every_name_gets_its_answer_before_anything_is_looked_up(world, who):
    looked = []

    async def before(what):
        looked.append(what)

    world.store.before = before
    assert world.recovery.ask(who, 1) is None
    assert (looked, len(world.later), world.mailer.sent) == ([], 1, [])
    world.finish()
    known = "alice" in who.lower()
    assert [to for to, _, _ in world.mailer.sent] == ["alice@example.org"] * known


def test_the_mailed_link_works_for_an_hour(world):
    world.ask("alice")
    _, subject, text = world.mailer.sent[0]
    assert subject == "A new password for alice at Tea house"
    assert "Tea house (https://chat.example.org)" in text and "secret" not in text
    world.clock.advance(HOUR - 1)
    run(world.recovery.check(world.secret()))
    world.clock.advance(1)
    assert refused(world.recovery.check(world.secret())).code is Code.GONE


def test_one_address_asks_a_few_times_and_is_told(world):
    for number in range(5):
        world.ask(f"nobody{number}", 7)
    with pytest.raises(Refusal) as caught:
        world.ask("alice", 7)
    assert (caught.value.code, caught.value.retry_after) == (Code.RATE_LIMITED, 60.0)
    world.ask("alice", 8)


def test_one_account_is_mailed_a_few_times_and_nobody_is_told(world):
    for address in range(6):
        world.ask("alice" if address % 2 else "alice@example.org", address)
    assert len(world.mailer.sent) == 3
    world.clock.advance(1200)
    world.ask("alice", 99)
    assert len(world.mailer.sent) == 4


def test_a_mail_that_cannot_be_sent_changes_no_answer(world):
    world.mailer.refuses = Refusal(Code.UNAVAILABLE, "Too many wait.")
    world.ask("alice")
    assert world.mailer.sent == []


def test_without_mail_the_administrator_is_named():
    world = World(mail=False)
    with pytest.raises(Refusal) as caught:
        world.recovery.ask("alice", 1)
    assert caught.value.code is Code.WRONG_STATE
    assert "administrator" in caught.value.message
    assert refused(
        world.recovery.set_email(world.store.asker("u1"), "x@example.org", "secret secret", 1)
    ).code is (Code.WRONG_STATE)
    assert run(world.recovery.set_email(world.store.asker("u1"), "", "secret secret", 1)) is False
    assert run(world.recovery.email("u1")) is None


def test_an_address_counts_once_its_mail_was_read(world):
    run(world.recovery.set_email(world.store.asker("u2"), " Bob@Example.org", "secret secret", 1))
    assert run(world.recovery.email("u2")) is None
    world.ask("bob")
    assert [to for to, _, _ in world.mailer.sent] == ["bob@example.org"]
    assert run(world.recovery.confirm(world.secret())) == ("bob", "bob@example.org")
    assert run(world.recovery.email("u2")).address == "bob@example.org"
    world.ask("bob@example.org")
    assert len(world.mailer.sent) == 2


def test_the_address_before_is_told_and_one_of_another_account_is_not_taken(world):
    run(world.recovery.set_email(world.store.asker("u1"), "new@example.org", "secret secret", 1))
    run(world.recovery.confirm(world.secret()))
    world.finish()
    to, subject, _ = world.mailer.sent[-1]
    assert (to, subject) == ("alice@example.org", "Another address for alice at Tea house")
    # Nothing tells that it is taken but the mail itself.
    assert run(
        world.recovery.set_email(world.store.asker("u2"), "new@example.org", "secret secret", 1)
    )
    assert refused(world.recovery.confirm(world.secret())).code is Code.EXISTS


def test_an_address_takes_the_password_and_few_mails(world):
    why = refused(world.recovery.set_email(world.store.asker("u2"), "bob@example.org", "wrong", 1))
    assert (why.code, why.field, world.mailer.sent) == (Code.FORBIDDEN, "password", [])
    for _ in range(3):
        run(
            world.recovery.set_email(world.store.asker("u2"), "bob@example.org", "secret secret", 1)
        )
    again = world.recovery.set_email(world.store.asker("u2"), "bob@example.org", "secret secret", 1)
    assert refused(again).code is Code.RATE_LIMITED


def test_a_new_password_ends_a_confirmation_that_somebody_else_asked_for(world):
    run(world.recovery.set_email(world.store.asker("u1"), "thief@example.org", "secret secret", 1))
    stolen = world.secret()
    link = run(world.links.make("reset", "u1", BY_HAND_MS, requires=()))
    run(world.recovery.reset(link.secret, "better leaves"))
    assert refused(world.recovery.confirm(stolen)).code is Code.GONE


def test_a_store_out_of_order_is_no_mistake_of_ours(world):
    async def out_of_order(name):
        raise Refusal(Code.UNAVAILABLE, "Out of order.")

    world.store.user_by_name = out_of_order
    world.ask("alice")
    assert world.mailer.sent == []
