"""The developer's page: frames by hand, in Chromium against the real daemon."""

import json

import pytest

from tests.ui.browser import Browser, Window
from tests.ui.daemon import Daemon
from tests.ui.test_two_people import PASSWORD, first_administrator

pytestmark = pytest.mark.browser


def frame(window: Window) -> dict[str, object]:
    """What stands in the editor."""
    found: dict[str, object] = json.loads(window.js("document.querySelector('#frame').value"))
    return found


def choose(window: Window, command: str) -> None:
    window.js(
        "(() => { const one = document.querySelector('#command');"
        f" one.value = {json.dumps(command)}; one.dispatchEvent(new Event('change')); }})()"
    )


def shown(window: Window) -> list[str]:
    return list(
        window.js(
            "[...document.querySelectorAll('.frames li:not([hidden]) .type')]"
            ".map((one) => one.textContent)"
        )
    )


@pytest.fixture
def signed_in(daemon: Daemon, browser: Browser) -> Window:
    setup = daemon.link(daemon.start())
    window = browser.window(1400, 900)
    first_administrator(window, setup)
    window.go(daemon.url + "/protocol/try")
    window.sees("Connected as anna")
    return window


def test_frames_go_out_and_come_in_as_they_are(signed_in: Window) -> None:
    window = signed_in
    window.sees("welcome", ".frames")
    assert frame(window) == {"type": "rooms", "id": 1}
    window.click("button", "Send")
    window.until(lambda: shown(window) == ["welcome", "rooms", "rooms"], "the answer")
    assert frame(window)["id"] == 2

    choose(window, "create_room")
    window.sees("Makes a room with you as its owner", ".about")
    window.click(".field-name", "slug")
    made = frame(window)
    assert made.keys() == {"type", "id", "key", "name", "slug"}
    window.click("button", "Send")
    window.until(lambda: "room_added" in shown(window), "the room")
    # What was said fills the next frame in.
    choose(window, "send")
    room = str(frame(window)["room"])
    assert room.startswith("r") and len(room) == 12
    window.click("button", "Send")
    window.until(lambda: shown(window).count("done") == 2, "the message")
    assert frame(window)["key"] != made["key"]
    assert window.complaints == []


def test_refusals_are_red_and_explained(signed_in: Window) -> None:
    window = signed_in
    window.write("#frame", '{"type": "send", "id": 7, "key": "k", "room": "#none", "text": "x"}')
    window.click("button", "Send")
    window.sees("There is no such thing, or none that the one who asks may see.", ".refused")
    # And what is no JSON can be sent as well.
    window.write("#frame", "{")
    window.sees("No JSON yet", "#problem")
    window.click("button", "Send as it is")
    window.sees("The frame is not valid JSON in UTF-8.", ".frames li:last-child")
    assert window.complaints == []


def test_the_transcript_is_filtered_paused_and_cleared(signed_in: Window) -> None:
    window = signed_in
    window.write("#filter", "welcome")
    assert shown(window) == ["welcome"]
    window.click("button", "Send")
    window.sees("frames shown.", ".transcript")
    window.js(
        "(() => { const one = document.querySelector('#filter'); one.value = '';"
        " one.dispatchEvent(new Event('input')); })()"
    )
    window.until(lambda: len(shown(window)) == 3, "the answer")
    window.click("button", "Pause")
    window.click("button", "Send")
    # A heartbeat may be among them.
    window.wait("/Paused; [23] waiting/u.test(document.querySelector('.transcript').innerText)")
    assert len(shown(window)) == 3
    window.click("button", "Go on")
    window.until(lambda: len(shown(window)) == 5, "what waited")
    window.click("button", "Clear")
    window.sees("Nothing was said yet.", ".transcript")


def test_disconnecting_says_why_and_connecting_begins_anew(signed_in: Window) -> None:
    window = signed_in
    window.click("button", "Disconnect")
    window.sees("closed: 1000 normal", ".frames")
    assert window.js("document.querySelector('.editor button.main').disabled")
    window.click("button", "Connect")
    window.sees("Connected as anna")


def test_who_is_not_signed_in_signs_in_and_is_back(daemon: Daemon, browser: Browser) -> None:
    setup = daemon.link(daemon.start())
    first_administrator(browser.window(), setup)
    stranger = browser.window(400, 800)
    stranger.go(daemon.url + "/protocol/try")
    stranger.sees("Frames are sent in your name")
    stranger.write("#name", "anna")
    stranger.write("#password", PASSWORD)
    stranger.press("Enter")
    stranger.sees("Connected as anna")
    stranger.sees("welcome", ".frames")
    assert stranger.js("location.pathname") == "/protocol/try"
    # Nothing sticks out to the side of a narrow window.
    assert stranger.js("document.documentElement.scrollWidth") <= 400
    assert stranger.complaints == []
