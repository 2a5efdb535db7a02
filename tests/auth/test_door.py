"""The door: whatever is presented, nobody gets in but by exactly one valid proof."""

from itertools import combinations_with_replacement, product

import pytest

from chatd.auth.credentials import Credentials
from chatd.auth.door import Door, Presented
from chatd.auth.tickets import Tickets
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.accounts import CreateUser
from chatd.engine.unit import Unit
from tests.fakes.accounts import FakeAccounts
from tests.fakes.clock import FakeClock
from tests.fakes.drive import run

SITE = "https://shop.example.net"


class World:
    def __init__(self):
        self.store, self.clock = FakeAccounts(), FakeClock()
        serial = iter(range(1, 10_000))

        def random(count):
            return next(serial).to_bytes(count, "big")

        self.credentials = Credentials(self.store, self.clock, random)
        self.tickets = Tickets(self.store, self.clock, random)
        self.door = Door(self.credentials, self.tickets)
        for user, name in (("u1", "alice"), ("u2", "bob")):
            change = CreateUser(user, name, name, name, "x", False, 0)
            run(self.store.commit(Unit(user, changes=(change,))))
        # An administrator gets tickets for others.
        change = CreateUser("u0", "root", "root", "root", "x", True, 0)
        run(self.store.commit(Unit("u0", changes=(change,))))
        self.root = self.store.asker("u0")

    def proofs(self):
        """One good and one bad value of each kind."""
        session = run(self.credentials.new_session("u1"))
        token = run(self.credentials.new_token("u1", "bot", None, asker=None))
        ticket = run(self.tickets.issue(self.root, "u1", session.id, SITE))
        filler = "A" * 43
        return {
            "cookies": (session.secret, f"chatd_s_{filler}"),
            "authorizations": (f"Bearer {token.secret}", f"Bearer chatd_t_{filler}"),
            "tickets": (ticket.protocol, f"chatd.ticket.{filler}"),
        }


KINDS = ("cookies", "authorizations", "tickets")
FEW = [values for size in range(3) for values in combinations_with_replacement((0, 1), size)]


@pytest.mark.parametrize("chosen", list(product(FEW, repeat=3)))
def test_exactly_one_good_proof_gets_in(chosen):
    world = World()
    proofs = world.proofs()
    given = {
        kind: tuple(proofs[kind][which] for which in values)
        for kind, values in zip(KINDS, chosen, strict=True)
    }
    flat = [which for values in chosen for which in values]
    coroutine = world.door.principal(Presented(**given, origin=SITE))
    if flat == [0]:
        assert run(coroutine).user == "u1"
    else:
        with pytest.raises(Refusal) as refused:
            run(coroutine)
        assert refused.value.code is Code.UNAUTHORIZED


def test_a_ticket_speaks_for_the_session_that_bought_it():
    world = World()
    token = run(world.credentials.new_token("u2", "bot", 60_000, asker=None))
    ticket = run(world.tickets.issue(world.root, "u2", token.id, SITE))
    principal = run(world.door.principal(Presented(tickets=(ticket.protocol,), origin=SITE)))
    assert (principal.user, principal.session, principal.credential) == ("u2", token.id, "ticket")
    assert principal.expires == 60.0, "what ends the token ends what its ticket opened"


def test_a_login_session_in_use_has_no_end_of_its_own():
    world = World()
    session = run(world.credentials.new_session("u1"))
    assert run(world.door.principal(Presented(cookies=(session.secret,)))).expires is None


def test_a_ticket_for_one_user_and_a_session_of_another_opens_nothing():
    world = World()
    session = run(world.credentials.new_session("u1"))
    ticket = run(world.tickets.issue(world.root, "u2", session.id, SITE))
    with pytest.raises(Refusal):
        run(world.door.principal(Presented(tickets=(ticket.protocol,), origin=SITE)))


def test_a_ticket_tried_from_the_wrong_site_is_used_up():
    world = World()
    session = run(world.credentials.new_session("u1"))
    ticket = run(world.tickets.issue(world.root, "u1", session.id, SITE))
    for origin in ("https://evil.example", SITE):
        with pytest.raises(Refusal):
            run(world.door.principal(Presented(tickets=(ticket.protocol,), origin=origin)))


def test_tickets_that_ran_out_do_not_pile_up_as_good():
    world = World()
    session = run(world.credentials.new_session("u1"))
    ticket = run(world.tickets.issue(world.root, "u1", session.id, SITE))
    world.clock.advance(30)
    with pytest.raises(Refusal):
        run(world.door.principal(Presented(tickets=(ticket.protocol,), origin=SITE)))


def test_what_a_token_is_limited_to_holds_for_its_tickets_too():
    world = World()
    scopes = frozenset({"messages:read", "tickets:write"})
    token = run(world.credentials.new_token("u1", "bot", None, scopes, asker=None))
    presented = Presented(authorizations=(f"Bearer {token.secret}",))
    principal = run(world.door.principal(presented))
    assert principal.scopes == scopes
    ticket = run(world.tickets.issue(world.root, "u1", principal.session, SITE))
    shown = Presented(tickets=(ticket.protocol,), origin=SITE)
    assert run(world.door.principal(shown)).scopes == scopes
    session = run(world.credentials.new_session("u1"))
    assert run(world.door.principal(Presented(cookies=(session.secret,)))).scopes is None
