"""Each figure's way: a person's steps in a window, and what the browser says of them."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence

from bench.web.stage import NETWORK, SLOWER, Stage
from tests.ui.browser import Window
from tests.ui.people import go
from tests.ui.test_two_people import BOX

Say = Callable[[str], None]
TALK, OTHER, LONG, LOUD = "Talk", "Other", "Long", "Loud"
MESSAGES = 10_000
ROUNDS = 10
#: Rounds over a page of so many plain paragraphs, which are higher than a gesture is long.
FLOOR_ROUNDS, PLAIN = 3, 600
#: In a second, and for how many.
RATE, SECONDS = 200, 30
SWITCHES = 20
USABLE = "window.seen?.usable"
#: Frames, from now on until `frames_` is another.
FRAMES = """
window.frames_ = [];
(function next(found, before) {
  requestAnimationFrame((now) => {
    if (before) found.push(now - before);
    if (window.frames_ === found) next(found, now);
  });
})(window.frames_, 0);
"""


def fill(stage: Stage, say: Say, messages: int) -> None:
    """The rooms that the figures need, and what was said in them."""
    for name in (TALK, OTHER, LONG, LOUD):
        stage.room(name)
    ben = stage.speaker("ben")
    say(f"{messages:,} messages are said")
    for name in (TALK, OTHER):
        ben.fill(stage.rooms[name], [sentence(number) for number in range(120)])
    ben.fill(stage.rooms[LONG], [sentence(number) for number in range(messages)])
    ben.close()
    # The window in which the rooms were made looks at one: it would draw all that is measured, too.
    stage.anna.go("about:blank")


def sentence(number: int) -> str:
    """Words of a length that changes, a link now and then, other scripts, an emoji."""
    words = ("tea", "kettle", "leaves", "harbour", "morning", "window", "letter", "train")
    told = [words[(number * 7 + place * 3) % 8] for place in range(3 + number * number % 37)]
    more = ("", " https://example.org/tea", " 🍵", " 東京の天気", " مرحبا")[number % 5]
    return f"{number}: {' '.join(told)}{more}"


def fresh(stage: Stage) -> dict[str, float]:
    """A profile with nothing but a session, on the slow network with the slow processor."""
    window = stage.profile()
    network = Network(window)
    window.call("Network.emulateNetworkConditions", offline=False, **NETWORK)
    window.call("Emulation.setCPUThrottlingRate", rate=SLOWER)
    stage.visit(window, TALK)
    usable = float(window.wait(USABLE, 60))
    requests, received = network.requests, network.bytes
    time.sleep(2)
    shift = float(window.js("seen.shift"))
    window.close()
    return {
        "fresh_ms": usable,
        "fresh_requests": requests,
        "fresh_kb": received / 1000,
        "shift": shift,
    }


def warm(stage: Stage) -> dict[str, float]:
    """The same profile again, a minute later: what it has, it has."""
    window = stage.profile()
    stage.visit(window, TALK)
    window.wait(USABLE, 60)
    window.wait(
        "navigator.serviceWorker.getRegistration()"
        ".then((one) => one?.active?.state === 'activated')"
    )
    time.sleep(1)
    found = []
    for _ in range(5):
        window.call("Page.navigate", url="about:blank")
        stage.visit(window, TALK)
        found.append(float(window.wait(USABLE)))
    shift = float(window.js("seen.shift"))
    window.close()
    return {"warm_ms": middle(found), "shift": shift}


def everyday(stage: Stage) -> dict[str, float]:
    """From room to room, and what one does with a keyboard and a mouse."""
    window = stage.profile()
    stage.visit(window, TALK)
    window.wait(USABLE)
    for room in (OTHER, TALK):
        go(window, room)
        window.wait("document.querySelector('.message .text') !== null")
    time.sleep(1)
    switches = [switch(window, room) for _ in range(SWITCHES // 2) for room in (OTHER, TALK)]
    window.js("void seen.events.splice(0)")
    for number in range(10):
        window.click(BOX)
        for letter in "Good morning":
            window.call("Input.dispatchKeyEvent", type="keyDown", text=letter, key=letter)
            window.call("Input.dispatchKeyEvent", type="keyUp", key=letter)
        window.press("Enter")
        go(window, (OTHER, TALK)[number % 2])
        window.click(".place button", "More")
        window.press("Escape")
        key = {"key": "k", "code": "KeyK", "windowsVirtualKeyCode": 75, "modifiers": 2}
        window.call("Input.dispatchKeyEvent", type="keyDown", **key)
        window.call("Input.dispatchKeyEvent", type="keyUp", **key)
        window.wait("document.querySelector('dialog') !== null")
        window.press("Escape")
        window.wait("document.querySelector('dialog') === null")
    time.sleep(1)
    slowest = max((duration for _, duration in window.js("seen.events")), default=0.0)
    shift = float(window.js("seen.shift"))
    window.close()
    return {"switch_ms": max(switches), "interaction_ms": slowest, "shift": shift}


def switch(window: Window, room: str) -> float:
    """Milliseconds from a click on a room of the list to the frame that shows its messages."""
    return float(
        window.js(
            f"""new Promise((done) => {{
                const item = [...document.querySelectorAll('.sidebar a.item')]
                    .find((one) => one.textContent.includes({json.dumps(room)}));
                const began = performance.now();
                item.click();
                (function look() {{
                    requestAnimationFrame(() => {{
                        const head = document.querySelector('.head h1').textContent;
                        const there = document.querySelector('.message .text');
                        if (head !== {json.dumps(room)} || !there) look();
                        else requestAnimationFrame(() => done(performance.now() - began));
                    }});
                }})();
            }})"""
        )
    )


def scrolling(stage: Stage, say: Say, messages: int, rounds: int) -> dict[str, float]:
    say("what the browser itself takes to scroll a page without any script")
    floor = scrolling_floor(stage, min(rounds, FLOOR_ROUNDS))
    window = stage.profile()
    stage.visit(window, LONG)
    window.wait(USABLE)
    read_all(window)
    window.call("Page.navigate", url="about:blank")
    stage.visit(window, LONG)
    window.wait(USABLE)
    say("all of the messages are loaded")
    load_all(window, messages)
    window.call("HeapProfiler.enable")
    window.call("Emulation.setCPUThrottlingRate", rate=SLOWER)
    round_of_scrolling(window)
    before = heap(window)
    gaps: list[float] = []
    for number in range(rounds):
        gaps += round_of_scrolling(window)
        say(f"scrolled {number + 1} of {rounds} rounds, p95 {p95(gaps):.1f} ms")
    grown = heap(window) - before
    window.close()
    return {
        "scroll_gap_ms": p95(gaps),
        "scroll_floor_ms": floor,
        "scroll_heap_mb": grown / 1e6,
    }


def scrolling_floor(stage: Stage, rounds: int) -> float:
    """The same gestures over as many pixels of plain paragraphs: where the browser misses frames of
    these, it is the machine that is too slow, or busy. Milliseconds, the 95th percentile."""
    window = stage.profile()
    window.call("Page.navigate", url="about:blank")
    window.js(f"document.documentElement.innerHTML = {json.dumps(plain_page())}")
    window.call("Emulation.setCPUThrottlingRate", rate=SLOWER)
    gaps = [gap for _ in range(rounds) for gap in round_of_scrolling(window)]
    window.close()
    return p95(gaps)


def plain_page() -> str:
    style = "html, body, .list { height: 100%; margin: 0 } .list { overflow: auto }"
    said = "".join(f"<p>{sentence(number)}</p>" for number in range(PLAIN))
    return f"<head><style>{style}</style></head><body><div class='list'>{said}</div></body>"


def read_all(window: Window) -> None:
    """Whoever comes for the first time is led to the first message: this is the way to the last."""
    window.click(".pill")
    window.wait("document.querySelector('.pill').hidden")
    # What is before somebody's eyes for half a second counts as read.
    time.sleep(2)


def load_all(window: Window, messages: int) -> None:
    """Up from the last message to the first, page by page, as somebody with patience would."""
    window.wait(
        """(() => {
            document.querySelector('.list').scrollTop = 0;
            return document.querySelector('.list .start') !== null;
        })()""",
        60 + messages / 20,
    )


def round_of_scrolling(window: Window) -> list[float]:
    """Some screens down and up again by the wheel, fast; milliseconds between frames."""
    x, y = window.js(
        """(() => {
            const { x, y, width, height } = document.querySelector('.list').getBoundingClientRect();
            return [x + width / 2, y + height / 2];
        })()"""
    )
    window.js(FRAMES)
    for distance in (-12_000, 12_000):
        window.call(
            "Input.synthesizeScrollGesture",
            x=x,
            y=y,
            yDistance=distance,
            speed=6000,
            gestureSourceType="mouse",
            preventFling=True,
        )
    return list(window.js("(() => { const found = frames_; frames_ = null; return found; })()"))


def heap(window: Window) -> float:
    window.call("HeapProfiler.collectGarbage")
    return float(window.call("Runtime.getHeapUsage")["usedSize"])


def flood(stage: Stage, say: Say, seconds: float) -> dict[str, float]:
    """Others say more than anybody can read, and somebody looks at it."""
    window = stage.profile()
    stage.visit(window, LOUD)
    speakers = [stage.speaker(f"speaker{number}") for number in range(4)]
    speakers[0].fill(stage.rooms[LOUD], ["It begins."])
    window.wait(USABLE)
    window.js(
        """void (() => {
            window.shown = new Set();
            const look = (node) => {
                for (const { textContent } of node.querySelectorAll?.('.text') ?? []) {
                    shown.add(textContent);
                }
            };
            new MutationObserver((all) => {
                for (const { addedNodes } of all) addedNodes.forEach(look);
            }).observe(document.querySelector('.list'), { childList: true, subtree: true });
            seen.tasks.splice(0);
        })()"""
    )
    say(f"{RATE} messages a second for {seconds:.0f} s")
    said = [
        [f"{name} {sentence(number)}" for number in range(round(RATE * seconds / len(speakers)))]
        for name in range(len(speakers))
    ]
    threads = [
        one.flood(stage.rooms[LOUD], texts, seconds)
        for one, texts in zip(speakers, said, strict=True)
    ]
    while any(thread.is_alive() for thread in threads):
        window.js("0")
        time.sleep(0.5)
    time.sleep(3)
    # What is a link or an emoji has a node of its own: texts are told apart by their beginning.
    shown = {beginning(text) for text in window.js("[...shown]")}
    missing = {beginning(text) for texts in said for text in texts} - shown
    longest = max(window.js("seen.tasks"), default=0.0)
    for one in speakers:
        one.close()
    window.close()
    return {"flood_task_ms": longest, "flood_missing": len(missing)}


def beginning(text: str) -> str:
    return text.partition(":")[0]


class Network:
    """What a window asks for and what it receives, sockets among it."""

    def __init__(self, window: Window) -> None:
        self.requests = self.bytes = 0
        self._heard = window.heard
        window.heard = self._hears  # type: ignore[method-assign]

    def _hears(self, method: str, params: dict) -> None:  # type: ignore[type-arg]
        if method in ("Network.requestWillBeSent", "Network.webSocketCreated"):
            self.requests += 1
        elif method == "Network.loadingFinished":
            self.bytes += params["encodedDataLength"]
        elif method == "Network.webSocketFrameReceived":
            self.bytes += len(params["response"]["payloadData"].encode())
        self._heard(method, params)


def p95(values: Sequence[float]) -> float:
    return sorted(values)[math.ceil(len(values) * 0.95) - 1]


def middle(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]
