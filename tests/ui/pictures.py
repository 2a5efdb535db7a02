"""Pictures of the page for people to look at: sizes × themes × situations.

python -m tests.ui.pictures FOLDER [firefox]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.ui.browser import Browser
from tests.ui.daemon import Daemon
from tests.ui.firefox import Firefox, Firefoxes
from tests.ui.page import Page
from tests.ui.test_two_people import BOX, PASSWORD, first_administrator, say

SIZES = ((360, 740), (768, 1024), (1280, 800))
THEMES = ("light", "dark")
TALK = (
    ("anna", "Morning! Did the new kettle arrive?"),
    ("ben", "It did. It is loud, it is blue, and it boils in ninety seconds."),
    ("ben", "Manual: https://example.org/kettles/blue?model=K-1200&lang=en#cleaning (page 3)."),
    ("carla", "I vote for oolong today 🍵"),
    (
        "anna",
        "Two things to settle before lunch:\n1. who orders the leaves\n2. where the cups went",
    ),
    ("carla", "1. me\n2. the dishwasher, as always"),
    ("ben", "👍"),
    ("anna", "Wonderful. Then let us meet at four, and whoever comes last washes the pot."),
    (
        "carla",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2,
    ),
    ("ben", "مرحبا بكم في غرفة الشاي، كيف حالكم اليوم؟ https://example.org/شاي"),
    ("carla", "お茶の時間です。今日は烏龍茶と緑茶、どちらにしますか？我都喜欢。"),
    ("ben", "שלום, how does mixed text look? 123 (מצוין)."),
    ("anna", "Reads well."),
)


class Scene:
    """Three people and their rooms on a fresh server."""

    def __init__(self, folder: Path, firefoxes: Firefoxes | None) -> None:
        self.daemon = Daemon(folder)
        setup = self.daemon.link(self.daemon.start())
        self.browser = (
            Browser(self.daemon.certificate)
            if firefoxes is None
            else Firefox(firefoxes, self.daemon.authority)
        )
        self.people = {name: self.browser.window() for name in ("anna", "ben", "carla")}
        self.anna = self.people["anna"]
        first_administrator(self.anna, setup)

    def room(self, name: str, topic: str) -> None:
        self.anna.click(".sidebar button", "Join or make a room")
        self.anna.click("dialog button", "Make a new room")
        self.anna.write("#field-name", name)
        self.anna.write("#field-topic", topic)
        self.anna.click("dialog button", "Make the room")
        self.anna.sees(name, ".head")

    def invite(self) -> str:
        self.anna.click(".sidebar button", "Invite people")
        self.anna.write("dialog input", "5")
        self.anna.click("dialog button", "Make a link")
        link = str(self.anna.wait("document.querySelector('dialog .link')?.value"))
        self.anna.press("Escape")
        return link

    def joins(self, name: str, link: str, room: str) -> None:
        window = self.people[name]
        window.go(link)
        window.write("#name", name)
        window.write("#password", PASSWORD)
        window.press("Enter")
        window.click(".sidebar button", "Join or make a room")
        window.click("dialog .choice", room)
        window.sees(room, ".head")

    def talk(self) -> None:
        for name, text in TALK:
            say(self.people[name], text)
            time.sleep(0.25)

    def close(self) -> None:
        self.browser.close()
        self.daemon.close()


class Camera:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, window: Page, name: str) -> None:
        for width, height in SIZES:
            window.size(width, height, touch=width < 1000)
            for theme in THEMES:
                window.theme(theme)
                time.sleep(0.3)
                window.picture(self._folder / f"{name}-{width}-{theme}.png")
        window.size(1280, 800)


def main(folder: Path, engine: str = "chromium") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    camera = Camera(folder)
    with tempfile.TemporaryDirectory() as place:
        firefoxes = Firefoxes() if engine == "firefox" else None
        scene = Scene(Path(place), firefoxes)
        try:
            shoot(scene, camera)
        finally:
            scene.close()
            if firefoxes is not None:
                firefoxes.close()


def shoot(scene: Scene, camera: Camera) -> None:
    anna = scene.anna
    front = scene.browser.window()
    front.go(scene.daemon.url)
    front.write("#name", "anna")
    front.write("#password", "not this one")
    front.press("Enter")
    front.wait("document.querySelector('.wrong').textContent")
    camera.take(front, "sign-in")
    camera.take(anna, "empty")
    link = scene.invite()
    front.go(link)
    front.sees("You are invited")
    camera.take(front, "invitation")
    for room, topic in (
        ("Announcements", ""),
        ("Garden of very long room names that go on and on", "Roses"),
        ("Tea", "Everything about leaves, cups and the time to drink it"),
    ):
        scene.room(room, topic)
    camera.take(anna, "new-room")
    for name in ("ben", "carla"):
        scene.joins(name, link, "Tea")
    scene.talk()
    scene.people["ben"].click(".people .item", "anna")
    scene.people["ben"].click("dialog button", "Write")
    scene.people["ben"].sees("beginning of your conversation")
    say(scene.people["ben"], "Psst: it is her birthday.")
    scene.people["carla"].write(BOX, "hm")
    camera.take(anna, "busy")
    anna.js("document.querySelector('.message.own').focus()")
    camera.take(anna, "focus")
    anna.js("document.activeElement.blur()")
    anna.click(".to-people, .people button, .head")
    anna.click(".sidebar button", "Join or make a room")
    anna.sees("Make a new room", "dialog")
    camera.take(anna, "dialog-rooms")
    anna.click("dialog button", "Make a new room")
    camera.take(anna, "dialog-make")
    anna.press("Escape")
    anna.click(".sidebar button", "Settings")
    camera.take(anna, "dialog-settings")
    anna.press("Escape")
    anna.size(360, 740, touch=True)
    anna.js("document.querySelector('.to-people').click()")
    camera.take(anna, "people")
    anna.js("history.back()")
    anna.wait("document.querySelector('.app').dataset.pane === 'talk'")
    scene.daemon.relay.cut()
    anna.size(1280, 800)
    say(anna, "Is anybody there?")
    anna.sees("Reconnecting", ".bar")
    camera.take(anna, "offline")
    anna.size(360, 740, touch=True)
    anna.click(".to-list")
    camera.take(anna, "list")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
