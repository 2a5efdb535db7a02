"""People and rooms are found by any word of their names, alike wherever one looks for them."""

import pytest

from tests.ui.people import make_room, somebody, two
from tests.ui.test_keys import here, offered, switcher
from tests.ui.test_two_people import say

pytestmark = pytest.mark.browser

FIELD = "dialog #field-person"


def shown(window):
    return window.js(
        "[...document.querySelectorAll('dialog .choice .name')].map((one) => one.innerText)"
    )


def write_to_somebody(window):
    window.click(".place button", "More")
    window.click(".menu button", "Write to somebody")
    window.wait(f"document.activeElement?.matches('{FIELD}')")


def called(window, display):
    """Somebody shows as ``display`` from now on."""
    window.js(
        f"""new Promise((done) => {{
            const socket = new WebSocket(`wss://${{location.host}}/ws`, ['chatd.v1']);
            socket.onmessage = ({{ data }}) => {{
                const frame = JSON.parse(data);
                if (frame.type === 'welcome') socket.send(JSON.stringify(
                    {{ type: 'set_profile', id: 1, key: 'display', display: '{display}' }}));
                if (frame.id === 1) socket.close(), done(frame.type);
            }};
        }})"""
    )


@pytest.fixture
def people(daemon, browser):
    """anna has a room with ben, who is called Ben Meyer-Lindenberg; carol is in none with them."""
    anna, ben = two(daemon, browser)
    (carol,) = somebody(daemon, browser, anna, "carol")
    called(carol, "Carol Okafor")
    make_room(anna, "Tea")
    ben.click(".place button", "More")
    ben.click(".menu button", "Join or create a room")
    ben.click("dialog .choice", "Tea")
    say(ben, "Here I am")
    anna.sees("Here I am", ".list")
    called(ben, "Ben Meyer-Lindenberg")
    anna.sees("Ben Meyer-Lindenberg", ".list")
    return anna, ben, carol


def test_whom_one_knows_is_there_before_anything_is_typed(people):
    anna, _ben, _carol = people
    write_to_somebody(anna)
    anna.until(lambda: shown(anna) == ["Ben Meyer-Lindenberg"], "whom anna knows")
    anna.write(FIELD, "lindenb")
    anna.until(lambda: shown(anna) == ["Ben Meyer-Lindenberg"], "by a further word")
    anna.click("dialog .choice")
    here(anna, "Ben Meyer-Lindenberg")
    assert anna.complaints == []


def test_that_nobody_is_found_is_said(people):
    anna, _ben, _carol = people
    write_to_somebody(anna)
    anna.write(FIELD, "okafor")
    anna.sees("Nobody is found by that.", "dialog")
    anna.write(FIELD, "carol")
    anna.press("Enter")
    here(anna, "Carol Okafor")


def test_a_name_with_a_space_means_the_only_one_who_has_it(people):
    anna, _ben, _carol = people
    write_to_somebody(anna)
    anna.write(FIELD, "Ben Mey")
    anna.until(lambda: shown(anna) == ["Ben Meyer-Lindenberg"], "the only one")
    anna.press("Enter")
    here(anna, "Ben Meyer-Lindenberg")


def test_ctrl_k_leads_to_people_and_public_rooms_as_well(people):
    anna, _ben, carol = people
    switcher(anna)
    anna.write("dialog.switcher input", "meyer")
    anna.until(lambda: offered(anna) == ["Ben Meyer-Lindenberg"], "a person")
    anna.press("Enter")
    here(anna, "Ben Meyer-Lindenberg")
    switcher(carol)
    carol.write("dialog.switcher input", "tea")
    carol.until(lambda: offered(carol) == ["Tea"], "a public room")
    carol.sees("Join", "dialog")
    carol.press("Enter")
    here(carol, "Tea")
    carol.sees("Here I am", ".list")
    assert anna.complaints == carol.complaints == []
