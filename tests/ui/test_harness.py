"""What all tests of the page stand on: one browser for a run, in which nobody meets another."""

import os
import signal

import pytest

from tests.ui.browser import Browser
from tests.ui.daemon import Daemon
from tests.ui.process import Kept
from tests.ui.test_delivery import SETTLED
from tests.ui.test_two_people import first_administrator

pytestmark = pytest.mark.browser

#: What a profile has kept: permission, storage, databases, workers, caches.
KEPT = """(async () => [
    Notification.permission, localStorage.length, (await indexedDB.databases()).length,
    (await navigator.serviceWorker.getRegistrations()).length, (await caches.keys()).length,
])()"""


def fresh(daemon, browser):
    """A window at the server, on a page that keeps nothing."""
    window = browser.window()
    window.go(f"{daemon.url}/protocol")
    return window


def contexts(browser):
    return set(browser.call("Target.getBrowserContexts")["browserContextIds"])


def running(browser, url):
    """What runs of a server: pages, workers."""
    targets = browser.call("Target.getTargets")["targetInfos"]
    return [one["url"] for one in targets if one["url"].startswith(url)]


def test_a_browser_leaves_nothing_to_the_next_in_the_same_process(daemon, chromiums):
    link = daemon.link(daemon.start())
    first = Browser(chromiums=chromiums)
    before = contexts(first)
    nothing = fresh(daemon, first).js(KEPT)
    assert nothing[0] != "granted" and nothing[1:] == [0, 0, 0, 0]
    anna = first.window()
    first_administrator(anna, link)
    anna.wait(SETTLED)
    anna.allow("notifications")
    kept = anna.js(KEPT)
    assert kept[0] == "granted" and min(kept[1:]) > 0
    assert fresh(daemon, first).js(KEPT) == nothing
    first.close()
    second = Browser(chromiums=chromiums)
    assert (second.pid, contexts(second)) == (first.pid, before)
    window = second.window()
    window.until(lambda: not running(second, daemon.url), "the worker ended")
    window.go(f"{daemon.url}/protocol")
    assert window.js(KEPT) == nothing
    window.go(daemon.url)
    window.wait("document.querySelector('#password') !== null")
    second.close()


def test_after_a_browser_that_died_comes_another(daemon, chromiums):
    daemon.start()
    first = Browser(chromiums=chromiums)
    fresh(daemon, first)
    os.kill(first.pid, signal.SIGKILL)
    first.close()
    second = Browser(chromiums=chromiums)
    assert second.pid != first.pid
    assert fresh(daemon, second).js("location.pathname") == "/protocol"
    second.close()


def test_one_that_nobody_gave_back_ends_with_the_run():
    class Stub:
        lives = True
        ended = ""

        def close(self):
            self.ended = "asked to"

        def end(self, patience=10):
            self.ended = f"by force after {patience} s"

    kept = Kept(Stub)
    given, forgotten = kept.take(), kept.take()
    kept.give_back(given)
    kept.close()
    assert (given.ended, forgotten.ended) == ("asked to", "by force after 0 s")


def test_a_certificate_of_another_authority_is_not_believed(tmp_path, browser):
    stranger = Daemon(tmp_path)
    try:
        stranger.start()
        window = browser.window()
        window.go(stranger.url)
        assert "ERR_CERT_AUTHORITY_INVALID" in window.text()
    finally:
        stranger.close()
