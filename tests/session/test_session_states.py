"""The table of states: every pair of state and input, and what must hold for all of them."""

from itertools import product

import pytest

from chatd.session.states import TABLE, Act, Input, State, document

ALIVE = (State.OPENING, State.OPEN, State.STALLED)


def test_every_state_answers_every_input() -> None:
    assert set(TABLE) == set(product(State, Input))


@pytest.mark.parametrize("put", Input)
def test_closed_is_the_end(put: Input) -> None:
    assert TABLE[State.CLOSED, put] == (State.CLOSED, Act.IGNORE)


@pytest.mark.parametrize("state", State)
def test_a_lost_connection_is_closed_whatever_it_did(state: State) -> None:
    assert TABLE[state, Input.LOST].state is State.CLOSED


@pytest.mark.parametrize("state", ALIVE)
def test_whoever_is_in_the_hub_leaves_it_exactly_once(state: State) -> None:
    for put in Input:
        step = TABLE[state, put]
        leaves = step.act in (Act.END, Act.RELEASE)
        assert leaves is (step.state in (State.CLOSING, State.CLOSED))


@pytest.mark.parametrize("put", Input)
def test_who_has_left_the_hub_never_leaves_it_again(put: Input) -> None:
    step = TABLE[State.CLOSING, put]
    assert step.act in (Act.IGNORE, Act.FINISH, Act.ABORT)
    assert step.state in (State.CLOSING, State.CLOSED)


@pytest.mark.parametrize("state", ALIVE)
def test_no_frame_is_ignored_while_the_connection_lives(state: State) -> None:
    assert TABLE[state, Input.FRAME] == (state, Act.TAKE)


def test_reading_stops_and_goes_on_in_pairs() -> None:
    pauses = {pair for pair, step in TABLE.items() if step.act is Act.PAUSE}
    resumes = {pair for pair, step in TABLE.items() if step.act is Act.RESYNC}
    assert pauses == {(State.OPEN, Input.SLOW)}
    assert resumes == {(State.STALLED, Input.RECOVERED)}
    assert {step.state for step in TABLE.values() if step.act is Act.PAUSE} == {State.STALLED}
    assert {pair for pair, step in TABLE.items() if step.state is State.STALLED} >= pauses


def test_every_state_can_be_reached_and_left() -> None:
    reached = {State.OPENING}
    while True:
        more = {TABLE[state, put].state for state in reached for put in Input} | reached
        if more == reached:
            break
        reached = more
    assert reached == set(State)


def test_every_act_is_done_somewhere() -> None:
    assert {step.act for step in TABLE.values()} == set(Act)


def test_the_drawing_shows_every_change() -> None:
    drawn = document()
    for state, put in product(State, Input):
        step = TABLE[state, put]
        line = f"| {put.value} | {step.act.value} | {step.state.value} |"
        assert (line in drawn) or step == (state, Act.IGNORE)
    assert "| nothing | opening |" not in drawn
