"""The contact sheet: what anybody meets on any day, at five sizes, light and dark."""

from __future__ import annotations

import time

from tests.ui.pictures.camera import Camera
from tests.ui.pictures.scene import Scene
from tests.ui.test_two_people import say

#: Seconds until what takes long says so, and before it is told that the connection is lost.
SHOWN = 0.6


def empty(scene: Scene, camera: Camera) -> None:
    camera.take(scene.window, "empty")


def loading(scene: Scene, camera: Camera) -> None:
    """The page is there, and the network holds back all that would be in it."""
    relay, window = scene.daemon.relay, scene.window

    def held() -> None:
        thaw()
        scene.go("Tea")
        window.wait("document.querySelector('.message') !== null")
        window.js("window.before = true")
        relay.swallow()
        window.js("location.reload()")
        window.wait("!window.before && document.querySelector('.ghosts') !== null")
        time.sleep(SHOWN)

    def thaw() -> None:
        # What was swallowed once stays so: the browser has to notice.
        relay.cut()
        relay.mend()

    try:
        camera.take(window, "loading", before=held)
    finally:
        thaw()


def busy(scene: Scene, camera: Camera) -> None:
    scene.go("Tea")
    scene.window.sees("honey", ".talk")
    carla, tea = scene.lines["carla"], scene.rooms["Tea"]
    carla.ask("open", room=tea)

    def types() -> None:
        carla.ask("typing", room=tea)

    camera.take(scene.window, "busy", before=types)


def words(scene: Scene, camera: Camera) -> None:
    scene.go("Languages 言語 لغات")
    scene.window.sees("Reads well", ".talk")
    camera.take(scene.window, "words")


def error(scene: Scene, camera: Camera) -> None:
    """What was said while there was no network is refused afterwards."""
    ben = scene.lines["ben"]
    room = scene.room("Rules", ben)
    scene.anna.do("join", room=room)
    ben.say(room, "From now on only owners write here.")
    scene.go("Rules")
    scene.window.sees("only owners", ".talk")
    scene.daemon.relay.cut()
    say(scene.window, "May I say something about that, too?")
    say(scene.window, "It is about the tea.")
    ben.do("change_room", room=room, posting="owner")
    scene.daemon.relay.mend()
    scene.window.wait("document.querySelector('.failure') !== null", 30)
    camera.take(scene.window, "error")


def offline(scene: Scene, camera: Camera) -> None:
    scene.go("Tea")
    scene.window.sees("honey", ".talk")
    scene.daemon.relay.cut()
    say(scene.window, "Is anybody there?")
    scene.window.sees("Reconnecting", ".bar")
    camera.take(scene.window, "offline")
    scene.window.go(f"{scene.daemon.url}/#/")
    scene.window.sees("Reconnecting", ".bar", 30)
    camera.take(scene.window, "offline-list")
    scene.daemon.relay.mend()
    scene.window.wait("document.querySelector('.bar').hidden", 30)


SITUATIONS = (loading, busy, words, error, offline)
