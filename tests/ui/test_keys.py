"""Another room by the keyboard alone: the switcher, neighbours, and the page of keys."""

import pytest

from tests.ui.people import make_room, two
from tests.ui.test_two_people import say

pytestmark = pytest.mark.browser

ALT, CONTROL, SHIFT = 1, 2, 8


def key(window, name, code, modifiers=0):
    common = {"key": name, "code": code, "modifiers": modifiers}
    if name.startswith("Arrow"):
        common["windowsVirtualKeyCode"] = {"ArrowUp": 38, "ArrowDown": 40}[name]
    for kind in ("rawKeyDown", "keyUp"):
        window.call("Input.dispatchKeyEvent", type=kind, **common)


def switcher(window):
    key(window, "k", "KeyK", CONTROL)
    window.wait("document.activeElement?.matches('dialog.switcher input')")


def offered(window):
    return window.js(
        "[...document.querySelectorAll('.switcher .name')].map((one) => one.innerText)"
    )


def here(window, name):
    window.wait(f"document.querySelector('.head h1')?.innerText === {name!r}")


def test_ctrl_k_leads_to_any_room_and_works_without_a_network(daemon, browser):
    anna, ben = two(daemon, browser)
    for name in ("Apples", "Berries", "Cherries"):
        make_room(anna, name)
    switcher(anna)
    assert offered(anna)[:2] == ["Berries", "Apples"], "where one was before comes first"
    anna.press("Enter")
    here(anna, "Berries")
    assert anna.js("document.activeElement.matches('.composer textarea')")

    anna.offline(True)
    switcher(anna)
    anna.write("dialog.switcher input", "app")
    anna.until(lambda: offered(anna) == ["Apples"], "the one that is meant")
    anna.press("Enter")
    here(anna, "Apples")
    anna.offline(False)

    switcher(anna)
    anna.write("dialog.switcher input", "no such room")
    anna.sees("No room or person is called that.", "dialog")
    anna.press("Enter")
    anna.press("Escape")
    anna.wait("document.querySelector('dialog') === null")
    here(anna, "Apples")
    assert anna.complaints == ben.complaints == []


def test_rooms_are_walked_through_and_the_unread_ones_are_gone_to(daemon, browser):
    anna, ben = two(daemon, browser)
    for name in ("Apples", "Berries", "Cherries"):
        make_room(anna, name)
    here(anna, "Cherries")
    key(anna, "ArrowUp", "ArrowUp", ALT)
    here(anna, "Berries")
    key(anna, "ArrowDown", "ArrowDown", ALT)
    here(anna, "Cherries")
    key(anna, "ArrowDown", "ArrowDown", ALT)
    here(anna, "Apples")

    ben.click(".place button", "More")
    ben.click(".menu button", "Join or create a room")
    ben.click("dialog .choice", "Cherries")
    ben.sees("This is the beginning of Cherries", ".talk")
    say(ben, "Ripe!")
    anna.wait("document.querySelector('a.item.unread .name')?.innerText === 'Cherries'")
    key(anna, "ArrowDown", "ArrowDown", ALT | SHIFT)
    here(anna, "Cherries")


def test_the_page_of_keys_is_one_key_away(daemon, browser):
    anna, _ = two(daemon, browser)
    key(anna, "/", "Slash", CONTROL)
    anna.sees("Go to a room or a person", "dialog")
    anna.press("Escape")
    anna.wait("document.querySelector('dialog') === null")
    anna.click(".place button", "More")
    anna.click(".menu button", "Keyboard shortcuts")
    anna.sees("Edit what you said last", "dialog")
