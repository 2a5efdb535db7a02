"""Known devices: what a browser holds is good for its accounts, for a while, and says no name."""

from chatd.auth.known_devices import DAY_MS, DAYS, MOST, KnownDevices
from tests.fakes.clock import FakeClock


def devices(clock=None, key=b"k" * 32):
    serial = iter(range(1, 1000))
    return KnownDevices(
        key, clock or FakeClock(), lambda count: next(serial).to_bytes(count, "big")
    )


def test_a_device_is_known_to_the_accounts_it_signed_in_to():
    known = devices()
    held = known.remembered(known.remembered("", "alice"), "bob")
    assert known.known_as(held, "alice") and known.known_as(held, "bob")
    assert known.known_as(held, "alice") != known.known_as(held, "bob")
    assert known.known_as(held, "carol") is None
    assert "alice" not in held and "bob" not in held


def test_what_was_made_up_or_changed_is_nothing():
    known = devices()
    held = known.remembered("", "alice")
    other = devices(key=b"x" * 32).remembered("", "alice")
    for wrong in ("", "~~~", "x" * 4000, other, held[:-1], "f" + held[1:], held.upper()):
        assert known.known_as(wrong, "alice") is None


def test_it_ends_and_the_last_few_accounts_are_kept():
    clock = FakeClock()
    known = devices(clock)
    held = ""
    for name in ("anna", "ben", "clara", "dora", "emil"):
        held = known.remembered(held, name)
    assert len(held.split("~")) == MOST and known.known_as(held, "anna") is None
    held = known.remembered(held, "ben")
    assert len(held.split("~")) == MOST, "nobody twice"
    clock.advance(DAYS * DAY_MS / 1000)
    assert known.known_as(held, "ben") is None


def test_an_account_of_many_scripts_and_of_broken_text_is_only_text():
    known = devices()
    assert known.known_as(known.remembered("", "\ud800"), "\ud800")
