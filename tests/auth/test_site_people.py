"""People who come from a site: found again, made once, named, brought where they belong."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chatd.auth.credentials import SITE_KEPT_MS, Credentials
from chatd.auth.jwk import from_secret
from chatd.auth.jws import Keys
from chatd.auth.site_claims import Site
from chatd.auth.site_people import SitePeople
from chatd.auth.site_tokens import SiteToken
from chatd.core.codes import Code
from chatd.core.lookalikes import skeleton
from chatd.core.refusal import Refusal
from chatd.edge.api_exchange import vouched
from chatd.engine.accounts import CreateUser, SetAdmin, SetDisabled
from chatd.engine.unit import Append, CreateRoom, SetBan, SetMember, Unit
from tests.auth.test_site_tokens import GOOD, KEY, NOW, token
from tests.store.opened import Opened

MS = NOW * 1000


class StillClock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    def wall(self) -> int:
        return MS + round(self.seconds * 1000)


class World:
    def __init__(self, folder: Path) -> None:
        self.opened = Opened(folder).start()
        self.clock = StillClock()
        serial = iter(range(1, 100_000))

        def random(count: int) -> bytes:
            return hashlib.shake_256(next(serial).to_bytes(8, "big")).digest(count)

        self.random = random
        self.ended: list[str] = []
        self.credentials = Credentials(
            self.opened.store, self.clock, random, ended=lambda user, one: self.ended.append(one)
        )
        self.tea()

    def tea(self) -> None:
        """Alice, known otherwise, and three rooms of hers."""
        self.commit(CreateUser("alice", "alice", skeleton("alice"), "Alice", "x", False, MS))
        for room, kind, slug in (("r1", "public", "lobby"), ("r2", "private", None)):
            self.commit(
                CreateRoom(room, kind, room, slug, "", "alice", MS, True),
                Append(room, "room", "alice", MS, b"{}"),
                SetMember(room, "alice", "owner"),
            )

    def commit(self, *changes: Any) -> None:
        self.opened.commit(Unit("alice", changes=changes))

    def people(self, **rules: Any) -> SitePeople:
        site = Site(GOOD["iss"], GOOD["aud"], Keys([from_secret(KEY)]), **rules)
        return SitePeople(
            site, self.opened.store, self.credentials, self.clock, self.random, vouched
        )

    def arrive(self, people: SitePeople | None = None, **claims: Any) -> Any:
        from twisted.internet.defer import Deferred

        text = token({"exp": NOW + self.clock.seconds + 300, "iat": None, **claims})
        return self.opened.pump.wait(
            Deferred.fromCoroutine((people or self.people()).arrive(text, "site"))
        )

    def rooms(self, user: str) -> list[str]:
        _, heads, _ = self.opened.pump.wait(self.opened.store.arrival(user))
        return sorted(head.id for head in heads)

    def ask(self, read: Any) -> Any:
        return self.opened.pump.wait(read)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path / "store")
    yield world
    world.opened.stop()


def test_who_comes_again_is_the_same_person_whatever_they_are_called(world: World) -> None:
    first = world.arrive(name="anna", display="Anna Schmidt", email="a@example.org")
    again = world.arrive(name="eva")
    assert (again.user, again.name) == (first.user, "anna")
    row = world.ask(world.opened.store.user(first.user))
    assert (row.display, row.password, row.admin, row.kind) == (
        "Anna Schmidt",
        None,
        False,
        "person",
    )
    assert world.arrive(sub="43", name="anna").user != first.user


def test_a_name_never_leads_to_an_account_that_is_there(world: World) -> None:
    arrived = world.arrive(name="alice", email="alice@example.org")
    assert arrived.user != "alice"
    assert arrived.name == "alice2"


@pytest.mark.parametrize(
    ("claims", "name", "display"),
    [
        ({"name": "Anna"}, "anna", "Anna"),
        ({"name": "Anna Schmidt"}, "anna.schmidt", "Anna Schmidt"),
        ({"display": "Dr. Eva-Maria O'Neil"}, "dr.eva.maria.o.neil", "Dr. Eva-Maria O'Neil"),
        ({"name": "admin"}, "visitor", "admin"),
        ({"name": "\u0430lice"}, "visitor", "\u0430lice"),
        ({"name": "al1ce"}, "al1ce", "al1ce"),
        ({"name": "aIice"}, "aiice", "aIice"),
        ({}, "visitor", "visitor"),
        ({"name": "42"}, "visitor", "42"),
        ({"name": "x" * 80}, "x" * 32, "x" * 80),
        ({"name": "бен"}, "бен", "бен"),
        ({"name": "ben", "display": "a\u202eb"}, "ben", "ben"),
        ({"name": "ben", "display": " "}, "ben", "ben"),
    ],
)
def test_a_newcomer_gets_a_name_that_can_stand_here(
    world: World, claims: dict[str, Any], name: str, display: str
) -> None:
    arrived = world.arrive(**claims)
    assert arrived.name == name
    assert world.ask(world.opened.store.user(arrived.user)).display == display


def test_many_of_one_name_are_told_apart(world: World) -> None:
    names = [world.arrive(sub=f"s{number}", name="anna").name for number in range(14)]
    assert names[:9] == ["anna", *(f"anna{number}" for number in range(2, 10))]
    assert len(set(names)) == 14
    assert all(name.startswith("anna") and len(name) == 10 for name in names[9:])


def test_a_long_name_keeps_room_for_its_number(world: World) -> None:
    names = [world.arrive(sub=f"s{number}", name="y" * 40).name for number in range(2)]
    assert names == ["y" * 32, "y" * 31 + "2"]


def test_the_secret_ends_with_the_token_and_no_later_than_the_setting_says(world: World) -> None:
    assert world.arrive().session.expires == MS + (300 + 30) * 1000
    short = world.people(longest=100, leeway=10)
    assert world.arrive(short, exp=NOW + 100).session.expires == MS + 100_000


def test_the_secret_is_good_for_talking_alone_and_never_administers(world: World) -> None:
    first = world.arrive()
    world.commit(SetAdmin(first.user, True))
    secret = world.arrive().session.secret
    assert secret.startswith("chatd_e_")
    from twisted.internet.defer import Deferred

    from chatd.auth.door import Door, Presented
    from chatd.auth.tickets import Tickets

    door = Door(world.credentials, Tickets(world.opened.store, world.clock, world.random))
    admitted = world.ask(
        Deferred.fromCoroutine(door.admit(Presented(authorizations=(f"Bearer {secret}",))))
    )
    who = admitted.principal
    assert (who.user, who.admin, who.expires) == (first.user, False, NOW + 330)
    assert who.has("chat") and who.has("tickets:write")
    assert not who.has("tokens:write") and not who.has("users:write")


def test_newcomers_join_the_rooms_of_the_settings_and_of_the_token(world: World) -> None:
    people = world.people(rooms=("r2",))
    arrived = world.arrive(people, rooms=["lobby", "no-such-room", "r2"])
    assert world.rooms(arrived.user) == ["r1", "r2"]
    world.commit(SetMember("r2", arrived.user, None), SetMember("r1", arrived.user, None))
    world.arrive(people, rooms=["lobby"])
    assert world.rooms(arrived.user) == ["r1"], "what the settings say is for newcomers"


def test_a_private_room_needs_the_settings(world: World) -> None:
    assert world.rooms(world.arrive(rooms=["r2", "lobby"]).user) == ["r1"]
    open_to = world.people(private_rooms=True)
    assert world.rooms(world.arrive(open_to, rooms=["r2"]).user) == ["r1", "r2"]


def test_no_token_leads_into_what_two_people_say_to_one_another(world: World) -> None:
    world.commit(CreateUser("bob", "bob", skeleton("bob"), "", None, False, MS))
    world.commit(
        CreateRoom("d1", "direct", "", None, "", "alice", MS, True, ("alice", "bob")),
        Append("d1", "room", "alice", MS, b"{}"),
        SetMember("d1", "alice", "member"),
        SetMember("d1", "bob", "member"),
    )
    arrived = world.arrive(world.people(private_rooms=True), rooms=["d1"])
    assert world.rooms(arrived.user) == []


def test_who_is_banned_stays_out(world: World) -> None:
    arrived = world.arrive()
    world.commit(SetBan("r1", arrived.user, "alice", MS))
    world.arrive(rooms=["lobby"])
    assert world.rooms(arrived.user) == []


def test_joining_is_told_like_any_other(world: World) -> None:
    world.opened.told.clear()
    arrived = world.arrive(rooms=["lobby"])
    (event,) = [row for batch in world.opened.told for unit in batch for row in unit.events]
    assert (event.kind, event.room, event.subject) == ("membership", "r1", arrived.user)


def test_where_no_accounts_are_made_the_sentence_says_which_setting(world: World) -> None:
    closed = world.people(create_users=False)
    with pytest.raises(Refusal, match=r"site\.create_users is off") as caught:
        world.arrive(closed)
    assert caught.value.code is Code.FORBIDDEN
    known = world.arrive()
    assert world.arrive(closed).user == known.user


def test_a_disabled_account_gets_nothing(world: World) -> None:
    arrived = world.arrive()
    world.commit(SetDisabled(arrived.user, True, MS))
    with pytest.raises(Refusal, match="disabled"):
        world.arrive()


def test_two_who_come_at_once_are_one(world: World) -> None:
    from twisted.internet.defer import Deferred, gatherResults

    people, text = world.people(), token({"name": "anna"})
    both = world.ask(gatherResults([Deferred.fromCoroutine(people.arrive(text)) for _ in range(2)]))
    assert both[0].user == both[1].user
    assert both[0].session.secret != both[1].session.secret


def test_a_loop_gone_wild_is_slowed_down(world: World) -> None:
    people = world.people()
    for _ in range(30):
        world.arrive(people)
    with pytest.raises(Refusal) as caught:
        world.arrive(people)
    assert (caught.value.code, caught.value.retry_after) == (Code.RATE_LIMITED, 5.0)
    world.arrive(people, sub="another")


def test_what_is_long_over_goes_and_of_too_many_the_oldest(world: World) -> None:
    user = world.arrive().user
    for _ in range(120):
        world.clock.seconds += 1
        world.arrive(exp=NOW + 3000)
    held = world.ask(world.opened.store.credentials(user))
    assert len(held) == 100
    assert len(world.ended) == 21
    world.clock.seconds = 3000 + 30 + SITE_KEPT_MS / 1000
    world.arrive()
    assert len(world.ask(world.opened.store.credentials(user))) == 1


def test_an_address_that_is_none_is_not_kept(world: World) -> None:
    from chatd.auth.newcomers import address

    assert address("a@example.org") == "a@example.org"
    assert [address(text) for text in ("", "a", "@b", "a@", "a b@c", "a@b\n", " a@b")] == [None] * 7
    assert SiteToken("i", "1", 1.0).email is None
