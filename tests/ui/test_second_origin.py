"""A page of another site tries what it can in the browser of somebody who is signed in here."""

from __future__ import annotations

import http.server
import json
import threading

import pytest

from tests.ui.people import BOX, make_room, two
from tests.ui.test_two_people import say

pytestmark = pytest.mark.browser


class Evil(http.server.BaseHTTPRequestHandler):
    """Serves one page without a word of policy."""

    def do_GET(self):
        body = b"<!doctype html><title>evil</title><body>prizes</body>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def evil():
    """The address of the page: another site than localhost's, as browsers see it."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Evil)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def anna(daemon, browser):
    """Signed in, with a room in which something was said."""
    anna, _ben = two(daemon, browser)
    make_room(anna, "Tea")
    say(anna, "between us")
    anna.sees("between us", ".talk")
    return anna


def sockets(url):
    """What becomes of WebSockets to the server, by what the page asks for."""
    address = json.dumps(url.replace("https", "wss") + "/ws")
    return f"""Promise.all([[], ['chatd.v1'], ['chatd.v1', 'chatd.ticket.x']].map((protocols) =>
        new Promise((done) => {{
            const socket = new WebSocket({address}, protocols);
            socket.onopen = () => done('open');
            socket.onmessage = (event) => done(event.data);
            socket.onerror = () => done('refused');
        }})))"""


def asked(url, path, **options):
    """'answered' where the page may read an answer, else how it failed."""
    return f"""fetch({json.dumps(url + path)}, {json.dumps(options)})
        .then((answer) => answer.type === 'opaque' ? 'opaque' : 'answered ' + answer.status,
              () => 'failed')"""


def test_another_site_opens_no_websocket_with_somebodys_cookie(daemon, browser, anna, evil):
    page = anna.another()
    page.go(evil)
    assert page.js(sockets(daemon.url)) == ["refused"] * 3
    say(anna, "still here")
    anna.sees("still here", ".talk")


def test_another_site_reads_nothing_and_changes_nothing(daemon, browser, anna, evil):
    page = anna.another()
    page.go(evil)
    for path in ("/api/session", "/api/sessions", "/api/v1/rooms", "/metrics", "/readyz"):
        told = page.js(asked(daemon.url, path, credentials="include"))
        assert told == "failed", (path, told)
    for path, body in {
        "/api/session": {"name": "anna", "password": "four wonderful tea leaves"},
        "/api/account/delete": {"password": "four wonderful tea leaves"},
        "/api/invitations": {},
        "/api/tickets": {},
    }.items():
        for kind in ("application/json", "text/plain"):
            options = {
                "method": "POST",
                "credentials": "include",
                "headers": {"Content-Type": kind},
                "body": json.dumps(body),
            }
            assert page.js(asked(daemon.url, path, **options)) == "failed", path
            assert page.js(asked(daemon.url, path, mode="no-cors", **options)) in (
                "opaque",
                "failed",
            )
    told = page.js(
        asked(daemon.url, "/api/session", method="DELETE", credentials="include", mode="cors")
    )
    assert told == "failed"
    # Nothing of it had an effect: she is who she was, and goes on.
    anna.reload()
    anna.sees("between us", ".talk")
    anna.wait(f"document.querySelector('{BOX}') !== null")


def test_a_form_of_another_site_signs_nobody_in_or_out(daemon, browser, anna, evil):
    page = anna.another()
    page.go(evil)
    for path in ("/api/session", "/api/account/delete"):
        page.go(evil)
        page.js(
            f"""(() => {{
                const form = document.createElement('form');
                form.method = 'post';
                form.enctype = 'text/plain';
                form.action = {json.dumps(daemon.url + path)};
                const field = document.createElement('input');
                field.name = '{{"name":"ben","password":"four wonderful tea leaves","x":"';
                field.value = '"}}';
                form.append(field);
                document.body.append(form);
                form.submit();
            }})()"""
        )
        page.wait(f"location.href.startsWith({json.dumps(daemon.url)})")
        assert '"status":4' in page.text().replace(" ", ""), page.text()
    anna.reload()
    anna.sees("between us", ".talk")
    assert "anna" in anna.js(
        "fetch('/api/session').then((answer) => answer.text())",
    )


def test_another_site_cannot_frame_the_page_nor_hold_its_window(daemon, browser, anna, evil):
    page = anna.another()
    page.go(evil)
    page.js(
        f"""new Promise((done) => {{
            const frame = document.createElement('iframe');
            frame.onload = () => done(true);
            frame.onerror = () => done(false);
            frame.src = {json.dumps(daemon.url + "/")};
            document.body.append(frame);
        }})"""
    )
    # What is refused by frame-ancestors is an error page of another origin, with nothing of ours.
    held = page.js(
        """(() => {
            try {
                return document.querySelector('iframe').contentDocument ? 'ours' : 'nothing';
            } catch { return 'nothing'; }
        })()"""
    )
    assert held == "nothing"
    blank = page.js(
        f"""new Promise((done) => {{
            const opened = window.open({json.dumps(daemon.url + "/")});
            setTimeout(() => done(!opened || opened.closed ? 'cut' : 'held'), 1500);
        }})"""
    )
    # Cross-Origin-Opener-Policy puts it into a group of its own.
    assert blank == "cut"
