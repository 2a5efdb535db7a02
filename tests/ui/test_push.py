"""Told while the page is closed: the worker of the real page in Chromium, and the switch for it.

The browser's own push service is a company's and not within reach here: what it would bring is
handed to the worker over the DevTools protocol, where the browser would hand it over.
"""

import json

import pytest
import pytest_twisted
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from chatd.hooks.push.vapid import public_key, read_key
from tests.hooks.loopback import reactor
from tests.hooks.push.service import PushService
from tests.ui.people import make_room, section, somebody
from tests.ui.test_two_people import first_administrator, say

pytestmark = pytest.mark.browser

SWITCH = """[...document.querySelectorAll('dialog .switch')].find(
    (one) => one.innerText.includes('Tell me when the page is closed')
).querySelector('[role=switch]')"""
SHOWN = """(async () => {
    const { registration } = { registration: await navigator.serviceWorker.ready };
    const shown = await registration.getNotifications();
    return shown.map(({ title, body, tag, data }) => ({ title, body, tag, room: data?.room }));
})()"""

#: Stands where the browser's own would turn to the push service of its maker; all else is real.
STAND_IN = """(() => {
    const fields = %s;
    let here = null;
    PushManager.prototype.getSubscription = async () => here;
    PushManager.prototype.subscribe = async (options) => {
        here = {
            endpoint: fields.endpoint,
            options: { applicationServerKey: null },
            toJSON: () => ({ endpoint: fields.endpoint, keys: fields }),
            unsubscribe: async () => ((here = null), true),
        };
        here.asked = options;
        return here;
    };
})()"""


def told(room, **more):
    push = {
        "type": "message",
        "room": room,
        "kind": "private",
        "name": "Tea",
        "seq": 3,
        "at": 1795426200125,
        "reason": "mention",
        "from": "anna",
        "author": "Anna",
        "unread": 2,
    }
    return json.dumps({**push, **more})


def room_id(window):
    return window.js("location.hash").removeprefix("#/room/")


def away(window):
    """Nobody looks at it."""
    window.look_away()
    window.wait("!document.hasFocus()")


def ready(daemon, browser):
    """anna in a room of hers, with a worker that may show notifications."""
    anna = browser.window()
    first_administrator(anna, daemon.link(daemon.start()))
    anna.watch_workers()
    anna.allow("notifications")
    make_room(anna, "Tea")
    anna.wait("navigator.serviceWorker.ready.then((one) => one.active?.state === 'activated')")
    return anna


def test_a_push_is_shown_without_its_words_and_a_press_leads_to_its_room(daemon, browser):
    anna = ready(daemon, browser)
    tea = room_id(anna)
    make_room(anna, "Cellar")
    assert room_id(anna) != tea
    away(anna)
    anna.push(told(tea))
    shown = anna.js(SHOWN)
    assert shown == [
        {
            "title": "Tea",
            "body": "Anna mentioned you · 2 unread messages",
            "tag": f"room {tea}",
            "room": tea,
        }
    ]
    # Of one room there is one.
    anna.push(told(tea, unread=3))
    (later,) = anna.js(SHOWN)
    assert "3 unread" in later["body"]
    anna.push(told("rother", kind="direct", reason="direct", unread=1))
    assert len(anna.js(SHOWN)) == 2, "one of another conversation"
    pressed = f"""(async () => {{
        const all = await registration.getNotifications();
        const notification = all.find((one) => one.tag === 'room {tea}');
        dispatchEvent(new NotificationEvent('notificationclick', {{ notification }}));
    }})()"""
    anna.in_worker(pressed)
    anna.wait(f"location.hash === '#/room/{tea}'")
    anna.sees("Tea", ".head")
    anna.until(lambda: len(anna.js(SHOWN)) == 1, "the pressed one is gone")
    # Whoever looks at the page sees there what is new.
    anna.look_back()
    anna.until(lambda: anna.js(SHOWN) == [], "the others are gone")
    assert anna.complaints == []


def test_a_push_speaks_the_language_that_was_chosen_on_the_page_while_it_is_closed(daemon, browser):
    anna = ready(daemon, browser)
    tea = room_id(anna)
    anna.js("localStorage.setItem('language', 'de')")
    anna.reload()
    anna.sees("Räume", ".sidebar")
    chosen = "caches.match('/ui/chosen').then((one) => one?.json()).then((one) => one?.language)"
    anna.wait(f"{chosen}.then((one) => one === 'de')")
    away(anna)
    anna.push(told(tea))
    shown = anna.js(SHOWN)
    assert shown[0]["body"] == "Anna hat dich erwähnt · 2 ungelesene Nachrichten"
    anna.push("no JSON")
    (other,) = [one for one in anna.js(SHOWN) if one["room"] is None]
    assert other["title"] == "chatd"
    assert other["body"].startswith("Es gibt etwas Neues")
    assert anna.complaints == []


def test_what_is_no_push_of_ours_is_shown_without_harm(daemon, browser):
    anna = ready(daemon, browser)
    away(anna)
    for data in ("", "no JSON", "null", "[]", told("../../evil"), told("x" * 65), "{}"):
        anna.push(data)
    shown = anna.js(SHOWN)
    (one,) = shown
    assert (one["title"], one["room"]) == ("chatd", None)
    anna.push(told("r1", name="<img src=x onerror=alert(1)>", author="\u202eevil"))
    assert len(anna.js(SHOWN)) == 2, "what is text is shown as text"
    assert anna.complaints == []


def test_the_switch_says_what_is_in_the_way(daemon, browser):
    anna = ready(daemon, browser)
    anna.click(".sidebar button", "Settings")
    section(anna, "Notifications")
    anna.sees("Tell me when the page is closed", "dialog")
    assert anna.js(f"{SWITCH}.checked") is False
    anna.click("dialog .switch", "Tell me when the page is closed")
    # No way from here to the push service of the browser's maker.
    anna.sees("push service of this browser cannot be reached", "dialog", seconds=40)
    assert anna.js(f"{SWITCH}.checked") is False
    assert anna.js("localStorage.getItem('push')") is None


def test_a_server_that_pushes_nothing_says_so(daemon, browser):
    daemon.configure("[push]\nenabled = false\n")
    anna = ready(daemon, browser)
    anna.click(".sidebar button", "Settings")
    section(anna, "Notifications")
    anna.sees("This server tells nobody while the page is closed", "dialog")
    assert anna.js(f"{SWITCH}.disabled") is True


def switch_on(window, fields):
    window.js(STAND_IN % json.dumps(fields))
    window.click(".sidebar button", "Settings")
    section(window, "Notifications")
    window.click("dialog .switch", "Tell me when the page is closed")
    window.sees("You are told from now on", "dialog")
    window.press("Escape")


@pytest_twisted.ensureDeferred
async def test_from_a_message_to_a_notification_of_a_closed_page(daemon, browser, tmp_path):
    service = PushService(tmp_path / "service").start()
    daemon.configure(
        "[push]\n"
        'networks = ["127.0.0.0/8", "::1/128"]\n'
        f'ca_file = "{service.authority}"\n'
        "grace_seconds = 0\n"
    )

    def begin():
        anna = browser.window()
        first_administrator(anna, daemon.link(daemon.start()))
        (ben,) = somebody(daemon, browser, anna, "ben")
        ben.allow("notifications")
        ben.wait("navigator.serviceWorker.ready.then((one) => one.active?.state === 'activated')")
        switch_on(ben, service.subscribe("ben", public_key(read_key(daemon.state / "push.key"))))
        # Of the same profile, and no page of the chat.
        other = ben.another()
        other.go(f"{daemon.url}/healthz")
        other.watch_workers()
        ben.close_tab()
        return anna, other

    def write(anna):
        anna.click(".place button", "More")
        anna.click(".menu button", "Write to somebody")
        anna.write("#field-person", "ben")
        anna.press("Enter")
        anna.sees("ben", ".head")
        say(anna, "The kettle is on")

    anna, other = await deferToThread(begin)
    # For ten seconds more somebody shows as here whose page was closed.
    await deferLater(reactor, 11, lambda: None)
    await deferToThread(write, anna)
    (pushed,) = await service.count(1)
    assert "kettle" not in json.dumps(pushed.said)

    def show():
        other.push(json.dumps(pushed.said))
        shown = other.js(SHOWN)
        assert [(one["title"], one["body"]) for one in shown] == [("anna", "New message")]
        assert shown[0]["room"] == pushed.said["room"]

    await deferToThread(show)
    assert service.wrong == []
    await deferToThread(daemon.stop)
    await service.stop()
