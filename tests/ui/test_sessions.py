"""One person at two browsers: the list of sessions, and what it ends. Real page, real daemon."""

import time

import pytest

from tests.ui.people import BOX, another, make_room, two
from tests.ui.test_settings import close, settings
from tests.ui.test_two_people import say

pytestmark = pytest.mark.browser


def labels(window):
    listed = "[...document.querySelectorAll('.sessions-of li')].map((one) => one.innerText)"
    return window.js(listed)


def test_one_session_ended_elsewhere_leads_to_the_front_within_a_second_and_keeps_the_draft(
    daemon, browser
):
    anna, ben = two(daemon, browser)
    second = another(daemon, browser, "anna")
    make_room(second, "Tea")
    say(second, "From the second browser")
    second.write(BOX, "half a sentence")
    second.wait("Object.keys(sessionStorage).length > 0")

    settings(anna, "Security")
    anna.sees("This one", "dialog")
    listed = labels(anna)
    assert len(listed) == 2
    assert "This one" in listed[0] and "This one" not in listed[1]
    assert all("Chrome on Linux" in one and "127.0.0.1" in one for one in listed)
    anna.click("dialog .sessions-of button", "End")
    began = time.monotonic()
    second.sees("Your session has ended", seconds=1)
    assert time.monotonic() - began < 1
    anna.sees("You are signed in nowhere else", "dialog")
    close(anna)

    second.write("#password", "four wonderful tea leaves")
    second.press("Enter")
    second.sees("From the second browser", ".talk")
    second.wait(f"document.querySelector('{BOX}').value === 'half a sentence'")
    ben.sees("Welcome, ben")
    assert anna.complaints == second.complaints == ben.complaints == []


def test_all_others_end_and_this_one_goes_on(daemon, browser):
    anna, _ = two(daemon, browser)
    others = [another(daemon, browser, "anna") for _ in range(2)]
    settings(anna, "Security")
    anna.wait("document.querySelectorAll('.sessions-of li').length === 3")
    anna.click("dialog .actions button", "Sign out everywhere else")
    anna.click("dialog:last-of-type button.danger", "Sign out everywhere else")
    for other in others:
        other.sees("Your session has ended", seconds=2)
    anna.sees("You are signed in nowhere else", "dialog")
    close(anna)
    make_room(anna, "Tea")
    say(anna, "Still here")
    anna.sees("Still here", ".talk")
