"""Being told beside the page: once for all tabs, by the levels of the rooms, when asked for."""

import json

import pytest

from tests.ui.browser import COUNTED
from tests.ui.people import go, join_room, make_room, menu_of, section, title_of, two
from tests.ui.test_brand import LOGO
from tests.ui.test_push import told as push_of
from tests.ui.test_tabs import leads, tab
from tests.ui.test_two_people import say

pytestmark = pytest.mark.browser

DESKTOP = "Show on the desktop"
#: Keeps what the page shows on the desktop, which it does as ever.
RECORDER = """
    window.told = [];
    window.asked = 0;
    const Plain = window.Notification;
    window.Notification = class extends Plain {
        constructor(title, options) {
            super(title, options);
            this.open = true;
            window.told.push(this);
        }
        close() { this.open = false; super.close(); }
        static requestPermission() { window.asked += 1; return Plain.requestPermission(); }
    };
"""


def record(window):
    window.call("Page.addScriptToEvaluateOnNewDocument", source=RECORDER)


def told(windows):
    """All that was shown so far, in any tab."""
    shown = "told.map(({ title, body, open }) => ({ title, body, open }))"
    return [one for window in windows for one in window.js(shown)]


def grant(browser, window, url):
    browser.call(
        "Browser.grantPermissions",
        origin=url,
        permissions=["notifications"],
        browserContextId=window._context,
    )


def recorded_tab(daemon, anna):
    window = anna.another()
    record(window)
    window.go(daemon.url)
    window.wait("document.querySelector('.lists .notes') !== null", 30)
    return window


def switch(window, label):
    window.click("dialog .switch", label)


def want(window, *labels):
    window.click(".sidebar button", "Settings")
    section(window, "Notifications")
    for label in labels:
        switch(window, label)
    window.press("Escape")
    window.wait("document.querySelector('dialog') === null")


def level(window, room, label):
    """What to be told of in a room."""
    menu_of(window, room)
    window.click(".menu button", "Notifications")
    window.click(".menu button", label)


def icon(window):
    """The address of the page's icon."""
    return str(window.js("document.querySelector('link[rel=icon]').href"))


def test_five_tabs_give_one_notification_and_one_badge(daemon, browser):
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    join_room(ben, "Tea")
    # A second room, so that nobody looks at the first.
    record(anna)
    anna.go(daemon.url)
    tabs = [anna, *(recorded_tab(daemon, anna) for _ in range(4))]
    grant(browser, anna, daemon.url)
    say(ben, "@anna not asked for")
    anna.wait("document.title.startsWith('(1)')")
    assert told(tabs) == []
    assert sum(one.js("asked") for one in tabs) == 0
    want(tabs[1], DESKTOP)
    # Nothing of a room at the level of mentions but what calls one.
    say(ben, "to nobody")
    say(ben, "@anna the kettle is on")
    anna.until(lambda: told(tabs), "somebody is told")
    for one in tabs:
        one.wait("document.title.startsWith('(2)')")
        one.wait("document.querySelector('link[rel=icon]').href.startsWith('blob:')")
    assert told(tabs) == [{"title": "ben in Tea", "body": "@anna the kettle is on", "open": True}]
    leader = next(one for one in tabs if leads(one))
    assert told([leader]) == told(tabs)
    # Read in one tab: gone in all.
    go(tabs[3], "Tea")
    anna.until(lambda: not told(tabs)[0]["open"], "it is closed")
    for one in tabs:
        one.wait("!document.title.startsWith('(')")
        one.until(lambda one=one: not icon(one).startswith("blob:"), "the icon is plain")
    # What one looks at is no news.
    say(ben, "@anna you see this")
    tabs[3].sees("you see this", ".talk")
    tabs[3].js("new Promise((then) => setTimeout(then, 1500))")
    assert len(told(tabs)) == 1
    # Another tab tells once this one is gone.
    tabs[3].close_tab()
    rest = [one for one in tabs if one not in (leader, tabs[3])]
    leader.close_tab()
    rest[0].until(lambda: any(leads(one) for one in rest), "another leads")
    say(ben, "@anna still there?")
    rest[0].until(lambda: told(rest), "one of the rest tells")
    rest[0].js("new Promise((then) => setTimeout(then, 1000))")
    assert [one["body"] for one in told(rest)] == ["@anna still there?"]
    # It leads to the message.
    now = next(one for one in rest if leads(one))
    now.js("told[0].onclick()")
    now.sees("still there?", ".talk")
    now.wait("!told[0].open")
    assert all(one.complaints == [] for one in rest)


def test_levels_and_silence_are_kept_and_sounds_are_asked_for(daemon, browser):
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    join_room(ben, "Tea")
    record(anna)
    grant(browser, anna, daemon.url)
    anna.go(daemon.url)
    anna.wait("document.querySelector('.lists .notes') !== null")
    want(anna, DESKTOP, "Sound")
    assert json.loads(anna.js("localStorage.telling"))["sound"] is True
    say(ben, "to nobody")
    anna.wait("document.title.startsWith('•')")
    level(anna, "Tea", "All messages")
    anna.wait("document.title.startsWith('(1)')")
    say(ben, "to everybody")
    anna.until(lambda: [one["body"] for one in told([anna])] == ["to everybody"], "told of all")
    level(anna, "Tea", "Nothing")
    say(ben, "@anna not even this")
    anna.js("new Promise((then) => setTimeout(then, 1500))")
    assert len(told([anna])) == 1
    assert not title_of(anna).startswith("(")
    # Whoever comes next wants nothing yet.
    anna.click(".sidebar button", "Settings")
    anna.click("dialog button", "Sign out")
    anna.wait("document.querySelector('#password') !== null && !document.querySelector('.app')")
    assert anna.js("localStorage.getItem('telling')") is None


def test_a_browser_that_blocks_says_what_to_do(daemon, browser, tmp_path):
    anna, _ = two(daemon, browser)
    anna.click(".sidebar button", "Settings")
    section(anna, "Notifications")
    # Without a hand to press a button the browser's own question is answered with no.
    switch(anna, DESKTOP)
    anna.sees("blocks notifications", "dialog")
    assert not anna.js("document.querySelector('dialog .switch input').checked")
    anna.picture(tmp_path / "blocked.png")


def test_every_tab_shows_the_same_icon(daemon, browser, tmp_path):
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    join_room(ben, "Tea")
    beside = tab(daemon, anna)
    anna.js("history.back()")
    anna.go(daemon.url)
    for sign, text in (("dot", "to nobody"), ("number", "@anna and to you")):
        before = icon(beside)
        say(ben, text)
        beside.until(lambda before=before: icon(beside) != before, sign)
        pixels = beside.js(
            """(async () => {
                const image = new Image();
                image.src = document.querySelector('link[rel=icon]').href;
                await image.decode();
                const canvas = new OffscreenCanvas(64, 64);
                const pen = canvas.getContext('2d');
                pen.drawImage(image, 0, 0);
                return [...pen.getImageData(52, 8, 1, 1).data];
            })()"""
        )
        assert pixels[0] > 180 > 100 > pixels[1], sign


#: As Chromium on Android has it: there is a name, and only a worker may show something.
ILLEGAL = """
    window.Notification = class {
        static permission = 'granted';
        static requestPermission = async () => 'granted';
        constructor() { throw new TypeError('Illegal constructor'); }
    };
"""


def test_where_a_page_may_show_nothing_its_worker_does_with_the_servers_sign(daemon, browser):
    (daemon.state.parent / "logo.svg").write_text(LOGO)
    daemon.configure('[page]\nname = "Tea House"\nlogo = "logo.svg"\n')
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    join_room(ben, "Tea")
    anna.call("Page.addScriptToEvaluateOnNewDocument", source=ILLEGAL + COUNTED)
    anna.watch_workers()
    grant(browser, anna, daemon.url)
    anna.go(daemon.url)
    anna.wait("document.querySelector('.lists .notes') !== null")
    anna.wait("navigator.serviceWorker.ready.then((one) => one.active?.state === 'activated')")
    want(anna, DESKTOP)
    say(ben, "@anna the kettle is on")
    shown = """navigator.serviceWorker.ready.then((one) => one.getNotifications()).then((all) =>
        all.map(({ title, body, icon }) => [title, body, icon.slice(0, 5)]))"""
    told = [["ben in Tea", "@anna the kettle is on", "blob:"]]
    anna.wait("shows === 1")
    assert anna.js(shown) == told
    anna.in_worker(
        """(async () => {
            const [notification] = await registration.getNotifications();
            dispatchEvent(new NotificationEvent('notificationclick', { notification }));
        })()"""
    )
    anna.sees("the kettle is on", ".talk")
    anna.until(lambda: anna.js(shown) == [], "and it is gone")
    # What is read before it is pressed is no news any more.
    anna.go(daemon.url)
    anna.wait("document.querySelector('.lists .notes') !== null")
    say(ben, "@anna and now")
    anna.wait("shows === 1")
    assert len(anna.js(shown)) == 1
    go(anna, "Tea")
    anna.until(lambda: anna.js(shown) == [], "read, it goes")
    # While nobody looks, a push shows the sign as well, which a page drew: systems draw no SVG.
    anna.in_worker(
        """self.refused = [];
        addEventListener('securitypolicyviolation', (event) => refused.push(event.blockedURI));"""
    )
    tea = anna.js("location.hash").rpartition("/")[2]
    anna.look_away()
    anna.push(push_of(tea))
    pushed = [["Tea", "Anna mentioned you · 2 unread messages", "data:"]]
    assert anna.js(shown) == pushed
    assert anna.in_worker("refused") == []
    assert anna.complaints == []
