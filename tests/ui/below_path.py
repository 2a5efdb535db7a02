"""Somebody at a chatd below a path of a host that others share."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from tests.ui.browser import Window
from tests.ui.people import make_room
from tests.ui.test_two_people import BOX, PASSWORD, lines, say, state_of

#: The worker of the page is there, and what it keeps: of this path alone.
SETTLED = """(async () => {
    const one = await navigator.serviceWorker.getRegistration();
    const kept = (await caches.keys()).filter((name) => name.startsWith(location.pathname + ' '));
    return one?.active?.state === 'activated' && one.scope === location.origin + location.pathname
        && kept.length === 1;
})()"""


def sign_in(window: Window, url: str, name: str) -> None:
    window.go(url)
    window.write("#name", name)
    window.write("#password", PASSWORD)
    window.press("Enter")
    window.wait("document.querySelector('.lists .notes') !== null")
    window.wait(SETTLED)


def sign_out(window: Window) -> None:
    window.click(".sidebar button", "Settings")
    window.click("dialog button", "Sign out")
    window.wait("document.querySelector('#password') !== null && !document.querySelector('.app')")


def journey(window: Window, url: str, cut: Callable[[], None], mend: Callable[[], None]) -> None:
    """In, talking, loaded again, without a network, out. ``url`` with its path; ``cut`` has nobody
    answer there, ``mend`` ends that. Nothing outside the path is asked for."""
    sign_in(window, url, "anna")
    make_room(window, "Tea")
    say(window, "Above the path")
    window.until(lambda: state_of(window, "Above the path") == "Sent", "stored")
    window.click(".sidebar button", "Invite people")
    window.click("dialog button", "Make a link")
    window.wait(f"document.querySelector('dialog .link').value.startsWith('{url}#invitation=')")
    window.press("Escape")

    window.reload()
    window.until(lambda: lines(window) == ["Above the path"], "loaded again")
    assert window.js("navigator.serviceWorker.controller?.scriptURL") == f"{url}worker.js"

    cut()
    window.reload()
    window.sees("Tea", ".sidebar")
    window.wait(f"document.querySelector('{BOX}') !== null")
    say(window, "Without a network")
    window.until(lambda: state_of(window, "Without a network") == "Waiting to be sent", "kept")
    mend()
    window.js("dispatchEvent(new Event('online'))")
    window.until(lambda: state_of(window, "Without a network") == "Sent", "sent later", 40)

    sign_out(window)
    assert window.js("location.origin + location.pathname") == url
    assert window.js("Object.keys(localStorage).filter((key) => /remembered/.test(key))") == []
    assert window.complaints == []
    path = urlsplit(url).path
    asked = [urlsplit(each) for each in window.requests if each.startswith("http")]
    assert len(asked) > 10
    assert [each.path for each in asked if not each.path.startswith(path)] == []
