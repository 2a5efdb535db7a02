"""What the pictures show: a server where a team talks, in several scripts."""

from __future__ import annotations

from pathlib import Path

from tests.ui.browser import Browser
from tests.ui.daemon import Daemon
from tests.ui.firefox import Firefox, Firefoxes
from tests.ui.line import Line
from tests.ui.page import Page
from tests.ui.site import Site
from tests.ui.test_messages import GENEROUS
from tests.ui.test_two_people import PASSWORD

#: Pictures ask for the page more often in a minute than one address may.
LIMITS = f"{GENEROUS}connections_per_address = 2000\n"
PEOPLE = {
    "ben": "Ben Okafor",
    "carla": "Carla Meyer-Lindenberg",
    "dmitri": "Дмитрий",
    "fatima": "فاطمة الزهراء",
    "yuki": "田中 由紀",
    "lee": "",
    "guadalupe": "Guadalupe Hernández y Fernández de la Vega",
}
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
CARD = {
    "title": "Build 7 failed",
    "text": "2 of 311 tests",
    "color": "red",
    "fields": [
        {"name": "branch", "value": "main", "short": True},
        {"name": "by", "value": "ben", "short": True},
    ],
    "buttons": [{"label": "Open the log", "url": "https://ci.example/7/log"}],
    "footer": "ci.example",
}


class Scene:
    """A fresh server with anna, who looks at it, and nobody else yet."""

    def __init__(self, folder: Path, firefoxes: Firefoxes | None) -> None:
        self.daemon = Daemon(folder)
        self.daemon.configure(LIMITS)
        self.site = Site(self.daemon)
        self.setup = self.daemon.link(self.daemon.start())
        self.browser = (
            Browser(self.daemon.certificate)
            if firefoxes is None
            else Firefox(firefoxes, self.daemon.authority)
        )
        secret = self.setup.partition("#setup=")[2]
        account = {"name": "anna", "password": PASSWORD}
        self.anna = Line(self.daemon, "/api/setup", {"secret": secret, **account})
        self.invitation = self.anna.post("/api/invitations", {"uses": 20})["secret"]
        self.lines: dict[str, Line] = {}
        self.rooms: dict[str, str] = {}
        self.window = self.signed_in()

    def signed_in(self, name: str = "anna") -> Page:
        window = self.browser.window()
        window.go(self.daemon.url)
        window.write("#name", name)
        window.write("#password", PASSWORD)
        window.press("Enter")
        window.wait("document.querySelector('.sidebar .notes') !== null")
        return window

    def go(self, room: str) -> None:
        self.window.go(f"{self.daemon.url}/#/room/{self.rooms[room]}")
        self.window.wait("document.querySelector('.rows > *, .rows .start') !== null")

    def room(self, name: str, line: Line | None = None, **more: str) -> str:
        line = line or self.anna
        self.rooms[name] = line.do("create_room", name=name, **{"kind": "public", **more})["room"]
        return self.rooms[name]

    def settle(self) -> None:
        """Everybody comes, rooms are made, and the team talks."""
        self.anna.do("set_profile", display="Anna Lindqvist")
        for name, display in PEOPLE.items():
            body = {"secret": self.invitation, "name": name, "password": PASSWORD}
            self.lines[name] = line = Line(self.daemon, "/api/register", body)
            if display:
                line.do("set_profile", display=display)
        ben, carla = self.lines["ben"], self.lines["carla"]
        tea = self.room("Tea", topic="Everything about leaves, cups and the time to drink it")
        self.room("Announcements", topic="What everybody should know")
        self.room("Garden of very long room names that go on and on", topic="Roses")
        self.room("Kitchen", kind="private")
        self.room("مطبخ", topic="وصفات")
        words = self.room("Languages 言語 لغات", topic=f"{LONG_WORD} · 言語 · لغات")
        attic = self.room("Attic", ben, kind="private")
        for line in self.lines.values():
            for room in (tea, words, self.rooms["Announcements"]):
                line.do("join", room=room)
        ben.do("invite", room=attic, user="@anna")
        self.anna.do("set_role", room=tea, user="@carla", role="moderator")
        ben.do("set_status", emoji="🌴", text="On holiday until Monday")
        carla.do("set_status", emoji="🎧", text="Focus")
        self._tea(tea)
        self._words(words)
        for name, text in (("ben", "Psst: it is her birthday."), ("fatima", "شكرا جزيلا!")):
            direct = self.lines[name].do("direct", user="@anna")["room"]
            self.rooms[f"@{name}"] = direct
            self.anna.say(direct, "Hello!")
            self.lines[name].say(direct, text)
        for _ in range(3):
            ben.say(self.rooms["Announcements"], "Lunch at noon, @anna")
        cellar = self.room("Cellar", kind="private")
        self.anna.do("change_room", room=cellar, archived=True)

    def _tea(self, room: str) -> None:
        anna, ben, carla = self.anna, self.lines["ben"], self.lines["carla"]
        yuki, lee = self.lines["yuki"], self.lines["lee"]
        anna.say(room, "Morning! Did the new kettle arrive?")
        ben.say(room, "It did. It is loud, it is blue, and it boils in ninety seconds.")
        link = ben.say(
            room,
            "Manual: https://example.org/kettles/blue?model=K-1200&lang=en#cleaning (page 3).",
        )
        carla.say(room, "I vote for oolong today 🍵")
        asked = anna.say(
            room,
            "Two things to settle before lunch:\n1. who orders the leaves\n"
            "2. where the cups went, @ben @carla",
        )
        for line, emoji in ((ben, "👍"), (carla, "👍"), (yuki, "🎉"), (anna, "👍")):
            line.do("react", room=room, seq=asked, emoji=emoji)
        carla.say(room, "1. me\n2. the dishwasher, as always", reply_to=asked)
        lee.say(room, "👍")
        ben.say(room, "Nightly build", data={"chatd.card": CARD})
        anna.do("pin", room=room, seq=link)
        gone = yuki.say(room, "Never mind")
        yuki.do("delete", room=room, seq=gone)
        edited = yuki.say(room, "I bring the small csup.")
        yuki.do("edit", room=room, seq=edited, text="I bring the small cups.")
        carla.do("forward", room=room, seq=link, to=room, text="Page 3 has the trick:")
        wonderful = anna.say(
            room, "Wonderful. Then let us meet at four, and whoever comes last washes the pot."
        )
        ben.do("react", room=room, seq=wonderful, emoji="😂")
        anna.say(room, "See you there!")
        ben.say(room, "@anna can you bring the honey?", reply_to=wonderful)

    def _words(self, room: str) -> None:
        anna, ben, carla = self.anna, self.lines["ben"], self.lines["carla"]
        carla.say(room, LONG_WORD * 2)
        self.lines["fatima"].say(
            room, "مرحبا بكم في غرفة الشاي، كيف حالكم اليوم؟ https://example.org/شاي"
        )
        self.lines["yuki"].say(
            room, "お茶の時間です。今日は烏龍茶と緑茶、どちらにしますか？我都喜欢。"
        )
        said = ben.say(room, "שלום, how does mixed text look? 123 (מצוין).")
        anna.say(room, "Reads well: https://example.org/" + "x" * 120)
        self.lines["guadalupe"].say(room, "1. أول\n2. second\n3. 三番目", reply_to=said)
        self.lines["dmitri"].say(room, "Отлично, @guadalupe! فاطمة ما رأيك؟")
        anna.say(room, "👩‍👩‍👧‍👦🍵")

    def close(self) -> None:
        for line in (self.anna, *self.lines.values()):
            line.close()
        self.browser.close()
        self.daemon.close()
        self.site.close()
