"""Coroutines that nobody waits for: run to their end over Deferreds, whatever becomes of them."""

import pytest
from twisted.internet.defer import CancelledError, Deferred, succeed
from twisted.python.failure import Failure

from chatd.driving import drive, log


@pytest.fixture
def failures(monkeypatch):
    seen = []
    monkeypatch.setattr(log, "failure", lambda words: seen.append(Failure()))
    return seen


def test_what_is_there_already_is_not_waited_for(failures):
    done = []

    async def task():
        done.append(await succeed(1))
        done.append(2)

    drive(task())
    assert done == [1, 2] and not failures


def test_it_goes_on_with_each_result_as_it_comes(failures):
    waits = [Deferred(), Deferred()]
    done = []

    async def task():
        for wait in waits:
            done.append(await wait)

    drive(task())
    assert done == []
    waits[1].callback("second")
    assert done == []
    waits[0].callback("first")
    assert done == ["first", "second"] and not failures


def test_a_failure_is_raised_where_it_is_awaited_and_is_no_unhandled_error(failures):
    wait, caught = Deferred(), []

    async def task():
        try:
            await wait
        except ValueError as why:
            caught.append(why)

    drive(task())
    wait.errback(ValueError("no"))
    assert str(caught[0]) == "no" and not failures
    assert wait.result is None  # nobody is told of it as unhandled


@pytest.mark.parametrize("at_once", [True, False])
def test_what_it_raises_goes_to_the_log(failures, at_once):
    wait = Deferred()

    async def task():
        if not at_once:
            await wait
        raise KeyError("mine")

    drive(task())
    wait.callback(None)
    assert failures[0].check(KeyError)


def test_cancelling_what_it_waits_for_reaches_it(failures):
    wait, caught = Deferred(), []

    async def task():
        try:
            await wait
        except CancelledError:
            caught.append("cancelled")
            await succeed(None)
            caught.append("went on")

    drive(task())
    wait.cancel()
    assert caught == ["cancelled", "went on"]


def test_thousands_that_are_there_already_do_not_pile_up_on_the_stack(failures):
    first, count = Deferred(), []

    async def task():
        await first
        for _ in range(5_000):
            await succeed(None)
        count.append(True)

    drive(task())
    first.callback(None)
    assert count == [True]
