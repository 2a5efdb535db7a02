"""How the page reaches the browser: how little of it, offline, over an upgrade, installed."""

import shutil

import pytest

from tests.ui.browser import Browser, Window
from tests.ui.daemon import ROOT, Daemon
from tests.ui.line import Line
from tests.ui.people import make_room, two
from tests.ui.test_two_people import BOX, PASSWORD, first_administrator, lines, say, state_of

pytestmark = pytest.mark.browser

#: What a fresh profile may ask for, and how many bytes may come, until one can write.
REQUESTS = 12
BYTES = 150_000
COOKIE = "__Host-chatd"
SETTLED = """navigator.serviceWorker.getRegistration().then(async (one) =>
    one?.active?.state === 'activated' && (await caches.keys()).length === 1)"""


class Traffic:
    """What a window asks for and receives, as Chromium counts it."""

    def __init__(self, window: Window) -> None:
        self.bytes = 0
        self.sockets = 0
        self._heard = window.heard
        window.heard = self.heard  # type: ignore[method-assign]

    def heard(self, method, params):
        if method == "Network.loadingFinished":
            self.bytes += params["encodedDataLength"]
        elif method == "Network.webSocketFrameReceived":
            self.bytes += len(params["response"]["payloadData"].encode())
        elif method == "Network.webSocketCreated":
            self.sockets += 1
        self._heard(method, params)


def same_person(window: Window, other: Window, url: str) -> None:
    """A fresh profile that is signed in, and has nothing else."""
    cookies = other.call("Network.getCookies", urls=[url])["cookies"]
    (value,) = [one["value"] for one in cookies if one["name"] == COOKIE]
    window.call(
        "Network.setCookie",
        name=COOKIE,
        value=value,
        url=url,
        path="/",
        secure=True,
        httpOnly=True,
        sameSite="Lax",
    )


def test_a_fresh_profile_can_write_after_few_requests_and_bytes(daemon, browser):
    anna = browser.window()
    first_administrator(anna, daemon.link(daemon.start()))
    make_room(anna, "Tea")
    for number in range(20):
        say(anna, f"Message {number} of a morning on which somebody had much to say")
    anna.until(lambda: state_of(anna, lines(anna)[-1]) == "Sent", "stored", 40)
    room = anna.js("location.hash")

    fresh = browser.window()
    same_person(fresh, anna, daemon.url)
    traffic = Traffic(fresh)
    fresh.requests.clear()
    fresh.call("Page.navigate", url=f"{daemon.url}/{room}")
    fresh.sees("Message 19", ".talk")
    fresh.wait(f"document.querySelector('{BOX}').getClientRects().length > 0")

    asked = [url.removeprefix(daemon.url) for url in fresh.requests]
    assert len(asked) + traffic.sockets <= REQUESTS, asked
    assert traffic.bytes <= BYTES, f"{traffic.bytes} bytes for {asked}"
    assert traffic.bytes > 50_000, "the page itself was counted"
    scripts = [path for path in asked if path.endswith(".js") and path.startswith("/ui/")]
    names = sorted(path.removeprefix("/ui/").split(".")[0] for path in scripts)
    assert names == ["app", "start"]
    assert fresh.complaints == []


def test_without_a_network_the_page_opens_and_sends_later_what_is_said(daemon, browser):
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    say(anna, "Before the tunnel")
    line = Line(daemon, "/api/session", {"name": "anna", "password": PASSWORD})
    line.do("set_profile", display="Anna L")
    line.do("set_status", emoji="🌴", text="Away")
    line.close()
    anna.sees("🌴", ".me")
    anna.wait(SETTLED)
    daemon.relay.cut()
    for _ in range(2):
        # Once as a reload, once as somebody who opens the page anew, at its bare address.
        anna.reload()
        anna.sees("Tea", ".sidebar")
        # Everybody is called as before, and nothing of the list is missing.
        assert [text for text in ("Anna L", "🌴", "Notes to self") if text not in anna.text()] == []
        anna.wait(f"document.querySelector('{BOX}') !== null")
    anna.sees("come as soon as the server can be reached", ".talk")
    say(anna, "Written in the tunnel")
    anna.until(lambda: state_of(anna, "Written in the tunnel") == "Waiting to be sent", "kept")
    anna.sees("Reconnecting", ".bar")
    daemon.relay.mend()
    anna.click(".bar button", "Now")
    anna.until(
        lambda: lines(anna) == ["Before the tunnel", "Written in the tunnel"], "all of it, once", 40
    )
    anna.until(lambda: state_of(anna, "Written in the tunnel") == "Sent", "stored")
    assert anna.complaints == []
    ben.close()


def test_without_a_network_a_stranger_is_told_so_and_led_on_once_it_is_back(daemon, browser):
    anna = browser.window()
    first_administrator(anna, daemon.link(daemon.start()))
    anna.wait(SETTLED)
    sign_out(anna)
    daemon.relay.cut()
    anna.reload()
    anna.sees("The server cannot be reached")
    anna.sees("tries again by itself")
    daemon.relay.mend()
    anna.click("button", "Try again now")
    anna.wait("document.querySelector('#password') !== null")
    assert anna.complaints == []


def test_signing_out_leaves_nothing_of_the_person_in_this_browser(daemon, browser):
    anna = browser.window()
    first_administrator(anna, daemon.link(daemon.start()))
    make_room(anna, "Zanzibar")
    anna.wait(SETTLED)
    anna.reload()
    anna.wait("localStorage.remembered.includes('Zanzibar')")
    user = anna.js("JSON.parse(localStorage.remembered).session.user")
    sign_out(anna)
    # Asked again where the page is just being replaced.
    left = anna.wait(
        """(async () => {
            const found = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
            const addresses = [];
            for (const name of await caches.keys()) {
                const cache = await caches.open(name);
                for (const request of await cache.keys()) {
                    const answer = await cache.match(request);
                    addresses.push(new URL(request.url).pathname);
                    if (answer.headers.get('Content-Type').startsWith('text/')) {
                        found.push(await answer.text());
                    }
                }
            }
            return { addresses, found: found.join() };
        })()"""
    )
    assert "Zanzibar" not in left["found"]
    assert user not in left["found"]
    assert "<!doctype html>" in left["found"], "the shell itself stays"
    assert left["addresses"].count("/") == 1
    assert all(path == "/" or path.startswith("/ui/") for path in left["addresses"])


def sign_out(window: Window) -> None:
    window.click(".sidebar button", "Settings")
    window.click("dialog button", "Sign out")
    window.wait("document.querySelector('#password') !== null && !document.querySelector('.app')")


def test_after_an_upgrade_the_next_page_is_the_new_one_and_nothing_old_is_left(
    daemon, browser, tmp_path
):
    anna = browser.window()
    first_administrator(anna, daemon.link(daemon.start()))
    anna.wait(SETTLED)
    old = anna.js("caches.keys()")
    daemon.stop()
    newer(daemon, tmp_path)
    daemon.start()
    anna.reload()
    anna.wait("document.documentElement.dataset.edition === 'newer'")
    anna.sees("anna", ".sidebar")
    anna.until(lambda: anna.js("caches.keys()") not in (old, []), "the new shell")
    anna.wait(SETTLED)
    daemon.relay.cut()
    anna.reload()
    anna.wait("document.documentElement.dataset.edition === 'newer'")
    assert anna.complaints == []


def newer(daemon: Daemon, folder) -> None:
    """From its next start on the daemon is one whose page differs."""
    tree = folder / "newer"
    for part in ("chatd", "twisted"):
        shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
    with (tree / "chatd" / "ui" / "main.js").open("a") as script:
        script.write("document.documentElement.dataset.edition = 'newer';\n")
    daemon.runs_from(tree)


def test_the_page_can_be_installed(tmp_path):
    # Just what quickstart makes: this daemon has an authority of its own.
    daemon = Daemon(tmp_path)
    said = daemon.start()
    # A process of its own for its own profile: all others are private windows, which install
    # nothing.
    browser = Browser(daemon.certificate)
    try:
        window = browser.window(context="")
        first_administrator(window, daemon.link(said))
        window.wait(SETTLED)
        manifest = window.call("Page.getAppManifest")
        assert manifest["errors"] == []
        assert manifest["url"] == f"{daemon.url}/manifest.webmanifest"
        assert window.call("Page.getInstallabilityErrors")["installabilityErrors"] == []
        assert window.complaints == []
    finally:
        browser.close()
        daemon.close()
