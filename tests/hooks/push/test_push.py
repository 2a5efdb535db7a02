"""When somebody is pushed to and when not, how often, and what goes along."""

import json
from itertools import pairwise

from twisted.internet.defer import Deferred

from chatd.hooks.push.payload import SHOWN
from chatd.hooks.push.sender import SPACED
from chatd.hooks.push.watch import CALM, PAGE, SECOND_LOOK, STRETCH
from tests.hooks.push.fakes import Stage

#: The store is out of order for a moment.


def test_who_is_away_is_told_once_after_ten_seconds(stage: Stage) -> None:
    stage.say()
    stage.wait(9)
    assert stage.told == []
    stage.wait(3)
    assert stage.told == ["phone"]
    stage.wait(300)
    assert stage.told == ["phone"]
    assert stage.store.queue == {}
    stage.stop()


def test_what_was_read_within_those_is_not_told(stage: Stage) -> None:
    stage.say()
    stage.wait(8)
    stage.reads()
    stage.wait(120)
    assert stage.told == []
    stage.stop()


def test_who_is_at_a_page_is_not_told(stage: Stage) -> None:
    stage.here.add("bob")
    stage.say()
    stage.wait(300)
    assert stage.told == []
    assert stage.store.queue == {}
    stage.stop()


def test_who_only_seemed_to_be_is_told_a_minute_later(stage: Stage) -> None:
    stage.here.add("bob")
    stage.say()
    stage.wait(30)
    stage.here.clear()
    stage.wait(SECOND_LOOK)
    assert stage.told == ["phone"]
    stage.stop()


def test_who_left_with_something_unread_and_is_told_more_hears_of_it_at_once(
    stage: Stage,
) -> None:
    stage.here.add("bob")
    stage.say()
    stage.wait(15)
    stage.here.clear()
    stage.say()
    stage.wait(13)
    assert stage.told == ["phone"]
    stage.stop()


def test_a_browser_whose_page_is_open_is_left_to_that_page(stage: Stage) -> None:
    stage.browser("laptop")
    stage.open.add("laptop")
    stage.say("phone", "laptop")
    stage.wait(120)
    assert stage.told == ["phone"]
    stage.stop()


def test_of_one_room_a_browser_is_told_at_most_every_half_minute(stage: Stage) -> None:
    for _ in range(60):
        stage.say()
        stage.wait(1)
    stage.wait(SPACED + 15)
    at = [post.at for post in stage.services.posts]
    assert 3 <= len(at) <= 4
    assert all(later - sooner >= SPACED for sooner, later in pairwise(at))
    told = [stage.keys["phone"].opened(post.body) for post in stage.services.posts]
    assert json.loads(told[-1])["seq"] == 60
    stage.stop()


def test_other_rooms_and_other_browsers_are_not_held_up_by_that(stage: Stage) -> None:
    stage.browser("laptop")
    stage.say("phone")
    stage.wait(12)
    stage.say("phone", "laptop")
    stage.say("phone", room="cd")
    stage.wait(12)
    assert sorted(stage.told) == ["laptop", "phone", "phone"]
    stage.stop()


def test_two_of_one_room_have_one_topic_and_rooms_and_browsers_have_their_own(
    stage: Stage,
) -> None:
    stage.browser("laptop")
    stage.say("phone", "laptop")
    stage.say("phone", room="cd")
    stage.wait(12)
    stage.say("phone", "laptop")
    stage.wait(45)
    topics = [
        (name, post.headers["Topic"])
        for name, post in zip(stage.told, stage.services.posts, strict=True)
    ]
    assert len(topics) == 5
    assert len(set(topics)) == 3 == len({topic for _, topic in topics})
    stage.stop()


def test_while_nobody_subscribed_the_log_is_not_looked_through(stage: Stage) -> None:
    stage.store.browsers.clear()
    for _ in range(50):
        stage.say()
    stage.wait(60)
    assert stage.store.reads == 0
    assert stage.push.watch.position == 50
    assert stage.store.followers == {"push": 50}
    stage.stop()


def test_much_that_was_said_at_once_is_looked_through_in_stretches(stage: Stage) -> None:
    for number in range(STRETCH * 2 + 5):
        position = stage.say()
        if number % 100:
            stage.store.hears[position] = []
    stage.wait(13)
    assert stage.store.reads >= 3
    assert stage.told == ["phone"]
    stage.stop()


def test_a_call_to_many_is_written_down_in_pages_and_reaches_all(stage: Stage) -> None:
    names = [f"b{number:04}" for number in range(PAGE * 2 + 1)]
    for name in names:
        stage.browser(name, person=name)
    stage.say(*names)
    stage.wait(60)
    assert sorted(stage.told) == names
    assert stage.services.most <= stage.settings.concurrent
    stage.stop()


def test_no_more_go_out_at_a_time_than_is_set() -> None:
    stage = Stage(concurrent=3).start()
    stage.wait(CALM + 1)
    hanging: list[Deferred[int]] = [Deferred() for _ in range(3)]
    stage.services.plan = list(hanging)
    names = [f"b{number}" for number in range(8)]
    for name in names:
        stage.browser(name, person=name)
    stage.say(*names)
    stage.wait(30)
    assert len(stage.told) == 3
    hanging[0].callback(201)
    stage.wait(10)
    assert len(stage.told) == 8 and stage.services.most == 3
    hanging[1].callback(201)
    hanging[2].callback(201)
    stage.stop()


def test_words_go_along_only_where_both_want_it_and_not_too_many_of_them() -> None:
    for texts, wanted in ((True, True), (True, False), (False, True)):
        stage = Stage(texts=texts).start()
        stage.browser("phone", text=wanted)
        stage.wait(CALM + 1)
        stage.say(text="so " * 200)
        stage.wait(12)
        told = json.loads(stage.keys["phone"].opened(stage.services.posts[0].body))
        if texts and wanted:
            assert told["text"] == ("so " * 200)[:SHOWN] + "…"
        else:
            assert "text" not in told
        stage.stop()


def test_the_longest_text_of_the_widest_letters_fits() -> None:
    stage = Stage(texts=True).start()
    stage.browser("phone", text=True)
    stage.wait(CALM + 1)
    stage.say(text="\U0001f375" * 4000)
    stage.wait(12)
    (post,) = stage.services.posts
    assert len(post.body) <= 4096
    assert json.loads(stage.keys["phone"].opened(post.body))["text"].startswith("\U0001f375")
    stage.stop()


def test_what_is_counted_is_told_to_the_operator(stage: Stage) -> None:
    stage.services.plan = [503, 201, 400, 410]
    for room in ("ab", "cd", "ef"):
        stage.say(room=room)
        stage.wait(40)
    assert stage.push.summary() == "1 taken, 1 tries failed, 1 given up, 1 browsers gone"
    stage.stop()
