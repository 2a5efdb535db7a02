"""Several tabs of one browser: one connection to the server, whichever tab goes, and one person."""

import time

import pytest

from tests.ui.people import BOX, go, invitation, join_room, make_room, two
from tests.ui.test_outbox import kept
from tests.ui.test_two_people import PASSWORD, enter, lines, say

pytestmark = pytest.mark.browser

ROUNDS = 10
#: Seconds within which another tab has the connection.
AT_ONCE = 1.0

LEADS = """(async () => {
    const mine = async ({ name }) =>
        (await navigator.locks.query()).held.find((one) => one.name === name).clientId;
    const me = await navigator.locks.request(`whose ${Math.random()}`, mine);
    const { held } = await navigator.locks.query();
    return held.some((one) => one.name.startsWith('chatd hub') && one.clientId === me);
})()"""


def leads(window):
    """Whether the tab is the one that has the connection."""
    return window.js(LEADS)


def tab(daemon, window, room=""):
    """One more tab of the same browser, at the same place."""
    other = window.another()
    other.go(f"{daemon.url}/{room}")
    other.wait("document.querySelector('.lists .notes') !== null", 30)
    return other


def connections(windows):
    """How many were made so far."""
    for window in windows:
        window.js("1")
    return sum(len(window.upgrades) for window in windows)


def arrived(window, texts):
    window.until(lambda: lines(window) == texts, f"{texts}", 30)


def test_five_tabs_are_one_connection_and_each_hears_everything(daemon, browser):
    # The server would refuse a second one.
    daemon.configure("[limits]\nconnections_per_user = 1\n")
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    room = anna.js("location.hash")
    join_room(ben, "Tea")
    tabs = [anna, *(tab(daemon, anna, room) for _ in range(3))]
    # One looks at something else.
    beside = tab(daemon, anna)
    for one in tabs:
        one.wait(f"document.querySelector('{BOX}') !== null")
    say(ben, "Is anybody here?")
    for one in tabs:
        arrived(one, ["Is anybody here?"])
    say(tabs[2], "In the third")
    arrived(tabs[0], ["Is anybody here?", "In the third"])
    say(tabs[0], "and in the first")
    for one in (*tabs, ben):
        arrived(one, ["Is anybody here?", "In the third", "and in the first"])
    # What one read in one tab is read in all.
    beside.wait("!document.querySelector('.sidebar a.item.unread')")
    assert connections([*tabs, beside]) == 1
    assert [leads(one) for one in (*tabs, beside)] == [True, False, False, False, False]
    # The last one that is left has it still.
    for one in tabs:
        one.close_tab()
    beside.until(lambda: leads(beside), "the last tab leads")
    say(ben, "Still there?")
    go(beside, "Tea")
    arrived(beside, ["Is anybody here?", "In the third", "and in the first", "Still there?"])
    assert beside.complaints == []


def test_ten_times_the_tab_with_the_connection_is_killed_in_the_midst_of_talk(daemon, browser):
    daemon.configure("[limits]\nconnections_per_address = 2000\n")
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    room = anna.js("location.hash")
    join_room(ben, "Tea")
    tabs = [anna, *(tab(daemon, anna, room) for _ in range(2))]
    took = []
    for number in range(ROUNDS):
        for one in tabs:
            one.wait(f"document.querySelector('{BOX}') !== null")
        leader = next(one for one in tabs if leads(one))
        others = [one for one in tabs if one is not leader]
        before = connections(others)
        say(ben, f"{number} from ben")
        for place, one in enumerate(others):
            say(one, f"{number} from {place}")
        fresh = leader.kill()
        began = time.monotonic()
        others[0].until(
            lambda others=others, before=before: (
                any(leads(one) for one in others) and connections(others) == before + 1
            ),
            "another tab has the connection",
        )
        took.append(time.monotonic() - began)
        for one in others:
            assert one.js("document.querySelector('.bar').hidden"), "nobody is told of it"
        fresh.go(f"{daemon.url}/{room}")
        tabs = [*others, fresh]
    assert max(took) < AT_ONCE, took
    said = [f"{number} from {who}" for number in range(ROUNDS) for who in ("ben", 0, 1)]
    ben.until(lambda: sorted(lines(ben)) == sorted(said), "everything, once", 30)
    for one in tabs:
        arrived(one, lines(ben))
    assert kept(tabs[0]) == []


def test_signing_out_in_one_tab_leaves_nothing_in_any(daemon, browser):
    anna, _ = two(daemon, browser)
    make_room(anna, "Tea")
    room = anna.js("location.hash")
    beside = tab(daemon, anna, room)
    beside.write(BOX, "half a sen")
    beside.wait("sessionStorage.length > 0")
    link = invitation(anna, 1)
    anna.click(".sidebar button", "Settings")
    anna.click("dialog button", "Sign out")
    for one in (anna, beside):
        one.wait("document.querySelector('#password') !== null && !document.querySelector('.app')")
        one.wait("sessionStorage.length === 0")
        assert kept(one) == []
        assert "Tea" not in one.text()
    # The next one at this machine finds nothing, and the tabs are theirs.
    anna.go(link)
    enter(anna, "carl")
    beside.go(daemon.url)
    beside.sees("Welcome, carl")
    assert beside.js("sessionStorage.length") == 0


def test_somebody_else_who_signs_in_has_all_tabs_and_an_ended_session_ends_in_all(daemon, browser):
    anna, _ = two(daemon, browser)
    make_room(anna, "Tea")
    beside = tab(daemon, anna, anna.js("location.hash"))
    beside.write(BOX, "half a sen")
    beside.wait("sessionStorage.length > 0")
    third = anna.another()
    third.go(invitation(anna, 1))
    enter(third, "carl")
    for one in (anna, beside):
        one.sees("Welcome, carl")
        assert one.js("sessionStorage.length") == 0
    anna.js(
        """fetch('/api/session').then((answer) => answer.json()).then(({ csrf }) =>
            fetch('/api/session', { method: 'DELETE', headers: { 'X-CSRF-Token': csrf } }))"""
    )
    for one in (anna, beside, third):
        one.sees("Your session has ended")
    # Signing in again in one of them is enough.
    third.write("#password", PASSWORD)
    third.press("Enter")
    for one in (anna, beside, third):
        one.sees("Welcome, carl")
