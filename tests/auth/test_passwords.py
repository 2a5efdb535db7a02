"""Passwords are judged, hashed and checked as promised, off the caller's thread and bounded."""

from base64 import b64decode
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import pytest
from twisted.internet.defer import Deferred, succeed

from chatd.auth.passwords import RESERVED, Cost, Passwords, new_password
from chatd.core.codes import Code
from chatd.core.refusal import Refusal

T = TypeVar("T")
CHEAP = Cost(memory_kib=8, passes=1)
GOOD = "correct horse battery"


class Threads:
    """The pool as a port: does what it is given when told to, and keeps count."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Callable[[], Any], Deferred[Any]]] = []
        self.ran = 0

    def __call__(self, function: Callable[[], T], /) -> Awaitable[T]:
        done: Deferred[T] = Deferred()
        self.waiting.append((function, done))
        return done

    def work(self) -> None:
        while self.waiting:
            function, done = self.waiting.pop(0)
            self.ran += 1
            done.callback(function())


def start(coroutine: Coroutine[Any, Any, T]) -> "Deferred[T]":
    return Deferred.fromCoroutine(coroutine)


def result_of(deferred: "Deferred[T]") -> Any:
    results: list[Any] = []
    deferred.addBoth(results.append)
    assert results, "still waiting"
    return results[0]


def outcome(threads: Threads, coroutine: Coroutine[Any, Any, T]) -> Any:
    deferred = start(coroutine)
    threads.work()
    return result_of(deferred)


def refusal_of(password: str, name: str = "") -> Refusal:
    with pytest.raises(Refusal) as caught:
        new_password(password, name)
    assert caught.value.field == "password"
    return caught.value


def test_a_password_is_known_again_and_another_is_not() -> None:
    threads = Threads()
    passwords = Passwords(threads, cost=CHEAP)
    phc = outcome(threads, passwords.hash(GOOD, "alice"))
    assert outcome(threads, passwords.verify(GOOD, phc)) is True
    for other in ("correct horse batterz", GOOD + " ", GOOD.upper(), "", "x" * 5000, "a\x00b"):
        assert outcome(threads, passwords.verify(other, phc)) is False


def test_the_default_is_argon2id_with_19_mib_two_passes_one_lane() -> None:
    threads = Threads()
    phc = outcome(threads, Passwords(threads).hash(GOOD))
    assert phc.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_each_hash_has_its_own_salt() -> None:
    threads = Threads()
    passwords = Passwords(threads, cost=CHEAP)
    one, two = (outcome(threads, passwords.hash(GOOD)) for _ in range(2))
    assert one != two


def test_a_hash_made_elsewhere_is_understood() -> None:
    """From the test vectors of the reference implementation: argon2id, m=65536, t=2, p=1."""
    threads = Threads()
    passwords = Passwords(threads, cost=CHEAP)
    phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
    assert outcome(threads, passwords.verify("password", phc)) is True
    assert outcome(threads, passwords.verify("passwore", phc)) is False


@pytest.mark.parametrize("password", [GOOD, "", "short", "x" * 5000, "a\x00b", "\ud800"])
@pytest.mark.parametrize("known", [True, False])
def test_an_unknown_user_costs_the_work_of_a_known_one(password: str, known: bool) -> None:
    threads = Threads()
    passwords = Passwords(threads, cost=CHEAP)
    phc = CHEAP.derive(b"another password", b"s" * 16) if known else None
    assert outcome(threads, passwords.verify(password, phc)) is False
    assert threads.ran == 1


def test_the_password_of_the_dummy_opens_nothing() -> None:
    threads = Threads()
    passwords = Passwords(threads, cost=CHEAP, random=lambda count: b"k" * count)
    assert outcome(threads, passwords.verify("k" * 32, None)) is False
    assert outcome(threads, passwords.verify("k" * 32, "")) is False


def test_a_string_made_of_parts_is_read_as_a_derived_one_is() -> None:
    # Else what stands for a missing hash would be refused as malformed, in no time.
    derived = CHEAP.derive(b"a password", b"s" * 16)
    digest = b64decode(derived.rpartition("$")[2] + "=")
    assert CHEAP.phc(b"s" * 16, digest) == derived


def test_a_broken_hash_lets_nobody_in() -> None:
    threads = Threads()
    passwords = Passwords(threads, cost=CHEAP)
    for phc in ("x", "$argon2id$v=19$m=8,t=1,p=1$", "$2b$12$abcdefghijklmnopqrstuv"):
        assert outcome(threads, passwords.verify(GOOD, phc)) is False


def test_no_more_than_the_bound_wait_and_the_next_is_told_when_to_come() -> None:
    threads = Threads()
    passwords = Passwords(threads, cost=CHEAP, most=3)
    waiting = [start(passwords.verify(GOOD, None)) for _ in range(3)]
    for refused in (start(passwords.verify(GOOD, None)), start(passwords.hash(GOOD))):
        refusal = result_of(refused).value
        assert isinstance(refusal, Refusal)
        assert (refusal.code, refusal.retry, refusal.retry_after) == (Code.BUSY, True, 2.0)
    threads.work()
    assert [result_of(deferred) for deferred in waiting] == [False] * 3
    assert outcome(threads, passwords.verify(GOOD, None)) is False


def test_strangers_leave_a_place_for_the_next_one_and_some_for_whoever_is_known() -> None:
    passwords = Passwords(Threads(), cost=CHEAP)

    def taken(tries: int, stranger: object) -> int:
        asked = [start(passwords.verify(GOOD, None, stranger)) for _ in range(tries)]
        results = [result_of(one) for one in asked if one.called]
        assert all(result.value.code is Code.BUSY for result in results)
        return tries - len(results)

    # Half of fifty places, half of what is left, and so on: nobody takes all of them.
    assert taken(30, "an address") == 25
    assert [taken(30, address) for address in range(4)] == [13, 6, 3, 2]
    assert taken(1, "somebody else") == 1
    assert taken(1, "the last one") == 0
    assert taken(30, None) == RESERVED


def test_what_a_stranger_held_is_free_again() -> None:
    threads = Threads()
    passwords = Passwords(threads, cost=CHEAP, most=RESERVED + 2)
    for _ in range(3):
        tries = [start(passwords.verify(GOOD, None, "an address")) for _ in range(2)]
        assert result_of(tries[1]).value.code is Code.BUSY
        threads.work()
        assert result_of(tries[0]) is False


def test_a_pool_that_fails_gives_its_place_back() -> None:
    calls = []

    def broken(function: Callable[[], T], /) -> Awaitable[T]:
        calls.append(function)
        if len(calls) < 5:
            raise RuntimeError("no thread")
        return succeed(function())

    passwords = Passwords(broken, cost=CHEAP, most=1)
    for _ in range(4):
        assert isinstance(result_of(start(passwords.verify(GOOD, None))).value, RuntimeError)
    assert result_of(start(passwords.verify(GOOD, None))) is False


def test_a_refused_password_is_not_hashed() -> None:
    threads = Threads()
    passwords = Passwords(threads, cost=CHEAP)
    assert isinstance(outcome(threads, passwords.hash("short")).value, Refusal)
    assert threads.ran == 0


@pytest.mark.parametrize(
    "password", [GOOD, "šest slov", "пароль мой", "秘密の言葉です。ね", "a b c d e"]
)
def test_any_script_and_spaces_are_welcome(password: str) -> None:
    assert new_password(password) == password.encode()


def test_the_same_password_typed_elsewhere_is_the_same() -> None:
    assert new_password("geheime\u00a0caf\u0065\u0301") == "geheime café".encode()


def test_the_length_is_bounded_and_nothing_is_cut_off() -> None:
    longest = "abcd" * 256
    assert new_password(longest) == longest.encode()
    assert refusal_of(longest + "e").code is Code.TOO_LONG
    assert refusal_of("äöüß" * 128 + "e").code is Code.TOO_LONG
    assert refusal_of("a" * 10_000_000).code is Code.TOO_LONG
    assert refusal_of("abcdefg").code is Code.BAD_FIELD
    threads = Threads()
    passwords = Passwords(threads, cost=CHEAP)
    phc = outcome(threads, passwords.hash(longest))
    assert outcome(threads, passwords.verify(longest[:-1] + "e", phc)) is False


@pytest.mark.parametrize(
    "password", ["", "abcd\x00efgh", "abcd\nefgh", "abcd\x7fefgh", "abcdefg\ud800"]
)
def test_what_cannot_be_typed_alike_everywhere_is_refused(password: str) -> None:
    assert refusal_of(password).code is Code.BAD_FIELD


@pytest.mark.parametrize(
    "password",
    ["password1", "PASSWORD1", "qwertyuiop", "12345678", "aaaaaaaa", "abababab", "🙂" * 8],
)
def test_what_anybody_would_try_first_is_refused(password: str) -> None:
    assert "first that anybody" in refusal_of(password).message


@pytest.mark.parametrize(
    "password",
    ["alexandra", "Alexandra", "alexandra1", "alexandra-2026!", "42alexandra", "39475610"],
)
def test_the_users_own_name_is_no_password(password: str) -> None:
    assert "name" in refusal_of(password, "alexandra").message
    assert "name" in refusal_of("alexandra1", "Alexandra").message
    assert new_password("alexandra likes tea", "alexandra")


def test_no_message_repeats_the_password() -> None:
    for password in ("hunter2", "alexandra1", "PASSWORD1", "abcd\x00hunter2"):
        refusal = refusal_of(password, "alexandra")
        assert password not in refusal.message
        assert refusal.__cause__ is None and (
            refusal.__suppress_context__ or not refusal.__context__
        )
