"""Everything else: the front, lists, menus, dialogs, other languages, more zoom."""

from __future__ import annotations

import json
import time

from tests.ui.page import Page
from tests.ui.people import section
from tests.ui.pictures.camera import TWO, Camera
from tests.ui.pictures.scene import Scene
from tests.ui.test_messages import message
from tests.ui.test_two_people import BOX

PHONE, DESK = TWO
ASKED = "I bring the small cups."


def front(scene: Scene, camera: Camera) -> None:
    window = scene.browser.window()
    url = scene.daemon.url
    window.go(url)
    window.wait("document.querySelector('#name') !== null")
    camera.take(window, "sign-in", TWO)
    window.write("#name", "anna")
    window.write("#password", "not this one")
    window.press("Enter")
    window.wait("document.querySelector('.wrong').textContent")
    camera.take(window, "sign-in-wrong", TWO)
    window.click("button", "Forgotten")
    camera.take(window, "forgotten", TWO)
    window.go(f"{url}/#invitation={scene.invitation}")
    window.sees("You are invited")
    camera.take(window, "invitation", TWO)
    window.go(f"{url}/#invitation=nosuchsecretnosuchsecret")
    window.sees("does not work any more")
    camera.take(window, "stale", TWO)
    window.go(f"{url}/#setup=nosuchsecretnosuchsecret")
    camera.take(window, "setup", TWO)


def tea(scene: Scene) -> None:
    scene.go("Tea")
    scene.window.sees("honey", ".talk")


def press(window: Page, text: str, label: str) -> None:
    row = message(text)
    window.js(f"""(() => {{
        const row = {row}; row.focus();
        row.querySelector('.tools [aria-label={json.dumps(label)}]').click(); }})()""")


def shut(window: Page) -> None:
    window.press("Escape")
    window.wait("document.querySelector('dialog, .menu, .popover') === null")


def talk(scene: Scene, camera: Camera) -> None:
    window = scene.window
    tea(scene)
    camera.take(window, "list", (PHONE,), before=lambda: window.js("location.hash = '#/'"))
    tea(scene)
    window.size(*DESK)
    window.hover(f".message[data-seq='{window.js(f'{message(ASKED)}.dataset.seq')}']")
    window.js(f"{message(ASKED)}.focus()")
    camera.take(window, "focus", (DESK,))
    window.js("document.activeElement.blur()")
    window.js("location.hash += '/people'")
    camera.take(window, "people", (PHONE, (768, 1024)))
    tea(scene)
    for name, label in (("react", "React"), ("message-menu", "More")):
        press(window, ASKED, label)
        camera.take(window, name, (DESK,))
        shut(window)
        window.size(*PHONE, touch=True)
        press(window, ASKED, label)
        camera.take(window, name, (PHONE,))
        shut(window)
    window.js("document.querySelector('.composer [aria-label=Emoji]').click()")
    window.wait("document.querySelector('.picker') !== null")
    camera.take(window, "emoji", TWO)
    shut(window)
    press(window, ASKED, "Reply")
    window.write(BOX, "Hm @")
    window.press("ArrowDown")
    camera.take(window, "completion", TWO)
    window.write(BOX, "Nice :te")
    window.press("ArrowDown")
    camera.take(window, "emoji-completion", TWO)
    window.write(BOX, "One\nTwo\nThree lines, and the last of them is a good deal longer than that")
    camera.take(window, "composing", TWO)
    window.write(BOX, "Could we meet on Tuesday instead? The room upstairs is free then.")
    camera.take(window, "composing-two", ((360, 740), *TWO))
    window.write(BOX, "")
    window.press("Escape")
    scene.go("@fatima")
    camera.take(window, "direct", TWO)
    scene.go("Announcements")
    camera.take(window, "announcements", (DESK,))
    scene.go("Cellar")
    camera.take(window, "archived", TWO)
    scene.go("Kitchen")
    camera.take(window, "new-room", TWO)


def dialogs(scene: Scene, camera: Camera) -> None:
    window = scene.window
    tea(scene)
    for label in ("Forward", "Who has read it", "Earlier versions", "Delete"):
        window.size(*DESK)
        own = "Wonderful. Then let us meet at four, and whoever comes last washes the pot."
        press(window, ASKED if label == "Earlier versions" else own, "More")
        window.click(".menu button", label)
        camera.take(window, f"dialog-{label.split()[0].lower()}", TWO)
        shut(window)
    window.click(".head button", "Search")
    camera.take(window, "search", TWO)
    window.write("dialog input", "kettle")
    window.wait("document.querySelector('dialog .hit') !== null")
    camera.take(window, "found", TWO)
    window.press("Escape")
    shut(window)
    window.click(".head button", "Pinned messages")
    window.wait("document.querySelector('dialog .hit') !== null")
    camera.take(window, "pins", TWO)
    shut(window)
    window.js("document.querySelector('.list').scrollBy(0, -200)")
    window.click(".list .day button")
    camera.take(window, "jump", TWO)
    shut(window)
    window.write(BOX, "Later")
    window.click(".composer button", "Send later")
    camera.take(window, "later", TWO)
    window.click("dialog .choice", "Tomorrow")
    window.click(".place button", "More")
    camera.take(window, "place-menu", TWO)
    window.click(".menu button", "Scheduled messages")
    window.sees("Later", "dialog")
    camera.take(window, "scheduled", TWO)
    shut(window)
    for label, name in (
        ("Join or create a room", "rooms"),
        ("Write to somebody", "write"),
        ("Keyboard shortcuts", "keys"),
        ("Go to a room", "switcher"),
    ):
        window.click(".place button", "More")
        window.click(".menu button", label)
        window.wait("document.querySelector('dialog') !== null")
        camera.take(window, name, TWO)
        if name == "rooms":
            window.click("dialog button", "Create a new room")
            camera.take(window, "make-room", TWO)
        shut(window)
    window.click(".sidebar button", "Invite people")
    window.click("dialog button", "Make a link")
    window.wait("document.querySelector('dialog .link') !== null")
    camera.take(window, "invite", TWO)
    shut(window)
    window.click(".members .item", "Carla")
    window.sees("@carla", "dialog")
    camera.take(window, "card", TWO)
    shut(window)
    window.click(".people button", "Add somebody")
    camera.take(window, "add", TWO)
    shut(window)
    window.click(".sidebar a.item", "Tea", "right")
    camera.take(window, "room-menu", TWO)
    shut(window)


def settings(scene: Scene, camera: Camera) -> None:
    window = scene.window
    tea(scene)
    sections(window, camera, ".sidebar button", "Settings", "settings")
    sections(window, camera, ".people button", "Settings of this room", "room")


def sections(window: Page, camera: Camera, where: str, label: str, of: str) -> None:
    window.click(where, label)
    names = window.js("[...document.querySelectorAll('dialog .entry')].map((one) => one.innerText)")
    camera.take(window, f"{of}-names", (PHONE,))
    for number, name in enumerate(names):
        section(window, name)
        camera.take(window, f"{of}-{number}", TWO)
    shut(window)


def languages(scene: Scene, camera: Camera) -> None:
    window = scene.window
    for language in ("de", "ar"):
        window.js(f"localStorage.setItem('language', '{language}')")
        scene.go("Tea")
        window.wait("document.querySelectorAll('.message').length > 9")
        camera.take(window, f"{language}-tea", ((360, 740), DESK))
        scene.go("Languages 言語 لغات")
        camera.take(window, f"{language}-words", ((360, 740), DESK))
        window.js("document.querySelector('.me button:last-child').click()")
        window.wait("document.querySelector('dialog .entry') !== null")
        camera.take(window, f"{language}-settings", TWO)
        shut(window)
    window.js("localStorage.removeItem('language')")


def zoom(scene: Scene, camera: Camera) -> None:
    """200 % at a desk is half its pixels; the least that has to work is 320 wide (WCAG 1.4.10)."""
    tea(scene)
    camera.take(scene.window, "zoom", ((640, 400), (320, 256)))
    scene.window.js("document.documentElement.dataset.density = 'compact'")
    camera.take(scene.window, "compact", (DESK,))


def outside(scene: Scene, camera: Camera) -> None:
    """The chat in a page of another site, and the page for those who write clients."""
    window = scene.browser.window()
    scene.site.options, scene.site.rooms = {"data-room": "tea"}, ["tea"]
    scene.anna.do("change_room", room=scene.rooms["Tea"], slug="tea")
    window.go(scene.site.url)
    time.sleep(3)
    camera.take(window, "embed", TWO)
    scene.site.options = {}
    window.go(scene.site.url)
    time.sleep(3)
    camera.take(window, "embed-all", TWO)
    scene.site.options = {"data-room": "nowhere"}
    window.go(scene.site.url)
    time.sleep(3)
    camera.take(window, "embed-none", TWO)
    scene.window.go(f"{scene.daemon.url}/protocol/try")
    scene.window.wait("document.querySelector('textarea, select') !== null")
    camera.take(scene.window, "try", TWO)


PARTS = (front, talk, dialogs, settings, languages, zoom, outside)
