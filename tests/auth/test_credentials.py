"""Sessions and tokens: what is stored of them, and which texts are taken for one."""

import hashlib

import pytest

from chatd.auth.credentials import (
    SESSION_PREFIX,
    TOKEN_PREFIX,
    Credentials,
    Whence,
    digest_of,
    new_secret,
)
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.accounts import CreateUser
from chatd.engine.unit import Unit
from tests.fakes.accounts import FakeAccounts
from tests.fakes.clock import FakeClock
from tests.fakes.drive import run

DAY = 24 * 3600


class Tape:
    """Random bytes that never repeat, the same in every run."""

    def __init__(self):
        self.served = 0

    def __call__(self, count):
        self.served += 1
        return hashlib.shake_256(self.served.to_bytes(8, "big")).digest(count)


@pytest.fixture
def store():
    made = FakeAccounts()
    run(made.commit(Unit("u1", changes=(CreateUser("u1", "alice", "alice", "", "x", False, 0),))))
    return made


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def credentials(store, clock):
    return Credentials(store, clock, Tape())


def refused(coroutine):
    with pytest.raises(Refusal) as caught:
        run(coroutine)
    return caught.value.code


def test_a_secret_has_256_bits_behind_a_prefix_that_people_recognise():
    asked = []

    def random(count):
        asked.append(count)
        return b"\xff" * count

    assert new_secret(TOKEN_PREFIX, random) == "chatd_t_" + "_" * 42 + "8"
    assert asked == [32]


def test_only_the_sha_256_of_a_secret_is_stored(store, credentials):
    issued = run(credentials.new_session("u1"))
    assert list(store.held) == [hashlib.sha256(issued.secret.encode()).digest()]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "chatd_s_",
        "chatd_s_" + "A" * 42,
        "chatd_s_" + "A" * 44,
        "chatd_s_" + "A" * 42 + "\n",
        "chatd_s_" + "A" * 43 + "\n",
        "chatd_s_" + "A" * 42 + "é",
        "chatd_s_" + "A" * 42 + "=",
        "chatd_t_" + "A" * 43,
        " chatd_s_" + "A" * 43,
    ],
)
def test_what_has_not_the_form_of_a_secret_is_not_even_looked_up(text):
    assert digest_of(text, SESSION_PREFIX) is None


def test_a_session_is_recognised_with_what_the_account_is_now(store, credentials):
    issued = run(credentials.new_session("u1", Whence("a browser", "203.0.113.7")))
    row = run(credentials.session(issued.secret)).row
    assert (row.id, row.user_name, row.label) == (issued.id, "alice", "a browser")
    assert issued.secret not in repr(row)


def test_a_token_without_a_lifetime_lasts_and_one_with_it_does_not(clock, credentials):
    lasting = run(credentials.new_token("u1", "bot", None, asker=None))
    ending = run(credentials.new_token("u1", "bot", DAY * 1000, asker=None))
    clock.advance(DAY - 0.001)
    assert run(credentials.token(ending.secret)).row.expires == DAY * 1000
    clock.advance(0.001)
    assert refused(credentials.token(ending.secret)) is Code.UNAUTHORIZED
    clock.advance(400 * DAY)
    assert run(credentials.token(lasting.secret)).row.expires is None


def test_using_a_token_does_not_prolong_it(clock, credentials):
    token = run(credentials.new_token("u1", "bot", DAY * 1000, asker=None))
    clock.advance(DAY / 2)
    assert run(credentials.token(token.secret)).row.expires == DAY * 1000


def test_an_ended_credential_is_nobody(credentials):
    issued = run(credentials.new_session("u1"))
    run(credentials.end("u1", issued.id))
    assert refused(credentials.session(issued.secret)) is Code.UNAUTHORIZED
    assert refused(credentials.by_id("u1", issued.id)) is Code.UNAUTHORIZED


def test_one_cannot_end_what_is_another_persons(store, credentials):
    issued = run(credentials.new_session("u1"))
    run(credentials.end("u2", issued.id))
    assert run(credentials.session(issued.secret)).row.id == issued.id


def test_tokens_are_limited_and_do_not_push_one_another_out(credentials):
    for _ in range(100):
        run(credentials.new_token("u1", "bot", None, asker=None))
    assert refused(credentials.new_token("u1", "bot", None, asker=None)) is Code.LIMIT_REACHED
    # Else whoever has so many programs could sign in no more, not even to end one of them.
    run(credentials.new_session("u1"))


def test_a_label_is_one_line_that_no_terminal_obeys(store, credentials):
    label = "\x1b]0;pwned\x07 bot\u202e\n\x9bof " + "x" * 200
    run(credentials.new_token("u1", label, None, asker=None))
    (row,) = run(store.credentials("u1"))
    assert row.label.startswith("]0;pwned bot of x") and len(row.label) == 80
    assert row.label.isprintable()
