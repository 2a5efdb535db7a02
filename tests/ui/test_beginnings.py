"""What stands where nothing is yet, and the hints for whoever is new: real page, real daemon."""

import pytest

from tests.ui.people import another, go, join_room, make_room, two
from tests.ui.test_two_people import say

pytestmark = pytest.mark.browser

HINT = ".hint-card"


def hint(window):
    return window.js(f"document.querySelector('{HINT}')?.innerText ?? ''")


def test_three_hints_come_one_by_one_are_gone_for_good_and_come_back_by_the_menu(daemon, browser):
    anna, _ = two(daemon, browser)
    assert hint(anna) == "", "before there is a room they are about nothing"
    make_room(anna, "Tea")
    seen = []
    for word in ("Next", "Next", "Got it"):
        anna.wait(f"!document.querySelector('{HINT}').hidden")
        seen.append(hint(anna).splitlines()[0])
        anna.click(f"{HINT} button", word)
    assert len(set(seen)) == 3 and "Ctrl K" in seen[0]
    anna.wait(f"document.querySelector('{HINT}').hidden")
    anna.reload()
    anna.sees("Tea", ".sidebar .lists")
    assert hint(anna) == ""
    anna.click(".place button", "More")
    anna.click(".menu button", "Hints")
    anna.sees(seen[0], HINT)
    anna.click(f"{HINT} button", "No more hints")
    anna.wait(f"document.querySelector('{HINT}').hidden")
    hints = (
        "Object.entries(localStorage).filter(([key]) => key.startsWith('hints')).flat().join(' ')"
    )
    assert anna.js(hints) and "anna" not in anna.js(hints)
    # Another browser is another place to be new in.
    other = another(daemon, browser, "anna")
    other.sees(seen[0], HINT)
    assert anna.complaints == other.complaints == []


def test_every_empty_place_says_what_to_do(daemon, browser):
    anna, ben = two(daemon, browser)
    anna.sees("Join or create a room", ".talk")
    make_room(anna, "Tea")
    anna.sees("Say the first word below", ".talk")
    anna.sees("Add people", ".talk .start")
    anna.sees("Nobody but you is here yet", ".people")
    anna.click(".people .alone button", "Add somebody")
    anna.write("dialog #field-person", "ben")
    anna.press("Enter")
    anna.wait("document.querySelector('.people .alone') === null")
    say(anna, "Kettle")
    anna.wait("!document.querySelector('.start').innerText.includes('first word')")
    ben.sees("You have 1 unread conversation", ".talk")
    ben.click(".talk .choices button", "Go to Tea")
    ben.sees("Kettle", ".talk")
    make_room(anna, "Garden")
    anna.click(".head button", "Search")
    anna.write("#search", "kettle")
    anna.sees("Nothing was found in this room", "dialog")
    anna.click("dialog .nothing button", "Search all rooms")
    anna.sees("Kettle", "dialog .found")
    anna.write("#search", "saucer")
    anna.sees("Try fewer words", "dialog")
    # The browser's own: the first empties the field.
    anna.press("Escape")
    anna.press("Escape")
    anna.click(".head button", "Pinned messages")
    anna.sees("Pin a message with its", "dialog")
    anna.press("Escape")
    ben.click(".place button", "More")
    ben.press("Escape")
    ben.go(daemon.url)
    ben.sees("You have read everything", ".talk")
    assert anna.complaints == ben.complaints == []


def test_without_a_connection_a_room_that_is_not_here_says_when_it_comes(daemon, browser):
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    say(anna, "Hello")
    ben.sees("Welcome, ben")
    join_room(ben, "Tea")
    ben.go(daemon.url)
    ben.sees("Tea", ".sidebar .lists")
    daemon.relay.cut()
    ben.sees("Reconnecting", ".bar", 10)
    go(ben, "Tea")
    ben.sees("No connection", ".talk")
    ben.sees("come as soon as the server can be reached", ".talk")
    daemon.relay.mend()
    ben.sees("Hello", ".talk", 30)
    ben.wait("document.querySelector('.waiting-here').childElementCount === 0")
    assert ben.complaints == []
