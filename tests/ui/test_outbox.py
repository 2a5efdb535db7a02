"""What was said without a network is sent once and in order, whatever becomes of the page."""

import pytest

from tests.ui.people import join_room, make_room, two
from tests.ui.test_two_people import lines, say, state_of

pytestmark = pytest.mark.browser

ROUNDS = 20


def kept(window):
    """The texts in the outbox."""
    return window.js(
        """new Promise((done) => {
            const opening = indexedDB.open('chatd', 1);
            opening.onsuccess = () => {
                const { result } = opening;
                if (!result.objectStoreNames.contains('outbox')) return done([]);
                const all = result.transaction('outbox').objectStore('outbox').getAll();
                all.onsuccess = () => {
                    result.close();
                    done(all.result.map(({ text }) => text));
                };
            };
        })"""
    )


def arrived(window, texts):
    """Within the time in which nobody looks again by themselves: the browser told of the tab."""
    window.until(lambda: lines(window) == texts, f"{len(texts)} messages in order", 25)


def test_a_page_that_is_killed_between_saying_and_storing_loses_and_doubles_nothing(
    daemon, browser
):
    # So many loads of the page in so short a time are more than one address may ask for.
    daemon.configure("[limits]\nconnections_per_address = 2000\n")
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    room = anna.js("location.hash")
    join_room(ben, "Tea")
    said = []
    for number in range(ROUNDS):
        offline = number % 2 == 0
        if offline:
            daemon.relay.cut()
        for part in ("a", "b"):
            said.append(f"{number} {part}")
            say(anna, said[-1])
        # As soon as both are kept: on their way, stored and not acknowledged, or nothing of it.
        anna.until(
            lambda anna=anna: all(
                text in kept(anna) or state_of(anna, text).startswith(("Sent", "Deliv", "Seen"))
                for text in said[-2:]
            ),
            "both are kept",
        )
        anna = anna.kill()
        if offline:
            daemon.relay.mend()
        anna.go(f"{daemon.url}/{room}")
        anna.wait("document.querySelector('.rows') !== null", 30)
        arrived(anna, said)
    arrived(ben, said)
    anna.until(lambda: kept(anna) == [], "nothing waits any more")


def test_a_tab_takes_over_from_one_that_is_gone_and_signing_out_leaves_nothing(daemon, browser):
    anna, _ = two(daemon, browser)
    make_room(anna, "Tea")
    room = anna.js("location.hash")
    beside = anna.another()
    beside.go(f"{daemon.url}/{room}")
    beside.sees("This is the beginning of Tea", ".talk")
    daemon.relay.cut()
    say(anna, "first")
    say(beside, "second")
    anna.wait("document.querySelectorAll('.message').length === 1")
    anna.js("new Promise((then) => setTimeout(then, 50))")
    anna.kill().close_tab()
    daemon.relay.mend()
    beside.until(lambda: sorted(lines(beside)) == ["first", "second"], "both", 40)
    beside.reload()
    beside.until(lambda: sorted(lines(beside)) == ["first", "second"], "both, once", 40)


def test_nobody_is_held_back_from_a_reload_by_what_is_kept_and_sent_after_it(daemon, browser):
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    join_room(ben, "Tea")
    daemon.relay.cut()
    say(anna, "said without a network")
    anna.until(lambda: kept(anna) == ["said without a network"], "kept")
    daemon.relay.mend()
    # A question of the browser's would be an error here.
    anna.reload()
    arrived(anna, ["said without a network"])
    arrived(ben, ["said without a network"])


@pytest.mark.journey
def test_a_page_that_stayed_open_without_a_network_for_a_day_asks_before_it_sends(daemon, browser):
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    join_room(ben, "Tea")
    daemon.relay.cut()
    say(anna, "Yesterday's news")
    say(anna, "and more of it")
    old = ["Yesterday's news", "and more of it"]
    anna.until(lambda: sorted(kept(anna)) == sorted(old), "both are kept")
    anna.js(
        """(() => {
            const now = Date.now;
            Date.now = () => now() + 25 * 3600 * 1000;
        })()"""
    )
    say(anna, "Today's")
    daemon.relay.mend()
    anna.until(lambda: lines(ben) == ["Today's"], "what is new is sent by itself", 40)
    anna.until(lambda: anna.count(".failure") == len(old), "each waits to be asked for")
    anna.sees("Retry", ".failure")
    # The one is still wanted, the other is put right first.
    anna.click(".failure button", "Retry")
    anna.until(lambda: lines(ben) == ["Today's", old[0]], "the first is sent when asked for", 40)
    anna.click(".failure button", "Edit")
    anna.wait("document.querySelector('.failure') === null")
    assert anna.js("document.querySelector('.composer textarea').value") == old[1]
    anna.until(lambda: kept(anna) == [], "nothing waits any more")
    assert lines(ben) == ["Today's", old[0]]
