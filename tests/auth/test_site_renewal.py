"""Going on over the end of a token, keys that go, keys that the site publishes, roles."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from twisted.internet.defer import Deferred

from chatd.auth.jwk import from_secret
from chatd.auth.jwks import FRESH, PublishedKeys, Unavailable
from chatd.auth.jws import Keys
from chatd.auth.site_claims import Site
from chatd.auth.site_people import SitePeople
from chatd.auth.unkeyed import end_unkeyed
from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.edge.api_exchange import vouched
from chatd.engine.accounts import SetDisabled
from chatd.engine.unit import SetMember
from tests.auth.keys import jwk, raw, token
from tests.auth.test_jwks import a_set
from tests.auth.test_site_people import MS, World
from tests.auth.test_site_tokens import GOOD, KEY, NOW

OLD = from_secret(b"the old secret of the shop, not so short", "old")
NEW = from_secret(b"the new secret of the shop, not so short", "new")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path / "store")
    yield world
    world.opened.stop()


class Meanwhile:
    """The store, which lets something happen whenever somebody is looked up by their identity."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.happens: Any = lambda: None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def identity(self, issuer: str, subject: str) -> Any:
        self.happens()
        return await self._store.identity(issuer, subject)


class Shop:
    """The people of a site with an old and a new key, and what was told of them."""

    def __init__(self, world: World, published: PublishedKeys | None = None, **rules: Any) -> None:
        self.world = world
        self.store = Meanwhile(world.opened.store)
        self.extended: list[tuple[str, str, int]] = []
        self.ended: list[str] = []
        keys = Keys([from_secret(KEY), OLD, NEW])
        site = Site(GOOD["iss"], GOOD["aud"], keys, publishes=published is not None, **rules)
        self.people = SitePeople(
            site,
            self.store,
            world.credentials,
            world.clock,
            world.random,
            vouched,
            published,
            lambda *told: self.extended.append(told),
        )

    def token(self, key: Any = OLD, **claims: Any) -> str:
        said = {**GOOD, "exp": NOW + self.world.clock.seconds + 300, **claims}
        said.pop("iat")
        head = json.dumps({"alg": "HS256", "kid": key.kid}).encode()
        return raw("HS256", head, json.dumps(said).encode(), key.material)

    def arrive(self, key: Any = OLD, **claims: Any) -> Any:
        return self.wait(self.people.arrive(self.token(key, **claims)))

    def renew(self, actor: Principal, key: Any = NEW, **claims: Any) -> int:
        found: int = self.wait(self.people.renew(actor, self.token(key, **claims)))
        return found

    def wait(self, coroutine: Any) -> Any:
        return self.world.opened.pump.wait(Deferred.fromCoroutine(coroutine))

    def actor(self, arrived: Any) -> Principal:
        return Principal(
            arrived.user, arrived.name, False, "ticket", arrived.session.id, NOW + 330.0
        )

    def ends(self, user: str) -> dict[str, int | None]:
        rows = self.world.ask(self.world.opened.store.credentials(user))
        return {row.id: row.expires for row in rows}

    def tidy(self) -> int:
        found: int = self.wait(
            end_unkeyed(
                self.world.opened.store,
                self.people.stands,
                lambda user, credential: self.ended.append(credential),
            )
        )
        return found


def refused(call: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        call()
    return caught.value


def test_a_fresh_token_of_the_same_person_moves_the_end(world: World) -> None:
    shop = Shop(world)
    arrived = shop.arrive()
    world.clock.seconds = 200
    actor = shop.actor(arrived)
    ends = shop.renew(actor, rooms=["lobby"])
    assert ends == MS + 200_000 + 330_000
    assert shop.ends(arrived.user) == {arrived.session.id: ends}
    assert shop.extended == [(arrived.user, arrived.session.id, ends)]
    assert world.rooms(arrived.user) == ["r1"], "the rooms of the token are joined at once"


def test_a_token_of_somebody_else_changes_nothing(world: World) -> None:
    shop = Shop(world)
    arrived = shop.arrive()
    shop.arrive(sub="43")
    before = shop.ends(arrived.user)
    world.clock.seconds = 200
    for sub in ("43", "44"):
        assert refused(lambda s=sub: shop.renew(shop.actor(arrived), sub=s)).code is (
            Code.FORBIDDEN
        )
    assert shop.ends(arrived.user) == before
    assert shop.extended == []
    assert world.ask(world.opened.store.identity(GOOD["iss"], "44")) is None, "nobody is made"


def test_a_bad_token_renews_nothing_and_names_the_claim(world: World) -> None:
    shop = Shop(world)
    actor = shop.actor(shop.arrive())
    why = refused(lambda: shop.renew(actor, aud="https://other.example"))
    assert (why.code, why.field) == (Code.UNAUTHORIZED, "aud")
    assert shop.extended == []


def test_what_is_no_site_s_is_not_renewed(world: World) -> None:
    shop = Shop(world)
    arrived = shop.arrive()
    other = shop.wait(world.credentials.new_token(arrived.user, "program", 60_000, asker=None))
    actor = replace(shop.actor(arrived), session=other.id)
    assert refused(lambda: shop.renew(actor)).code is Code.WRONG_STATE


def test_what_has_ended_is_not_renewed(world: World) -> None:
    shop = Shop(world)
    arrived = shop.arrive()
    actor = shop.actor(arrived)
    world.clock.seconds = 331
    assert refused(lambda: shop.renew(actor)).code is Code.UNAUTHORIZED
    again = shop.arrive()
    world.commit(SetDisabled(again.user, True, MS))
    assert refused(lambda: shop.renew(shop.actor(again))).code is Code.FORBIDDEN
    assert shop.extended == []


def test_renewing_without_end_is_slowed_down(world: World) -> None:
    shop = Shop(world)
    actor = shop.actor(shop.arrive())
    for _ in range(29):
        shop.renew(actor)
    assert refused(lambda: shop.renew(actor)).code is Code.RATE_LIMITED


def test_what_stands_on_a_removed_key_ends_and_nothing_else(world: World) -> None:
    shop = Shop(world)
    old, new = shop.arrive(OLD), shop.arrive(NEW)
    other = shop.wait(world.credentials.new_site(old.user, "a visit", MS + 900_000, asker=None))
    assert shop.tidy() == 0
    shop.people.change_keys(Keys([NEW]))
    assert shop.tidy() == 1
    assert shop.ended == [old.session.id]
    assert set(shop.ends(old.user)) == {new.session.id, other.id}
    assert refused(lambda: shop.arrive(OLD)).field == "kid"


def test_nobody_comes_or_goes_on_by_a_key_that_is_removed_meanwhile(world: World) -> None:
    shop = Shop(world)
    here, both, one = shop.arrive(NEW), Keys([OLD, NEW]), Keys([NEW])
    shop.people.change_keys(both)
    shop.store.happens = lambda: shop.people.change_keys(one)
    assert refused(lambda: shop.arrive(OLD)).code is Code.UNAUTHORIZED
    assert set(shop.ends(here.user)) == {here.session.id}
    shop.people.change_keys(both)
    assert refused(lambda: shop.renew(shop.actor(here), OLD)).code is Code.UNAUTHORIZED
    assert shop.ends(here.user) == {} and shop.extended == []


def test_what_was_renewed_stands_on_the_new_key(world: World) -> None:
    shop = Shop(world)
    arrived = shop.arrive(OLD)
    shop.renew(shop.actor(arrived), NEW)
    shop.people.change_keys(Keys([NEW]))
    assert shop.tidy() == 0
    shop.people.change_keys(Keys([OLD]))
    assert shop.tidy() == 1


def test_another_key_under_the_same_name_is_another_key(world: World) -> None:
    shop = Shop(world)
    shop.arrive(OLD)
    shop.people.change_keys(Keys([from_secret(NEW.material, "old")]))  # type: ignore[arg-type]
    assert shop.tidy() == 1


def test_published_keys_let_in_and_end_with_their_end(world: World) -> None:
    body: list[bytes | None] = [a_set(jwk("RS256", kid="one"), jwk("ES256", kid="two"))]

    async def fetch() -> bytes:
        if body[0] is None:
            raise Unavailable("no answer within 5 s")
        return body[0]

    changes: list[None] = []
    published = PublishedKeys(
        fetch, world.clock, lambda _: None, changed=lambda: changes.append(None)
    )
    shop = Shop(world, published)
    claims = {**GOOD, "exp": NOW + 300}
    first = shop.wait(shop.people.arrive(token("RS256", claims, kid="one")))
    second = shop.wait(shop.people.arrive(token("ES256", claims, kid="two")))
    assert first.user == second.user and shop.tidy() == 0
    body[0] = a_set(jwk("ES256", kid="two"))
    world.clock.seconds = FRESH + 1
    later = {**GOOD, "iat": NOW + 600, "exp": NOW + 900}
    why = refused(lambda: shop.wait(shop.people.arrive(token("RS256", later, kid="one"))))
    assert why.field == "kid"
    assert len(changes) == 2, "with the first ones, and when some went"
    assert shop.tidy() == 1
    assert shop.ended == [first.session.id]


def test_where_published_keys_cannot_be_had_the_setting_is_named(world: World) -> None:
    async def fetch() -> bytes:
        raise Unavailable("no answer within 5 s")

    shop = Shop(world, PublishedKeys(fetch, world.clock, lambda _: None))
    claims = {**GOOD, "exp": NOW + 300}
    why = refused(lambda: shop.wait(shop.people.arrive(token("RS256", claims, kid="one"))))
    assert why.code is Code.UNAVAILABLE and "site.jwks_url" in why.message
    assert shop.arrive(OLD).user, "keys that lie here do not wait for it"


def test_nobody_is_asked_for_a_key_that_could_not_be_published(world: World) -> None:
    asked: list[None] = []

    async def fetch() -> bytes:
        asked.append(None)
        return a_set(jwk("RS256", kid="one"))

    shop = Shop(world, PublishedKeys(fetch, world.clock, lambda _: None))
    good = token("RS256", {**GOOD, "exp": NOW + 300}, kid="one")
    head = b'{"alg":"HS256","kid":"unknown"}'
    theirs = raw("HS256", head, json.dumps(GOOD).encode(), b"y" * 40)
    for forged in ("x", f"{good}=", "x" * 9000, theirs, f"{good}.x"):
        refused(lambda text=forged: shop.wait(shop.people.arrive(text)))
    assert asked == []
    for number in range(5):
        made_up = token("RS256", GOOD, kid=f"made-up-{number}")
        refused(lambda text=made_up: shop.wait(shop.people.arrive(text)))
    assert len(asked) == 1


def test_a_role_is_given_where_the_settings_allow_it(world: World) -> None:
    shop = Shop(world, roles=("reader", "member", "moderator"))

    def role(user: str) -> str | None:
        (room,) = world.ask(world.opened.store.rooms_named(user, ("lobby",)))
        return room.role

    first = shop.arrive(rooms=["lobby"], role="moderator")
    assert role(first.user) == "moderator"
    shop.arrive(rooms=["lobby"])
    assert role(first.user) == "moderator", "a token that says none takes none away"
    shop.arrive(rooms=["lobby"], role="reader")
    assert role(first.user) == "reader"
    world.commit(SetMember("r1", first.user, "owner"))
    shop.arrive(rooms=["lobby"], role="reader")
    assert role(first.user) == "owner", "an owner stays one"
    plain = Shop(world)
    assert refused(lambda: plain.arrive(role="moderator")).field == "role"
