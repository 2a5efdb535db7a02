"""chatd below a path behind a proxy that takes it away, and two of them on one host."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.admin.doctor.front import HOST, Papers, Proxy, proxy
from tests.daemon import Daemon, Sections, free_port
from tests.ui.below_path import journey, sign_in, sign_out
from tests.ui.browser import Browser, Window
from tests.ui.people import make_room
from tests.ui.site import Site
from tests.ui.test_push import away, room_id, told
from tests.ui.test_two_people import PASSWORD

pytestmark = pytest.mark.browser

#: One begins with the other: what only looks at the beginning takes them for one.
CHAT, OTHER = "/chat", "/chatter"


class Host:
    """A front, and the window of one profile; each `daemon` is ended with them."""

    def __init__(self, folder: Path, front: Proxy, window: Window) -> None:
        self.front = front
        self.window = window
        self.daemons: list[Daemon] = []
        self._folder = folder
        self.url = f"https://{HOST}:{front.port}"

    def folder(self, path: str) -> Path:
        return self._folder / path.replace("/", "-")

    def daemon(self, path: str, *more: Sections) -> str:
        """The address of one below the path, in which anna has an account."""
        port = free_port()
        self.front.ways.takes[path] = port
        settings = {
            "server": {
                "public_url": f"{self.url}{path}/",
                "listen": [f"127.0.0.1:{port}"],
                "proxies": ["127.0.0.1/32"],
                "forwarded_by": "x-forwarded-for",
            },
            "tls": {"terminated": True, "certificate": "", "key": ""},
        }
        daemon = Daemon(self.folder(path), settings, *more, port=port)
        self.daemons.append(daemon.start())
        daemon.user("anna", PASSWORD, admin=True)
        return f"{self.url}{path}/"

    def cut(self) -> None:
        self.front.ways.whole = False

    def mend(self) -> None:
        self.front.ways.whole = True


@pytest.fixture(scope="module")
def papers(tmp_path_factory) -> Papers:
    made = Papers(tmp_path_factory.mktemp("papers"))
    made.good()
    return made


@pytest.fixture(scope="module")
def chromium(papers) -> Iterator[Browser]:
    browser = Browser(papers.chain)
    yield browser
    browser.close()


@pytest.fixture
def host(tmp_path, papers, chromium) -> Iterator[Host]:
    with proxy(papers, 1) as front:
        made = Host(tmp_path, front, chromium.window())
        try:
            yield made
        finally:
            made.window.close()
            for daemon in made.daemons:
                daemon.stop()


def test_below_a_path_one_talks_loads_again_and_starts_without_a_network(host):
    journey(host.window, host.daemon(CHAT), host.cut, host.mend)
    # Its service worker's requests are among these.
    assert len(host.front.asked) > 10
    assert [each for each in host.front.asked if not each.startswith(f"{CHAT}/")] == []


def test_two_below_paths_of_one_host_keep_apart_what_browsers_keep(host):
    urls = [host.daemon(CHAT), host.daemon(OTHER)]
    one = host.window
    sign_in(one, urls[0], "anna")
    make_room(one, "Tea")
    other = one.another()
    sign_in(other, urls[1], "anna")
    make_room(other, "Coffee")
    one.reload()
    one.sees("Tea", ".sidebar")
    assert "Coffee" not in one.js("document.body.innerText"), "each has its own session"
    cookies = one.call("Network.getCookies", urls=urls)
    sessions = [each for each in cookies["cookies"] if each["name"] == "__Secure-chatd"]
    assert sorted(each["path"] for each in sessions) == [f"{CHAT}/", f"{OTHER}/"]
    assert len({each["value"] for each in sessions}) == 2
    other.reload()
    other.wait(f"localStorage.getItem('{OTHER}/ remembered') !== null")

    sign_out(one)
    left = other.js(
        """(async () => ({
            remembered: Object.keys(localStorage).filter((key) => key.endsWith(' remembered')),
            shells: (await caches.keys()).map((name) => name.split(' ')[0]).sort(),
            databases: (await indexedDB.databases()).map(({ name }) => name).sort(),
        }))()"""
    )
    assert left == {
        "remembered": [f"{OTHER}/ remembered"],
        "shells": [f"{CHAT}/", f"{OTHER}/"],
        "databases": [f"{CHAT}/ chatd", f"{CHAT}/ chatd files", f"{OTHER}/ chatd"],
    }
    host.cut()
    other.reload()
    other.sees("Coffee", ".sidebar")
    host.mend()
    other.reload()
    other.wait("document.querySelector('.app') !== null")
    other.sees("Coffee", ".sidebar")
    assert (one.complaints, other.complaints) == ([], [])


def test_a_push_leads_to_the_page_of_its_own_server_and_to_no_other_of_the_host(host):
    urls = [host.daemon(CHAT), host.daemon(OTHER)]
    one = host.window
    sign_in(one, urls[0], "anna")
    one.watch_workers()
    one.allow("notifications")
    make_room(one, "Tea")
    tea = room_id(one)
    make_room(one, "Cellar")
    other = one.another()
    sign_in(other, urls[1], "anna")
    away(one)
    one.push(told(tea))
    # Once in a page that is there, once where there is none any more.
    pressed = """(async () => {
        const [notification] = await registration.getNotifications();
        const pressed = () => new NotificationEvent('notificationclick', { notification });
        const press = () => dispatchEvent(pressed());
        press();
        clients.matchAll = async () => [];
        return new Promise((opened) => {
            clients.openWindow = async (address) => opened(address);
            press();
        });
    })()"""
    assert one.in_worker(pressed) == f"{CHAT}/#/room/{tea}"
    one.wait(f"location.hash === '#/room/{tea}'")
    assert other.js("location.hash") == ""


def test_the_chat_in_a_frame_of_another_site_asks_below_the_path(host):
    settings: dict = {}
    folder = host.folder(CHAT)
    folder.mkdir()
    site = Site(
        SimpleNamespace(
            url=f"{host.url}{CHAT}",
            state=folder / "state",
            configure=lambda text: settings.update(tomllib.loads(text)),
        )
    )
    try:
        host.daemon(CHAT, settings)
        host.window.go(f"{site.url}/")
        host.window.until(lambda: f"{CHAT}/ws" in host.front.asked, "the frame connects")
    finally:
        site.close()
    assert {f"{CHAT}/embed.js", f"{CHAT}/embed"} <= set(host.front.asked)
    assert [each for each in host.front.asked if not each.startswith(f"{CHAT}/")] == []
    assert host.window.complaints == []
