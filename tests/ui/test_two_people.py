"""Two people at two windows, the real page and the real daemon: from the first link to the day the
network breaks and the server restarts."""

import json
import signal

import pytest

from tests.ui.browser import Window
from tests.ui.daemon import Daemon

pytestmark = [pytest.mark.browser, pytest.mark.journey]

PASSWORD = "four wonderful tea leaves"
BOX = ".composer textarea"


def say(window: Window, text: str) -> None:
    window.write(BOX, text)
    window.press("Enter")


def enter(window: Window, name: str) -> None:
    window.write("#name", name)
    window.write("#password", PASSWORD)
    window.press("Enter")
    window.sees(f"Welcome, {name}")


def lines(window: Window) -> list[str]:
    """The texts of the messages that are shown, in order."""
    texts = "[...document.querySelectorAll('.message .text')].map((one) => one.textContent)"
    return list(window.js(texts))


def state_of(window: Window, text: str) -> str:
    """How far one's own message got, in the words that ears hear."""
    found = f"""[...document.querySelectorAll('.message')]
        .filter((one) => one.querySelector('.text')?.textContent === {json.dumps(text)})
        .map((one) => one.querySelector('.progress')?.textContent ?? '')[0] ?? ''"""
    return str(window.js(found))


def test_two_people_talk_lose_the_network_and_lose_nothing(daemon, browser):
    setup = daemon.link(daemon.start())
    anna, ben = browser.window(), browser.window(360, 740)

    first_administrator(anna, setup)
    invitation = make_a_room_and_an_invitation(anna)
    second_person(ben, invitation)
    talk(anna, ben)
    change_ones_mind(anna, ben)
    the_network_breaks(daemon, anna, ben)
    the_browser_is_offline(anna, ben)
    the_server_restarts(daemon, anna, ben)
    the_session_ends(anna, ben)
    sign_out(ben)

    for window in (anna, ben):
        assert window.complaints == []
        # What the page makes itself, such as its icon with a number, has an address of its own.
        ours = (daemon.url, f"blob:{daemon.url}/", "about:blank")
        assert [url for url in window.requests if not url.startswith(ours)] == []


def first_administrator(anna: Window, link: str) -> None:
    anna.go(link)
    anna.sees("Make the first account")
    assert anna.js("location.hash") == "", "the secret stays in no address"
    enter(anna, "anna")


def make_a_room_and_an_invitation(anna: Window) -> str:
    anna.click("button", "Join or create a room")
    anna.click("dialog button", "Create a new room")
    anna.write("#field-name", "Tea")
    anna.write("#field-topic", "Everything about leaves")
    anna.click("dialog button", "Create the room")
    anna.sees("This is the beginning of Tea", ".talk")
    anna.click(".sidebar button", "Invite people")
    anna.click("dialog button", "Make a link")
    invitation = str(anna.wait("document.querySelector('dialog .link')?.value"))
    anna.press("Escape")
    return invitation


def second_person(ben: Window, invitation: str) -> None:
    ben.go(invitation)
    ben.sees("You are invited")
    ben.write("#name", "anna")
    ben.write("#password", PASSWORD)
    ben.press("Enter")
    ben.wait("document.querySelector('.wrong').textContent.length > 0")
    ben.write("#name", "ben")
    ben.press("Enter")
    ben.sees("Rooms")
    ben.click(".sidebar button", "Join or create a room")
    ben.click("dialog .choice", "Tea")
    ben.sees("This is the beginning of Tea", ".talk")


def talk(anna: Window, ben: Window) -> None:
    anna.sees("ben", ".people")
    anna.wait("document.querySelector('.people section h3').innerText === 'Here now, 2'")
    say(anna, "Hello Ben, <b>see</b> https://example.org/tea?a=1&b=2.")
    ben.wait("document.querySelector('.message a')?.href === 'https://example.org/tea?a=1&b=2'")
    assert lines(ben) == ["Hello Ben, <b>see</b> https://example.org/tea?a=1&b=2."]
    assert ben.js("document.querySelector('.message a').rel") == "noopener noreferrer"
    anna.until(lambda: state_of(anna, lines(anna)[0]) == "Seen by 1", "the mark of Ben")

    ben.write(BOX, "Good mor")
    anna.sees("ben is typing", ".typing")
    ben.click(".send")
    ben.write(BOX, "Good morning, Anna")
    ben.click(".send")
    anna.wait("!document.querySelector('.typing').innerText")
    anna.until(lambda: lines(anna)[1:] == ["Good mor", "Good morning, Anna"], "both lines")

    # Who does not look has not seen.
    ben.look_away()
    say(anna, "Are you there?")
    anna.until(lambda: state_of(anna, "Are you there?") == "Delivered", "delivered")
    ben.sees("Are you there?", ".talk")
    ben.wait("document.querySelector('.new') !== null")
    assert state_of(anna, "Are you there?") == "Delivered"
    ben.look_back()
    anna.until(lambda: state_of(anna, "Are you there?") == "Seen by 1", "seen")

    # On a phone, back leads from the people to the talk and to the list.
    ben.click(".to-people")
    ben.sees("Here now, 2", ".people")
    ben.js("history.back()")
    ben.wait("document.querySelector('.composer').getClientRects().length > 0")
    ben.js("history.back()")
    ben.wait("document.querySelector('.sidebar').getClientRects().length > 0")
    say(anna, "Come back")
    ben.wait("document.querySelector('.item .count')?.textContent === '1'")
    ben.click(".sidebar .item", "Tea")
    ben.sees("Come back", ".talk")
    ben.wait("document.querySelector('.item .count') === null")


def change_ones_mind(anna: Window, ben: Window) -> None:
    say(anna, "I like cofee")
    anna.until(lambda: state_of(anna, "I like cofee").startswith("Seen"), "seen")
    anna.press("ArrowUp")
    anna.sees("Editing your message", ".composer")
    anna.write(BOX, "I like coffee")
    anna.press("Enter")
    ben.until(lambda: lines(ben)[-1] == "I like coffee", "the edit")
    ben.sees("(edited)", ".talk")
    anna.hover(".message:last-child")
    anna.click(".message:last-child .tools button", "More")
    anna.click(".menu button", "Delete")
    anna.click("dialog button", "Delete")
    for window in (anna, ben):  # either may learn of it first
        window.sees("This message was deleted", ".talk")
        assert "I like coffee" not in window.text()


def the_network_breaks(daemon: Daemon, anna: Window, ben: Window) -> None:
    before = lines(anna)
    daemon.relay.cut()
    for text in ("Are we", "still", "connected?"):
        say(anna, text)
    anna.sees("Reconnecting", ".bar")
    assert state_of(anna, "connected?") == "Waiting to be sent"
    say(ben, "I hear nothing")
    daemon.relay.mend()
    # If it is not its turn by itself at that very moment.
    anna.js("document.querySelector('.bar:not([hidden]) button')?.click()")
    anna.wait("document.querySelector('.bar').hidden")
    ours = ["Are we", "still", "connected?"]
    for window in (anna, ben):
        window.until(
            lambda window=window: len(lines(window)) == len(before) + 4, "all four, once", 40
        )
        assert [line for line in lines(window)[len(before) :] if line in ours] == ours
    assert lines(anna) == lines(ben)
    anna.until(lambda: state_of(anna, "connected?").startswith("Seen"), "seen after all")


def the_browser_is_offline(anna: Window, ben: Window) -> None:
    before = lines(ben)
    anna.offline(True)
    say(anna, "Written in a tunnel")
    say(ben, "Meanwhile, above ground")
    anna.offline(False)
    for window in (anna, ben):
        window.until(
            lambda window=window: (
                sorted(lines(window)[len(before) :])
                == ["Meanwhile, above ground", "Written in a tunnel"]
            ),
            "both, once",
            40,
        )


def the_server_restarts(daemon: Daemon, anna: Window, ben: Window) -> None:
    before = lines(anna)
    anna.write(BOX, "half a sen")
    daemon.stop(signal.SIGKILL)
    say(ben, "Is it gone?")
    daemon.start()
    for window in (anna, ben):
        window.until(
            lambda window=window: lines(window) == [*before, "Is it gone?"], "nothing lost", 60
        )
    assert anna.js(f"document.querySelector('{BOX}').value") == "half a sen"
    anna.reload()
    anna.until(lambda: lines(anna) == [*before, "Is it gone?"], "the same after a reload")
    assert anna.js(f"document.querySelector('{BOX}').value") == "half a sen"


def the_session_ends(anna: Window, ben: Window) -> None:
    """In another tab: this one asks to sign in, and leads back to the same place."""
    anna.js(
        """fetch('/api/session').then((answer) => answer.json()).then(({ csrf }) =>
            fetch('/api/session', { method: 'DELETE', headers: { 'X-CSRF-Token': csrf } }))"""
    )
    anna.sees("Your session has ended")
    assert anna.js("document.querySelector('#name').value") == "anna"
    say(ben, "While you were out")
    anna.write("#password", PASSWORD)
    anna.press("Enter")
    anna.until(lambda: "While you were out" in lines(anna), "what was said meanwhile")
    assert anna.js(f"document.querySelector('{BOX}').value") == "half a sen"


def sign_out(ben: Window) -> None:
    ben.js("history.back()")
    ben.click(".sidebar button", "Settings")
    ben.click("dialog button", "Sign out")
    ben.wait("document.querySelector('#password') !== null && !document.querySelector('.app')")
    assert ben.js("sessionStorage.length") == 0
