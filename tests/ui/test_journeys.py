"""What two and three people do in a day, from the invitation on, in Chromium and in Firefox."""

import pytest

from tests.ui.people import BOX, join_room, make_room, somebody, two
from tests.ui.test_messages import chips, menu, message, press
from tests.ui.test_network import hurry
from tests.ui.test_outbox import kept
from tests.ui.test_two_people import lines, say, state_of

pytestmark = pytest.mark.browser

HOUR = 3_600_000


@pytest.mark.journey
def test_three_people_from_the_invitation_to_having_seen(daemon, browser):
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea", "Everything about leaves")
    join_room(ben, "Tea")
    (clara,) = somebody(daemon, browser, anna, "clara")
    join_room(clara, "Tea")
    everybody = (anna, ben, clara)

    say(anna, "Which tea today?")
    for window in (ben, clara):
        window.sees("Which tea today?", ".list")
    anna.until(lambda: state_of(anna, "Which tea today?") == "Seen by 2", "seen by both")

    press(ben, "Which tea today?", "Reply")
    say(ben, "The geen one")
    for window in everybody:
        window.wait("document.querySelector('.quote .quoted')?.textContent === 'Which tea today?'")
    press(clara, "The geen one", "React")
    clara.click(".picker .quick button", "thumbs up")
    for window in everybody:
        window.until(lambda window=window: chips(window, "The geen one") == ["👍 1"], "the thumb")

    ben.click(BOX)
    ben.press("ArrowUp")
    ben.sees("Editing your message", ".composer")
    ben.write(BOX, "The green one")
    ben.press("Enter")
    for window in everybody:
        window.until(lambda window=window: lines(window)[-1] == "The green one", "the edit")
    say(clara, "Never mind")
    anna.sees("Never mind", ".list")
    menu(clara, "Never mind", "Delete")
    clara.click("dialog button.danger")
    for window in everybody:
        window.sees("This message was deleted.", ".list")

    anna.click(".head button", "Search")
    anna.write("#search", "green")
    anna.wait("document.querySelector('dialog .hit mark')?.innerText === 'green'")
    anna.click("dialog .hit")
    anna.wait(f"{message('The green one')}?.classList.contains('lit')")
    for window in everybody:
        assert window.complaints == []
        # What the page makes itself, such as its icon with a number, has an address of its own.
        ours = (daemon.url, f"blob:{daemon.url}/", "about:blank")
        assert [url for url in window.requests if not url.startswith(ours)] == []


@pytest.mark.journey
def test_in_mid_sentence_the_network_goes_the_tab_is_closed_and_one_comes_back(daemon, browser):
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    room = anna.js("location.href")
    join_room(ben, "Tea")
    daemon.relay.cut()
    say(anna, "Written in a tunnel")
    anna.until(lambda: kept(anna) == ["Written in a tunnel"], "kept")
    anna.write(BOX, "half a sen")
    say(ben, "Written on a train")
    beside = anna.another()
    anna.close_tab()

    daemon.relay.mend()
    hurry(ben)
    beside.go(room)
    both = ["Written in a tunnel", "Written on a train"]
    for window in (beside, ben):
        window.until(lambda window=window: sorted(lines(window)) == both, "both, once", 40)
    beside.until(lambda: state_of(beside, "Written in a tunnel") == "Seen by 1", "seen", 40)
    say(ben, "There you are")
    ben.until(lambda: state_of(ben, "There you are") == "Seen by 1", "seen by who came back")
    assert beside.complaints == ben.complaints == []


def age(window, hours):
    """Makes what is in the outbox older."""
    window.js(
        f"""new Promise((done, failed) => {{
            const opening = indexedDB.open('chatd', 1);
            opening.onsuccess = () => {{
                const {{ result }} = opening;
                const change = result.transaction('outbox', 'readwrite');
                const table = change.objectStore('outbox');
                table.getAll().onsuccess = ({{ target }}) => {{
                    const at = (one) => one.at - {hours * HOUR};
                    for (const one of target.result) table.put({{ ...one, at: at(one) }});
                }};
                change.oncomplete = () => (result.close(), done());
                change.onerror = failed;
            }};
        }})"""
    )


@pytest.mark.journey
def test_what_was_written_more_than_a_day_ago_asks_before_it_is_sent(daemon, browser):
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    room = anna.js("location.href")
    join_room(ben, "Tea")
    beside = anna.another()
    daemon.relay.cut()
    for text in ("Lunch in five minutes?", "And a cake"):
        say(anna, text)
    anna.until(lambda: len(kept(anna)) == 2, "kept")
    age(anna, 25)
    anna.close_tab()
    daemon.relay.mend()
    hurry(ben)
    beside.go(room)
    beside.sees("You wrote this a while ago. Send it now?", ".list")
    say(ben, "Anybody here?")
    beside.sees("Anybody here?", ".list")
    assert lines(ben) == ["Anybody here?"], "nothing went by itself"
    beside.click(".failure button", "Retry")
    ben.until(lambda: lines(ben) == ["Anybody here?", "Lunch in five minutes?"], "what was meant")
    beside.click(".failure button", "Edit")
    assert beside.js(f"document.querySelector('{BOX}').value") == "And a cake"
    beside.until(lambda: kept(beside) == [], "nothing waits any more")
