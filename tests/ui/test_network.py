"""The network under two people is slow, lossy, half-open or cut, and the server restarts."""

import json
import time

import pytest

from tests.ui.line import Line
from tests.ui.people import BOX, join_room, make_room, two
from tests.ui.relay import Weather
from tests.ui.test_messages import GENEROUS
from tests.ui.test_two_people import PASSWORD, lines, say, state_of

pytestmark = pytest.mark.browser

#: A phone at the edge of what it can hear.
SLOW = Weather(latency=0.4, rate=12_000)
LOSSY = Weather(latency=0.02, stall=0.1, held=0.8, reset=0.02)
BAR = "!document.querySelector('.bar').hidden"


@pytest.fixture
def both(daemon, browser):
    """anna and ben in the room Tea, and a line of ben's that no weather reaches."""
    daemon.configure(GENEROUS)
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    join_room(ben, "Tea")
    line = Line(daemon, "/api/session", {"name": "ben", "password": PASSWORD})
    tea = anna.js("location.hash").rpartition("/")[2]
    yield anna, ben, line, tea
    line.close()
    assert anna.complaints == ben.complaints == []


def watch(window):
    """From now on the page notes when its bar shows, in ms of its clock."""
    window.js(
        """(() => {
            window.shown = [];
            const bar = document.querySelector('.bar');
            let before = bar.hidden;
            new MutationObserver(() => {
                if (!bar.hidden && before) window.shown.push(Date.now());
                before = bar.hidden;
            }).observe(bar, { attributes: true });
        })()"""
    )


def shown(window):
    """The moments at which the bar appeared since `watch`, in seconds since the epoch."""
    return [moment / 1000 for moment in window.js("window.shown")]


def hurry(window):
    """The browser learns that there is a network."""
    window.offline(True)
    window.offline(False)


def is_live(window):
    window.wait("document.querySelector('.bar').hidden", 40)


def test_a_slow_network_shows_ones_words_at_once_and_loses_no_patience(daemon, both):
    anna, ben, _, _ = both
    for window in (anna, ben):
        watch(window)
    daemon.relay.weather = SLOW
    anna.write(BOX, "Slowly")
    anna.press("Enter")
    anna.until(lambda: lines(anna) == ["Slowly"], "in the next frame", 0.2)
    anna.until(lambda: state_of(anna, "Slowly") == "Waiting to be sent", "a clock", 1)
    for number in range(4):
        say(ben if number % 2 else anna, f"line {number}")
    everything = {"Slowly", *(f"line {number}" for number in range(4))}
    for window in (anna, ben):
        window.until(lambda window=window: set(lines(window)) == everything, "all of it", 30)
    anna.until(lambda: state_of(anna, "Slowly") == "Seen by 1", "seen", 30)
    assert lines(anna) == lines(ben)
    assert shown(anna) == shown(ben) == []


def test_a_lossy_network_loses_doubles_and_reorders_nothing(daemon, both):
    anna, ben, _, _ = both
    daemon.relay.weather = LOSSY
    said = {"anna": [], "ben": []}
    number = 0
    while number < 10 or not daemon.relay.resets:
        assert number < 200, "the weather resets nothing"
        name, window = (("anna", anna), ("ben", ben))[number % 2]
        said[name].append(f"{name} {number}")
        say(window, said[name][-1])
        number += 1
        if number > 20:
            # Said faster than they pass, all go as one piece, which may be lucky.
            time.sleep(0.1)
    daemon.relay.mend()
    everything = sorted([*said["anna"], *said["ben"]])
    for name, window in (("anna", anna), ("ben", ben)):
        hurry(window)
        window.until(lambda window=window: sorted(lines(window)) == everything, "each, once", 40)
        assert [text for text in lines(window) if text.startswith(name)] == said[name]
    anna.until(lambda: lines(anna) == lines(ben), "the same order for both")


@pytest.mark.journey
def test_a_half_open_network_is_noticed_and_left_as_soon_as_the_browser_is_online(daemon, both):
    anna, _, line, tea = both
    daemon.relay.swallow()
    line.say(tea, "Do you hear me?")
    say(anna, "Nobody answers")
    # Nothing was closed: that an answer is missing is all there is to notice.
    anna.wait(BAR, 20)
    assert lines(anna) == ["Nobody answers"]
    daemon.relay.mend()
    # What hangs in the old network would hang on for 15 s.
    begun = time.monotonic()
    hurry(anna)
    is_live(anna)
    assert time.monotonic() - begun < 5
    ours = ["Do you hear me?", "Nobody answers"]
    anna.until(lambda: lines(anna) == ours, "what was missed, and then what was said")


def test_of_a_cut_nothing_is_shown_for_three_seconds_and_now_is_now(daemon, both):
    anna, ben, _, _ = both
    watch(anna)
    cut = time.time()
    daemon.relay.cut()
    say(anna, "Still there?")
    anna.wait(BAR)
    assert 2.9 < shown(anna)[0] - cut < 4.5
    # Until the next try is some time ahead.
    words = "/in ([4-9]|1\\d) s/u.test(document.querySelector('.bar').innerText)"
    anna.wait(words, 60)
    place = anna.js("document.querySelector('.bar').getBoundingClientRect().toJSON()")
    assert place["height"] <= 48, "a thin bar"
    daemon.relay.mend()
    begun = time.monotonic()
    anna.click(".bar button", "Now")
    is_live(anna)
    assert time.monotonic() - begun < 3
    for window in (anna, ben):
        window.until(lambda window=window: lines(window) == ["Still there?"], "sent", 40)


@pytest.mark.journey
def test_a_network_that_the_browser_knows_to_be_gone_is_noticed_at_once(daemon, both):
    anna, _, _, _ = both
    say(anna, "Before")
    daemon.relay.swallow()
    begun = time.monotonic()
    anna.offline(True)
    anna.sees("This device is offline", ".bar")
    assert time.monotonic() - begun < 4
    say(anna, "Kept")
    daemon.relay.mend()
    anna.offline(False)
    is_live(anna)
    anna.until(lambda: lines(anna) == ["Before", "Kept"], "what was said meanwhile")
    anna.until(lambda: state_of(anna, "Kept") != "Waiting to be sent", "sent")


@pytest.mark.journey
def test_a_server_that_answers_without_any_network_is_believed(daemon, both):
    anna, _, _, _ = both
    watch(anna)
    anna.js("Object.defineProperty(navigator, 'onLine', { value: false })")
    # What the room is told at first would be a sign of life as well.
    for _ in range(3):
        anna.js("window.begun = Date.now(); dispatchEvent(new Event('offline'))")
        anna.wait("Date.now() - window.begun > 1500")
    say(anna, "Here")
    anna.until(lambda: lines(anna) == ["Here"], "said")
    anna.until(lambda: state_of(anna, "Here") != "Waiting to be sent", "sent")
    assert shown(anna) == []


@pytest.mark.parametrize("how", ["online", "visible"])
def test_one_is_back_at_once_when_the_browser_is(daemon, both, how):
    anna, _, _, _ = both
    if how == "visible":
        anna.look_away()
    daemon.relay.cut()
    anna.wait("/in ([6-9]|1\\d) s/u.test(document.querySelector('.bar').textContent)", 90)
    daemon.relay.mend()
    begun = time.monotonic()
    if how == "visible":
        anna.look_back()
    else:
        hurry(anna)
    is_live(anna)
    assert time.monotonic() - begun < 3


def test_what_was_missed_stands_before_anything_newer_shows(daemon, both):
    anna, _, line, tea = both
    for number in range(5):
        line.say(tea, f"line {number}")
    anna.until(lambda: len(lines(anna)) == 5, "the beginning")
    daemon.relay.cut()
    for number in range(5, 80):
        line.say(tea, f"line {number}")
    # Of every state of the page: is a line there without the one before it?
    anna.js(
        """(() => {
            window.holes = [];
            const look = () => {
                const found = [...document.querySelectorAll('.message .text')]
                    .map((one) => Number(/^line (\\d+)$/u.exec(one.textContent)?.[1]))
                    .filter((one) => !Number.isNaN(one));
                found.forEach((one, at) => {
                    if (at && one !== found[at - 1] + 1) window.holes.push([found[at - 1], one]);
                });
            };
            new MutationObserver(look).observe(document.querySelector('.list'),
                { childList: true, subtree: true, characterData: true });
        })()"""
    )
    daemon.relay.mend()
    hurry(anna)
    number = 80
    while lines(anna)[-1] == "line 4":
        assert number < 1000
        line.say(tea, f"line {number}")
        number += 1
    anna.until(lambda: lines(anna)[-1] == f"line {number - 1}", "the end")
    assert anna.js("window.holes") == []


PLACE = """(() => {
    const list = document.querySelector('.list');
    const top = list.getBoundingClientRect().top;
    const rows = [...list.querySelectorAll('.message')];
    const first = rows.find((row) => row.getBoundingClientRect().bottom > top);
    const box = document.querySelector('.composer textarea');
    return {
        row: first.querySelector('.text').textContent,
        at: first.getBoundingClientRect().top - top,
        text: box.value,
        focus: document.activeElement === box,
        selection: [box.selectionStart, box.selectionEnd],
    };
})()"""


def strays(window, place):
    """What is elsewhere, or otherwise, than it was, each as it was and as it is; {} for nothing."""
    now = window.js(PLACE)
    found = {name: (place[name], value) for name, value in now.items() if value != place[name]}
    if abs(now["at"] - place["at"]) <= window.scrolls_by:
        found.pop("at", None)
    return found


def reading(anna, line, tea):
    """Somewhere in the middle of what was said, with half a sentence written: `PLACE`."""
    for number in range(60):
        line.say(tea, f"line {number}")
    anna.until(lambda: lines(anna)[-1:] == ["line 59"], "all of it")
    anna.write(BOX, "half a sentence")
    anna.js(f"document.querySelector('{BOX}').setSelectionRange(2, 6)")
    anna.js("document.querySelector('.list').scrollTop -= 700")
    anna.wait("!document.querySelector('.pill').hidden")
    place = anna.js(PLACE)
    assert place["focus"]
    assert place["row"] != "line 59"
    return place


@pytest.mark.journey
def test_what_grows_above_moves_nothing_however_often(daemon, both):
    anna, _, line, tea = both
    reading(anna, line, tea)
    # Of no whole number of pixels: each time something is left that no scrolling takes away.
    anna.js("document.querySelector('.list').style.lineHeight = '20.3px'")
    anna.js("document.querySelector('.list').scrollTop += 307")
    place = anna.js(PLACE)
    rows = line.ask("history", room=tea, limit=50)["messages"]
    seq = next(one["seq"] for one in rows if one["text"] == place["row"]) - 2
    texts = "[...document.querySelectorAll('.text')].map((one) => one.innerText)"
    for turn in range(24):
        text = "\n".join(["higher"] * (turn + 1)) + f" {turn}"
        line.do("edit", room=tea, seq=seq, text=text)
        anna.wait(f"{texts}.some((text) => text.endsWith('r {turn}'))")
    assert strays(anna, place) == {}


@pytest.mark.journey
def test_a_restart_of_the_server_changes_nothing_in_the_page(daemon, both):
    anna, ben, line, tea = both
    place = reading(anna, line, tea)
    watch(anna)
    # As with systemd, which holds the listening socket meanwhile.
    daemon.relay.patience = 30
    stopped = time.time()
    daemon.stop()
    daemon.start()
    took = time.time() - stopped
    say(ben, "Was there anything?")
    anna.wait("document.querySelector('.pill').innerText.includes('1 new message')", 30)
    assert strays(anna, place) == {}
    # The bar is for what takes longer than a restart does.
    early = [moment - stopped for moment in shown(anna) if moment - stopped < max(took, 3)]
    assert early == [] if took < 3 else min([3, *early]) > 2.9


@pytest.mark.journey
def test_an_expired_session_leads_through_the_login_to_the_same_place(daemon, both):
    anna, _, line, tea = both
    place = reading(anna, line, tea)
    anna.js(
        """fetch('/api/session').then((answer) => answer.json()).then(({ csrf }) =>
            fetch('/api/session', { method: 'DELETE', headers: { 'X-CSRF-Token': csrf } }))"""
    )
    anna.sees("Your session has ended")
    anna.write("#password", PASSWORD)
    anna.press("Enter")
    anna.wait("document.querySelector('.list .message') !== null")
    back = {**place, "focus": True}
    anna.until(lambda: strays(anna, back) == {}, f"the place: {json.dumps(back)}")
