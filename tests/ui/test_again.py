"""A page of which a part does not come is loaded again by itself, and not for ever."""

import re
import ssl
from urllib.request import urlopen

import pytest

from tests.embed.frame import frame_of
from tests.ui.site import Site

pytestmark = pytest.mark.browser

#: A page's timers are over at once; what they were to wait is in ``waited``.
AT_ONCE = """
    globalThis.waited = JSON.parse(sessionStorage.getItem('waited') ?? '[]');
    const later = setTimeout;
    globalThis.setTimeout = (then, ms) => {
        waited.push(ms);
        sessionStorage.setItem('waited', JSON.stringify(waited));
        return later(then, 0);
    };
"""
WAITS = [1000, 3000, 9000]
#: What a page's timers wait is in ``waited``.
RECORDED = """
    globalThis.waited = [];
    const later = setTimeout;
    globalThis.setTimeout = (then, ms) => {
        waited.push(ms);
        return later(then, ms);
    };
"""
#: Milliseconds that embed.js waits for a frame that said it loads itself again; else it is 3,000.
ALL = 20_000


def keep_out(window, *patterns):
    window.call("Network.setBlockedURLs", urls=list(patterns))


@pytest.mark.parametrize("part", ["*/ui/app.*.js", "*/ui/app.*.css"])
def test_a_page_of_which_a_part_does_not_come_is_loaded_again_and_then_is_whole(
    daemon, browser, part
):
    daemon.start()
    window = browser.window()
    keep_out(window, part)
    window.go(daemon.url)
    # The name of this page's count: whoever comes to it once more has tried once.
    window.wait("sessionStorage.getItem('/ loads') === '1'")
    keep_out(window)
    window.wait("document.querySelector('#name') !== null")
    window.wait("getComputedStyle(document.querySelector('#name')).minHeight === '44px'")
    window.wait("sessionStorage.getItem('/ loads') === null")


def test_it_is_tried_three_times_ever_later_and_then_the_words_of_the_page_ask(daemon, browser):
    daemon.start()
    window = browser.window()
    window.call("Page.addScriptToEvaluateOnNewDocument", source=AT_ONCE)
    keep_out(window, "*/ui/app.*.js")
    window.go(daemon.url)

    def loads():
        return window.requests.count(f"{daemon.url}/")

    window.until(lambda: window.js("1") and loads() == 1 + len(WAITS), "three tries")
    # What did not come is known then, and what is done about it.
    window.wait("document.readyState === 'complete'")
    window.sees("The page is still loading")
    window.sees("load it again")
    assert window.js("waited") == WAITS
    assert loads() == 1 + len(WAITS)
    keep_out(window)
    window.click(".starting a")
    window.wait("document.querySelector('#name') !== null")


def test_a_page_that_was_made_by_the_version_before_finds_the_one_that_is_there(daemon, browser):
    daemon.start()
    window = browser.window()
    trust = ssl.create_default_context(cafile=str(daemon.authority))
    with urlopen(daemon.url, context=trust) as answer:
        page = answer.read().decode()
    before = re.sub(r"/app\.\w+\.", "/app.0123456789abcdef.", page)
    assert before != page
    with window.answering(f"{daemon.url}/", before):
        window.go(daemon.url)
        window.wait("sessionStorage.getItem('/ loads') === '1'")
    window.wait("document.querySelector('#name') !== null")


@pytest.fixture
def site(daemon):
    site = Site(daemon)
    yield site
    site.close()


def test_in_a_page_of_another_site_the_chat_loads_itself_again_and_that_page_waits(
    daemon, browser, site
):
    daemon.start()
    page = browser.window()
    page.call("Page.addScriptToEvaluateOnNewDocument", source=RECORDED)
    page.go(site.url)
    frame = frame_of(browser, page, f"{daemon.url}/embed")
    page.until(lambda: f"{site.url}/token" in page.requests, "its first word was heard")
    frame.wait("document.readyState === 'complete'")
    page.js("waited.length = 0")

    frame.call("Page.enable")
    frame.call("Page.addScriptToEvaluateOnNewDocument", source=AT_ONCE)
    keep_out(frame, "*/ui/embed.*.js")
    frame.js("location.reload()")
    frame.wait("sessionStorage.getItem('/ loads') === '3' && document.readyState === 'complete'")
    # It was silent three times, and is not given up for that.
    assert page.js("waited") == [ALL] * 3
    assert page.js("document.querySelector('[role=alert]') === null")
    keep_out(frame)
    frame.js("location.reload()")
    frame.wait("sessionStorage.getItem('/ loads') === null")
    frame.wait("document.body?.innerText.length > 0")
