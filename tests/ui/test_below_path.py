"""chatd below a path behind a proxy that takes it away, and two of them on one host."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.admin.doctor.front import HOST, Papers, Proxy, proxy
from tests.daemon import Daemon, free_port
from tests.ui.below_path import journey, sign_in, sign_out
from tests.ui.browser import Browser, Window
from tests.ui.people import make_room
from tests.ui.test_two_people import PASSWORD

pytestmark = pytest.mark.browser

#: One begins with the other: what only looks at the beginning takes them for one.
CHAT, OTHER = "/chat", "/chatter"


@dataclass
class Host:
    front: Proxy
    window: Window

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.front.port}"

    def cut(self) -> None:
        self.front.ways.whole = False

    def mend(self) -> None:
        self.front.ways.whole = True


@pytest.fixture
def host(tmp_path) -> Iterator[Host]:
    papers = Papers(tmp_path / "papers")
    papers.good()
    with proxy(papers, 1) as front:
        daemons = [_daemon(tmp_path, front, path) for path in (OTHER, CHAT)]
        browser = Browser(papers.chain)
        try:
            yield Host(front, browser.window())
        finally:
            browser.close()
            for daemon in daemons:
                daemon.stop()


def _daemon(folder, front: Proxy, path: str) -> Daemon:
    port = free_port()
    front.ways.takes[path] = port
    settings = {
        "server": {
            "public_url": f"https://{HOST}:{front.port}{path}/",
            "listen": [f"127.0.0.1:{port}"],
            "proxies": ["127.0.0.1/32"],
            "forwarded_by": "x-forwarded-for",
        },
        "tls": {"terminated": True, "certificate": "", "key": ""},
    }
    daemon = Daemon(folder / path.replace("/", "-"), settings, port=port).start()
    daemon.user("anna", PASSWORD, admin=True)
    return daemon


def test_below_a_path_one_talks_loads_again_and_starts_without_a_network(host):
    journey(host.window, f"{host.url}{CHAT}/", host.cut, host.mend)
    # Its service worker's requests are among these.
    assert len(host.front.asked) > 10
    assert [each for each in host.front.asked if not each.startswith(f"{CHAT}/")] == []


def test_two_below_paths_of_one_host_keep_apart_what_browsers_keep(host):
    one = host.window
    sign_in(one, f"{host.url}{CHAT}/", "anna")
    make_room(one, "Tea")
    other = one.another()
    sign_in(other, f"{host.url}{OTHER}/", "anna")
    make_room(other, "Coffee")
    one.reload()
    one.sees("Tea", ".sidebar")
    assert "Coffee" not in one.js("document.body.innerText"), "each has its own session"
    cookies = one.call("Network.getCookies", urls=[f"{host.url}{path}/" for path in (CHAT, OTHER)])
    sessions = [each for each in cookies["cookies"] if each["name"] == "__Secure-chatd"]
    assert sorted(each["path"] for each in sessions) == [f"{CHAT}/", f"{OTHER}/"]
    assert len({each["value"] for each in sessions}) == 2
    other.reload()
    kept = "JSON.stringify([Object.keys(localStorage).sort(), location.pathname])"
    other.wait(f"{kept}.includes('{OTHER}/ remembered')")

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
        "databases": [f"{CHAT}/ chatd", f"{OTHER}/ chatd"],
    }
    host.cut()
    other.reload()
    other.sees("Coffee", ".sidebar")
    host.mend()
    other.reload()
    other.wait("document.querySelector('.app') !== null")
    other.sees("Coffee", ".sidebar")
    assert (one.complaints, other.complaints) == ([], [])
