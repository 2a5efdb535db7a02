"""Who may come, go, and be given a role."""

from collections.abc import Iterator

import pytest

from chatd.engine.accounts import SetDisabled
from chatd.features.members import MOST_STAYS
from tests.fakes.drive import run
from tests.features.test_views import ask
from tests.scenarios.memory import MemoryLink, MemoryWorld


@pytest.fixture
def world() -> Iterator[MemoryWorld]:
    world = MemoryWorld()
    for name in ("alice", "bob"):
        run(world.person(name))
    yield world
    world.stop()
    assert world.faults == []


@pytest.fixture
def alice(world: MemoryWorld) -> MemoryLink:
    return run(world.connect("alice", 1))


@pytest.fixture
def bob(world: MemoryWorld) -> MemoryLink:
    return run(world.connect("bob", 1))


def test_nobody_comes_and_goes_without_end_where_every_stay_is_kept(
    alice: MemoryLink, bob: MemoryLink
) -> None:
    # Reading took time in proportion to the reader's stays: 0.6 s after 100,000 of them.
    inn = ask(alice, type="create_room", key="1", name="Inn", history="joined")["room"]
    for stay in range(MOST_STAYS):
        assert ask(bob, type="join", key=f"j{stay}", room=inn)["type"] == "done"
        assert ask(bob, type="leave", key=f"l{stay}", room=inn)["type"] == "done"
    assert ask(bob, type="join", key="j", room=inn)["code"] == "limit-reached"
    refused = ask(alice, type="add_member", key="a", room=inn, user="@bob")
    assert refused["code"] == "limit-reached"


def test_a_role_for_somebody_who_is_not_there_is_refused_in_words_about_them(
    alice: MemoryLink, bob: MemoryLink
) -> None:
    room = ask(alice, type="create_room", key="1", name="Tea")["room"]
    refused = ask(alice, type="set_role", key="2", room=room, user="@bob", role="moderator")
    assert (refused["code"], refused["message"]) == ("not-found", "This person is not in the room.")


def test_a_block_is_taken_back_whatever_became_of_the_account(
    world: MemoryWorld, alice: MemoryLink, bob: MemoryLink
) -> None:
    assert ask(alice, type="block", key="1", user="@bob")["type"] == "done"
    bobs = ask(alice, type="person", user="@bob")["person"]["user"]
    world.desk.do(SetDisabled(bobs, True, 0))
    assert ask(alice, type="unblock", key="2", user="@bob")["type"] == "done"
    assert not ask(alice, type="blocked")["people"]
