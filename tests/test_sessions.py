"""What a connection may spend, by whose it is."""

from typing import Any

import pytest

from chatd.config.settings import GuestSettings, LimitSettings
from chatd.config.settings_files import Files
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.sessions import Sessions
from tests.fakes.clock import FakeClock


class Anything:
    """Stands for what a session only keeps."""

    id = "k1"
    inflates = False
    limits: Any = None
    meters: Any = None

    def attach(self, *_: object) -> "Anything":
        return self


class Connection:
    def __init__(self, guest: bool) -> None:
        self.principal = Principal("u1", "guest-1", False, "cookie", "c1", guest=guest)
        self.limits: Any = None

    def limits_changed(self, limits: Any) -> None:
        self.limits = limits


def made(**of_guests: Any) -> Sessions:
    anything: Any = Anything()
    limits, guests = LimitSettings(), GuestSettings(**of_guests)
    return Sessions(anything, anything, limits, FakeClock(), print, guests)


def session_of(sessions: Sessions, guest: bool) -> Any:
    wire: Any = Anything()
    return sessions.make(Connection(guest).principal, wire, "127.0.0.1")


def limits_of(guest: bool, **of_guests: Any) -> Any:
    return session_of(made(**of_guests), guest)._limits


def test_guests_have_limits_of_their_own_and_are_told_them() -> None:
    person, guest = limits_of(False), limits_of(True)
    assert (person.messages_per_second, person.messages_burst) == (5.0, 20.0)
    assert (guest.messages_per_second, guest.messages_burst) == (0.5, 10.0)
    assert guest.text_code_points == person.text_code_points


def test_guests_never_have_more_than_others() -> None:
    guest = limits_of(True, messages_per_second=100.0, messages_burst=1000.0)
    assert (guest.messages_per_second, guest.messages_burst) == (5.0, 20.0)


def test_a_guest_with_many_connections_has_no_more_than_with_one() -> None:
    sessions = made()
    for _ in range(2):
        for _ in range(5):
            session_of(sessions, True)._budgets.spend(1, 0.0)
    with pytest.raises(Refusal):
        session_of(sessions, True)._budgets.spend(1, 0.0)
    session_of(sessions, False)._budgets.spend(1, 0.0)


def test_a_reload_leaves_guests_their_own_limits() -> None:
    connections = [Connection(True), Connection(False)]
    limits = LimitSettings(messages_per_second=50.0, messages_burst=100.0)
    made().change(limits, Files(), connections)
    assert [one.limits.messages_per_second for one in connections] == [0.5, 50.0]
