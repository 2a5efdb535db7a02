"""What a browser keeps for this server is read by this server alone, for what it was meant."""

import os

import msgspec
import pytest

from chatd.auth.oidc.sealed import Sealed
from tests.fakes.clock import FakeClock

KEY = b"k" * 32


class Note(msgspec.Struct, frozen=True):
    text: str


class Other(msgspec.Struct, frozen=True):
    number: int


def sealer(clock: FakeClock, purpose: str = "a", key: bytes = KEY) -> Sealed[Note]:
    return Sealed(key, purpose, Note, clock, os.urandom)


def test_what_was_sealed_is_opened_until_it_is_too_old() -> None:
    clock = FakeClock()
    sealed = sealer(clock).seal(Note("hidden ü"), 10)
    assert "hidden" not in sealed and sealed.isascii()
    assert sealer(clock).open(sealed) == Note("hidden ü")
    clock.advance(9.999)
    assert sealer(clock).open(sealed) == Note("hidden ü")
    clock.advance(0.001)
    assert sealer(clock).open(sealed) is None


def test_nothing_is_sealed_alike_twice() -> None:
    one = sealer(FakeClock())
    assert one.seal(Note("x"), 10) != one.seal(Note("x"), 10)


def test_another_purpose_and_another_server_cannot_open_it() -> None:
    clock = FakeClock()
    sealed = sealer(clock).seal(Note("x"), 10)
    assert sealer(clock, purpose="b").open(sealed) is None
    assert sealer(clock, key=b"j" * 32).open(sealed) is None


def test_a_form_from_before_an_upgrade_is_none() -> None:
    clock = FakeClock()
    before = Sealed(KEY, "a", Other, clock, os.urandom).seal(Other(1), 10)
    assert sealer(clock).open(before) is None


@pytest.mark.parametrize("at", [0, 5, 12, 20, -1])
def test_a_changed_byte_anywhere_is_noticed(at: int) -> None:
    clock = FakeClock()
    sealed = list(sealer(clock).seal(Note("x"), 10))
    sealed[at] = "A" if sealed[at] != "A" else "Q"
    assert sealer(clock).open("".join(sealed)) is None


@pytest.mark.parametrize("text", ["", "A", "AAAA", "x" * 40, "ü", "\0", "=" * 50, "A" * 100_000])
def test_what_is_nothing_of_the_kind_is_none(text: str) -> None:
    assert sealer(FakeClock()).open(text) is None
