"""Calls from threads into the reactor: none is lost, in order, and many cost one waking."""

import threading
from collections.abc import Callable

import pytest

from chatd.store.mailbox import Mailbox


class Wakings(list[Callable[[], object]]):
    def turn(self) -> None:
        due, self[:] = list(self), []
        for call in due:
            call()


def test_calls_that_meet_cost_one_waking_and_keep_their_order() -> None:
    wakings, got = Wakings(), []
    mailbox = Mailbox(wakings.append)
    for number in range(5):
        mailbox(got.append, number)
    assert len(wakings) == 1
    wakings.turn()
    assert got == [0, 1, 2, 3, 4]
    mailbox(got.append, 5)
    assert len(wakings) == 1
    wakings.turn()
    assert got == [0, 1, 2, 3, 4, 5]


def test_a_call_made_by_a_call_comes_in_a_later_turn() -> None:
    wakings, got = Wakings(), []
    mailbox = Mailbox(wakings.append)
    mailbox(mailbox, got.append, "later")
    wakings.turn()
    assert got == []
    wakings.turn()
    assert got == ["later"]


@pytest.mark.logs_errors("a call from the store's threads failed")
def test_a_call_that_fails_keeps_no_other_from_its_turn() -> None:
    wakings, got = Wakings(), []
    mailbox = Mailbox(wakings.append)
    mailbox(lambda: 1 / 0)
    mailbox(got.append, 1)
    wakings.turn()
    assert got == [1]


def test_nothing_is_lost_where_threads_call_while_it_is_emptied() -> None:
    woken = threading.Semaphore(0)
    got: list[int] = []
    calls: list[Callable[[], object]] = []

    def wake(call: Callable[[], object]) -> None:
        calls.append(call)
        woken.release()

    mailbox = Mailbox(wake)
    threads = [
        threading.Thread(target=lambda: [mailbox(got.append, 1) for _ in range(5_000)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    while woken.acquire(timeout=5 if any(map(threading.Thread.is_alive, threads)) else 0):
        calls.pop(0)()
        if len(got) == 20_000:
            break
    for thread in threads:
        thread.join()
    assert len(got) == 20_000
