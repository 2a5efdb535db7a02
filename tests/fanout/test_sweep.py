"""What a large room got goes round its readers, and the reactor has its turn in between."""

import pytest

from chatd.fanout.hub import Hub
from chatd.fanout.sweep import LARGE, MANY, PORTION, SPELL
from tests.fakes.listener import Listener
from tests.fanout.stage import Stage

PEOPLE = LARGE + PORTION
USERS = [f"u{number:03}" for number in range(PEOPLE)]


class Watch:
    """The hub's own clock, on which writing takes time; nothing is due by it."""

    def __init__(self) -> None:
        self.spent = 0.0

    def now(self) -> float:
        return self.spent

    def wall(self) -> int:
        return 0


class Slow(Listener):
    """So slow that a spell is over with a portion of them."""

    def __init__(self, watch: Watch, inflates: bool = False) -> None:
        super().__init__(inflates)
        self._watch = watch

    def write(self, data: bytes) -> None:
        super().write(data)
        self._watch.spent += SPELL / PORTION


class Crowd(Stage):
    """Everybody has the large room open. ``inflates``: every second one does."""

    def __init__(self, inflates: bool = False) -> None:
        super().__init__(large=" ".join(USERS), small="u000 u001 u300")
        watch = Watch()
        self.hub = Hub(self.clock, watch, self.log.position, self.faults.append)
        self.ears: list[Slow] = []
        self.people = []
        for number, user in enumerate(USERS):
            ear = Slow(watch, inflates and number % 2 == 1)
            person = self.hub.attach(user, user.title(), ear, ear.inflates)
            person.memberships(self.log.rooms_of(user), self.log.position)
            person.release()
            self.open(person, "large")
            self.ears.append(ear)
            self.people.append(person)
        self.clock.advance(10)
        self.take()

    def take(self) -> None:
        for ear in self.ears:
            ear.take()

    def say(self, room: str = "large", **fields: str) -> int:
        """Committed and handed to the hub; not written yet. Its position."""
        self.log.say(room, USERS[0], **fields)
        self.deliver(turn=False)
        return self.log.position

    def heard(self) -> list[list[int]]:
        return [ear.events for ear in self.ears]

    def reached(self) -> list[bool]:
        return [bool(ear.writes) for ear in self.ears]

    def to_the_end(self) -> None:
        for _ in range(3 * PEOPLE // PORTION):
            self.clock.turn()
        assert self.hub.turn._sweep is None and not self.hub.turn._asked


@pytest.fixture
def crowd() -> Crowd:
    return Crowd()


def test_the_reactor_has_its_turn_after_each_spell_and_everybody_is_reached_once(
    crowd: Crowd,
) -> None:
    event = crowd.say()
    reached = []
    while not all(crowd.reached()):
        crowd.clock.turn()
        reached.append(sum(crowd.reached()))
    assert reached == list(range(PORTION, PEOPLE + 1, PORTION))
    crowd.to_the_end()
    assert crowd.heard() == [[event]] * PEOPLE


def test_what_comes_meanwhile_leaves_with_what_is_on_its_way_and_is_not_waited_for(
    crowd: Crowd,
) -> None:
    first = crowd.say()
    crowd.clock.turn()
    second = crowd.say()
    for _ in range(LARGE // PORTION):
        crowd.clock.turn()
    assert crowd.heard() == [[first]] * PORTION + [[first, second]] * LARGE
    assert [len(ear.writes) for ear in crowd.ears] == [1] * PEOPLE, "joined for whoever waited"
    crowd.to_the_end()
    assert crowd.heard() == [[first, second]] * PEOPLE


def test_a_reply_that_held_nothing_back_hurries_nobody(crowd: Crowd) -> None:
    event = crowd.say()
    crowd.clock.turn()
    crowd.people[-1].release()
    assert sum(crowd.reached()) == PORTION
    crowd.to_the_end()
    assert crowd.heard() == [[event]] * PEOPLE


def test_under_an_endless_stream_it_goes_round_and_round_in_order(crowd: Crowd) -> None:
    said = []
    for _ in range(3 * PEOPLE // PORTION):
        said.append(crowd.say())
        said.append(crowd.say())
        crowd.clock.turn()
    assert max(map(len, crowd.heard())) - min(map(len, crowd.heard())) <= 2 * PEOPLE // PORTION
    crowd.to_the_end()
    assert crowd.heard() == [said] * PEOPLE
    assert sum(len(ear.writes) for ear in crowd.ears) < PEOPLE * len(said) / 2


def test_what_everybody_has_is_not_kept(crowd: Crowd) -> None:
    most = 0
    for _ in range(10 * PEOPLE // PORTION):
        crowd.say()
        crowd.clock.turn()
        under_way = crowd.hub.turn._sweep
        assert under_way is not None
        most = max(most, len(under_way._entries))
    assert most <= 1 + PEOPLE // PORTION


def test_who_inflates_gets_the_same_deflated() -> None:
    crowd = Crowd(inflates=True)
    said = [crowd.say(text="tea, please, and " * 40)]
    crowd.clock.turn()
    said.append(crowd.say(text="more of it, and " * 40))
    crowd.to_the_end()
    assert crowd.heard() == [said] * PEOPLE
    sizes = [sum(map(len, ear.writes)) for ear in crowd.ears]
    assert max(sizes[1::2]) < min(sizes[::2]) / 4


def test_a_small_room_of_other_people_does_not_wait_for_it(crowd: Crowd) -> None:
    ear, reader = Listener(), None
    crowd.log.move("tea", "zoe", True)
    crowd.deliver()
    reader = crowd.hub.attach("zoe", "Zoe", ear)
    reader.memberships(crowd.log.rooms_of("zoe"), crowd.log.position)
    reader.release()
    crowd.open(reader, "tea")
    crowd.clock.advance(10)
    crowd.take()
    ear.take()
    crowd.say()
    crowd.clock.turn()
    crowd.log.say("tea", "zoe")
    crowd.deliver()
    assert len(ear.events) == 1
    assert sum(crowd.reached()) == 2 * PORTION, "and the large one goes on"


def test_who_hears_another_room_too_gets_everything_in_order(crowd: Crowd) -> None:
    for number in (0, 1, 300):
        crowd.open(crowd.people[number], "small")
    large = crowd.say()
    crowd.clock.turn()
    small = crowd.say("small")
    crowd.clock.turn()
    assert crowd.ears[300].events == [large, small]
    assert crowd.ears[0].events == [large, small]
    crowd.to_the_end()
    assert crowd.ears[100].events == [large]


def test_who_comes_meanwhile_finds_everything_written_and_hears_what_is_next(crowd: Crowd) -> None:
    first = crowd.say()
    crowd.clock.turn()
    ear = Listener()
    reader = crowd.hub.attach(USERS[5], "Five", ear)
    assert all(crowd.reached())
    reader.memberships(crowd.log.rooms_of(USERS[5]), crowd.log.position)
    reader.release()
    crowd.open(reader, "large")
    second = crowd.say()
    crowd.clock.turn()
    third = crowd.say()
    crowd.clock.advance(1)
    assert crowd.heard() == [[first, second, third]] * PEOPLE
    assert ear.events == [second, third]


def test_who_is_moved_out_meanwhile_gets_what_was_before_and_no_more(crowd: Crowd) -> None:
    before = crowd.say()
    crowd.clock.turn()
    crowd.log.move("large", USERS[-1], False)
    crowd.deliver(turn=False)
    moved = crowd.log.position
    after = crowd.say()
    crowd.to_the_end()
    assert crowd.ears[-1].events == [before, moved]
    assert crowd.heard()[:-1] == [[before, moved, after]] * (PEOPLE - 1)


def test_whose_heads_are_asked_for_has_everything_and_the_others_need_not_wait_or_hurry(
    crowd: Crowd,
) -> None:
    said = [crowd.say()]
    crowd.clock.turn()
    said.append(crowd.say())
    heads = crowd.people[-1].heads()
    assert heads == crowd.log.head("large")
    assert crowd.ears[-1].events == said
    assert sum(crowd.reached()) == 2 * PORTION
    said.append(crowd.say())
    assert crowd.people[0].heads() == heads + 1 and crowd.ears[0].events == said
    crowd.to_the_end()
    assert crowd.heard() == [said] * PEOPLE


@pytest.mark.parametrize(("entries", "portions"), [(MANY - 1, 1), (MANY, 2), (100 * MANY, 5)])
def test_the_more_is_on_its_way_the_longer_a_spell(
    crowd: Crowd, entries: int, portions: int
) -> None:
    said = [crowd.say() for _ in range(entries)]
    crowd.clock.turn()
    assert sum(crowd.reached()) == portions * PORTION
    crowd.to_the_end()
    assert crowd.heard() == [said] * PEOPLE


def test_a_spell_has_an_end_however_much_is_on_its_way(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatd.fanout.sweep.LONGEST", 3)
    for _ in range(100 * MANY):
        crowd.say()
    crowd.clock.turn()
    assert sum(crowd.reached()) == 3 * PORTION
    crowd.to_the_end()


@pytest.mark.parametrize("how", ["detach", "drop_all"])
def test_who_goes_meanwhile_gets_nothing_more(crowd: Crowd, how: str) -> None:
    crowd.say()
    crowd.clock.turn()
    getattr(crowd.people[-1], how)()
    crowd.to_the_end()
    assert not crowd.ears[-1].writes
    assert all(crowd.reached()[:-1])


@pytest.mark.parametrize("how", ["detach", "drop_all", "hold"])
def test_who_went_between_two_messages_does_not_hear_the_second(crowd: Crowd, how: str) -> None:
    said = [crowd.say()]
    crowd.to_the_end()
    getattr(crowd.people[-1], how)()
    crowd.say()
    crowd.to_the_end()
    assert crowd.ears[-1].events == said
    assert all(len(events) == 2 for events in crowd.heard()[:-1])


def test_who_came_between_two_messages_hears_the_second(crowd: Crowd) -> None:
    crowd.people[-1].hide("large")
    crowd.say()
    crowd.to_the_end()
    crowd.open(crowd.people[-1], "large")
    said = crowd.say()
    crowd.to_the_end()
    assert crowd.ears[-1].events == [said]


def test_an_outbox_that_raises_is_dropped_and_the_others_are_reached(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(data: bytes) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(crowd.ears[LARGE], "write", fails)
    crowd.say()
    crowd.to_the_end()
    assert [str(fault) for fault in crowd.faults] == ["a mistake of ours"]
    assert not crowd.people[LARGE].open_rooms
    assert sum(crowd.reached()) == PEOPLE - 1


def test_a_room_that_is_not_large_is_written_to_at_once() -> None:
    stage = Stage(tea="ann bob")
    bob, _ = stage.attach("bob", "tea")
    stage.log.say("tea", "ann")
    stage.deliver()
    assert len(bob.events) == 1 and stage.hub.turn._sweep is None


@pytest.mark.parametrize("meanwhile", [False, True])
def test_whose_page_was_ahead_of_what_is_told_hears_all_that_comes_after_it(
    crowd: Crowd, meanwhile: bool
) -> None:
    late, ear = crowd.people[-1], crowd.ears[-1]
    late.hide("large")
    crowd.log.say("large", USERS[0])
    if meanwhile:
        crowd.log.say("large", USERS[0])
    crowd.open(late, "large")  # the page holds what the hub does not know yet
    if meanwhile:
        crowd.hub.deliver(crowd.log.batch(crowd.hub.position + 1, crowd.hub.position + 1))
        crowd.clock.turn()
    crowd.deliver()
    after = [crowd.say()]
    crowd.clock.turn()
    after.append(crowd.say())
    crowd.to_the_end()
    assert ear.events == after
    assert all(events[-2:] == after for events in crowd.heard())


@pytest.mark.parametrize("meanwhile", [False, True])
def test_who_does_not_hear_an_author_gets_the_other_form_in_its_place(
    crowd: Crowd, meanwhile: bool
) -> None:
    said = []
    if meanwhile:
        said.append(crowd.say())
        crowd.clock.turn()
    crowd.log.edit("large", USERS[1], "a word", kept_from=(USERS[-1],))
    crowd.deliver(turn=False)
    said.append(crowd.log.position)
    crowd.clock.turn()
    said.append(crowd.say())
    crowd.to_the_end()
    assert crowd.heard() == [said] * PEOPLE
    words = [[frame.get("text") for frame in ear.frames] for ear in crowd.ears]
    assert all("a word" in each for each in words[:-1])
    assert "a word" not in words[-1]


def test_what_some_may_not_read_is_deflated_for_nobody() -> None:
    crowd = Crowd(inflates=True)
    crowd.log.edit("large", USERS[1], "a word and " * 60, kept_from=("somebody elsewhere",))
    crowd.deliver()
    crowd.to_the_end()
    assert {data[0] for ear in crowd.ears for data in ear.writes} == {0x81}
