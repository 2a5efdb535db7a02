"""A tab that is open for a day: what it holds stays the same, however much passes through it."""

import time

import pytest

from tests.ui.line import Line
from tests.ui.people import another, go
from tests.ui.test_tabs import connections
from tests.ui.test_two_people import PASSWORD

pytestmark = pytest.mark.browser

ROOMS = ("Cake", "Jam", "Milk", "Tea")
#: Until every room has as much as a room ever keeps, and then some.
WARM = 3
ROUNDS = 6
#: Messages in each room and round; switches from room to room; connections that break.
SAID = 400
SWITCHES = 12
BREAKS = 2
#: What may be more after those rounds than before, for good measure of what a browser does itself.
NODES = 100
LISTENERS = 20
HEAP = 5e5

LIMITS = """[limits]
messages_per_second = 2000
messages_burst = 4000
user_messages_per_second = 2000
user_messages_burst = 4000
bytes_per_second = 1e7
bytes_burst = 1e7
connections_per_address = 2000
"""


def holds(window):
    """Nodes, listeners and bytes, once what is nobody's any more is gone."""
    for _ in range(3):
        window.js("new Promise((then) => setTimeout(then, 300))")
        window.call("HeapProfiler.collectGarbage")
    found = {one["name"]: one["value"] for one in window.call("Performance.getMetrics")["metrics"]}
    return {name: found[name] for name in ("Nodes", "JSEventListeners", "JSHeapUsedSize")}


def a_few_hours(daemon, window, line, rooms, number):
    for part in range(BREAKS):
        for name, room in rooms.items():
            said = (f"{number} {part} {message} in {name}" for message in range(SAID // BREAKS))
            line.talk(room, [f"{text}, which goes on for a while" for text in said])
        for step in range(SWITCHES // BREAKS):
            go(window, ROOMS[step % len(ROOMS)])
            if ROOMS[step % len(ROOMS)] != "Tea":
                window.js("document.querySelector('.list').scrollBy(0, -400)")
        before = connections([window])
        daemon.relay.cut()
        window.js("new Promise((then) => setTimeout(then, 200))")
        daemon.relay.mend()
        window.until(lambda before=before: connections([window]) > before, "it is back", 30)
    go(window, "Tea")
    last = f"{number} {BREAKS - 1} {SAID // BREAKS - 1} in Tea"
    window.sees(last, ".talk", 30)


def test_nodes_and_heap_are_flat_over_a_day(daemon, browser):
    daemon.configure(LIMITS)
    secret = daemon.link(daemon.start()).partition("#setup=")[2]
    line = Line(daemon, "/api/setup", {"secret": secret, "name": "anna", "password": PASSWORD})
    rooms = {name: line.do("create_room", name=name)["room"] for name in ROOMS}
    window = another(daemon, browser, "anna")
    window.call("Performance.enable")
    window.call("HeapProfiler.enable")
    measured = []
    for number in range(WARM + ROUNDS):
        began = time.monotonic()
        a_few_hours(daemon, window, line, rooms, number)
        measured.append(holds(window))
        print(number, f"{time.monotonic() - began:.1f} s", measured[-1])
    line.close()
    before, after = measured[WARM - 1], measured[-1]
    assert after["Nodes"] - before["Nodes"] < NODES, measured
    assert after["JSEventListeners"] - before["JSEventListeners"] < LISTENERS, measured
    assert after["JSHeapUsedSize"] - before["JSHeapUsedSize"] < HEAP, measured
    assert window.complaints == []
