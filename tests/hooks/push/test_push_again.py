"""What becomes of a push that nobody takes, of one that was refused, and of all over a restart."""

from itertools import pairwise

import pytest
from twisted.internet.defer import Deferred

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.hooks.answers import Answer
from chatd.hooks.post import NoAnswer
from chatd.hooks.push.reach import OutOfReach
from chatd.hooks.push.sender import SPACED
from chatd.hooks.push.watch import CALM, PUSH, SAVED_EVERY
from tests.hooks.push.fakes import Stage

#: The store is out of order for a moment.
TROUBLE = Refusal(Code.UNAVAILABLE, "The store is out of order.", retry=True)


@pytest.mark.parametrize("failure", [429, 500, 503, 307, NoAnswer("no answer within 10 s")])
def test_what_fails_is_tried_again_later_and_later(stage: Stage, failure: object) -> None:
    stage.services.plan = [failure] * 4
    stage.say()
    stage.wait(60)
    at = [post.at for post in stage.services.posts]
    assert len(at) == 5
    waits = [later - sooner for sooner, later in pairwise(at)]
    assert waits == sorted(waits)
    assert waits[0] >= 1 and waits[-1] >= 8
    stage.stop()


def test_a_service_is_left_alone_for_as_long_as_it_asks(stage: Stage) -> None:
    stage.services.plan = [Answer(429, 100.0)]
    stage.say()
    stage.wait(20)
    stage.say(room="cd")
    stage.say()
    stage.wait(80)
    assert len(stage.told) == 1
    stage.wait(20)
    assert len(stage.told) == 3
    stage.stop()


def test_that_outlives_a_restart(stage: Stage) -> None:
    stage.services.plan = [Answer(429, 300.0)]
    stage.say()
    stage.wait(20)
    stage.again()
    stage.wait(200)
    assert len(stage.told) == 1
    stage.wait(150)
    assert len(stage.told) == 2
    stage.stop()


def test_what_waits_at_a_start_waits_for_people_to_come_back(stage: Stage) -> None:
    stage.services.plan = [Answer(429, 5.0)]
    stage.say()
    stage.wait(12)
    stage.again()
    stage.wait(CALM / 2)
    stage.here.add("bob")
    stage.wait(CALM)
    assert len(stage.told) == 1 and stage.store.queue == {}
    stage.stop()


def test_who_comes_back_while_it_fails_is_not_told(stage: Stage) -> None:
    stage.services.plan = [503] * 3
    stage.say()
    stage.wait(12)
    stage.here.add("bob")
    stage.wait(120)
    told = len(stage.told)
    assert 1 <= told <= 3 and stage.store.queue == {}
    stage.stop()


def test_what_nobody_takes_is_given_up_when_it_is_too_old() -> None:
    stage = Stage(ttl=100).start()
    stage.wait(CALM + 1)
    stage.services.plan = [503] * 100
    stage.say()
    stage.wait(300)
    assert stage.store.queue == {}
    assert 3 < len(stage.told) < 12
    assert [int(post.headers["TTL"]) for post in stage.services.posts][:1] < [91]
    assert stage.push.sender.skipped == 1
    stage.stop()


@pytest.mark.parametrize("gone", [404, 410, OutOfReach("private")])
def test_a_browser_that_is_gone_is_forgotten_with_all_that_waits(
    stage: Stage, gone: object
) -> None:
    stage.services.plan = [gone]
    stage.say()
    stage.say(room="cd")
    stage.wait(20)
    assert stage.store.browsers == {} and stage.store.queue == {}
    stage.say()
    stage.wait(60)
    assert len(stage.told) <= 2
    stage.stop()


def test_a_browser_that_subscribed_anew_meanwhile_is_not(stage: Stage) -> None:
    hanging: Deferred[int] = Deferred()
    stage.services.plan = [hanging]
    stage.say()
    stage.wait(12)
    stage.browser("phone")
    before = stage.store.browsers["phone"]
    stage.store.browsers["phone"] = type(before)(
        "phone", "bob", "https://push.example.net/new", before.key, before.auth, False
    )
    hanging.callback(410)
    stage.wait(1)
    assert "phone" in stage.store.browsers
    stage.stop()


@pytest.mark.parametrize("status", [400, 401, 403, 413])
def test_what_is_refused_for_good_is_dropped(stage: Stage, status: int) -> None:
    stage.services.plan = [status]
    stage.say()
    stage.wait(120)
    assert stage.told == ["phone"] and stage.store.queue == {}
    assert "phone" in stage.store.browsers
    stage.stop()


def test_what_is_said_while_it_is_on_its_way_goes_out_as_well(stage: Stage) -> None:
    hanging: Deferred[int] = Deferred()
    stage.services.plan = [hanging]
    stage.say()
    stage.wait(12)
    stage.say()
    stage.wait(20)
    assert len(stage.told) == 1
    hanging.callback(201)
    stage.wait(SPACED + 5)
    assert len(stage.told) == 2
    stage.stop()


def test_a_new_one_begins_at_the_end_of_the_log() -> None:
    stage = Stage()
    stage.say()
    stage.start()
    stage.wait(120)
    assert stage.told == []
    assert stage.store.followers == {"push": 1}
    stage.stop()


def test_after_a_restart_it_goes_on_where_it_was_and_people_have_time_to_come_back(
    stage: Stage,
) -> None:
    stage.say()
    stage.wait(3)
    stage.again()
    stage.wait(CALM - 2)
    assert stage.told == []
    stage.wait(5)
    assert stage.told == ["phone"]
    stage.again()
    stage.wait(120)
    assert stage.told == ["phone"]
    stage.stop()


def test_what_was_found_and_how_far_it_came_are_one_commit(stage: Stage) -> None:
    stage.say()
    stage.wait(11)
    (unit,) = [unit for unit in stage.store.commits if len(unit.changes) == 3]
    assert [type(change).__name__ for change in unit.changes] == [
        "QueuePushes",
        "QueuePushes",
        "SetFollower",
    ]
    stage.stop()


def test_a_position_alone_is_written_down_now_and_then(stage: Stage) -> None:
    before = len(stage.store.commits)
    for _ in range(40):
        stage.store.hears[stage.say()] = []
        stage.wait(1)
    assert 1 <= len(stage.store.commits) - before <= 40 / SAVED_EVERY + 1
    stage.stop()


def test_trouble_with_the_store_loses_nothing_and_repeats_nothing(stage: Stage) -> None:
    stage.say()
    stage.wait(8)
    stage.store.refusals = [TROUBLE] * 4
    stage.wait(60)
    assert stage.told == ["phone"] and stage.store.queue == {}
    stage.stop()


def test_a_store_that_takes_nothing_at_the_first_start_does_not_keep_it_from_starting() -> None:
    stage = Stage()
    stage.store.refusals = [TROUBLE]
    stage.start()
    stage.wait(CALM)
    stage.say()
    stage.wait(30)
    assert stage.told == ["phone"]
    assert stage.store.followers == {PUSH: 1}
    stage.stop()


def test_what_was_taken_is_not_sent_again_because_that_could_not_be_written_down(
    stage: Stage,
) -> None:
    hanging: Deferred[int] = Deferred()
    stage.services.plan = [hanging]
    stage.say()
    stage.wait(12)
    assert len(stage.told) == 1
    stage.store.refusals = [TROUBLE] * 3
    hanging.callback(201)
    stage.wait(60)
    assert len(stage.told) == 1 and stage.store.queue == {}
    stage.stop()


def test_a_stop_gives_up_what_is_on_its_way_and_the_next_life_sends_it(stage: Stage) -> None:
    stage.services.plan = [Deferred()]
    stage.say()
    stage.wait(12)
    stage.again()
    stage.wait(CALM + 5)
    assert stage.told == ["phone", "phone"]
    stage.stop()
