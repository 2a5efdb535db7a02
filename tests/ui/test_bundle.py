"""What the server makes of the page's files does in a browser what the files do."""

import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from chatd.edge.bundle import bundle
from chatd.edge.headers import content_security_policy
from tests.edge.misleading import MODULES
from tests.ui.browser import Browser

pytestmark = pytest.mark.browser

PAGE = b"<!doctype html><title>modules</title><script src='%s' %s></script>"
PAGES = {
    "apart": PAGE % (b"/apart/main.js", b"type=module"),
    "joined": PAGE % (b"/joined.js", b"type=module"),
    "classic": PAGE % (b"/joined.js", b"defer"),
}


SCRIPTS = {
    "/joined.js": bundle(MODULES, "main.js"),
    **{f"/apart/{path}": body for path, body in MODULES.items()},
}


class Handler(BaseHTTPRequestHandler):
    """The three pages, the modules below /apart/, and all of them in /joined.js."""

    policy = ""

    def do_GET(self) -> None:
        path = self.path.removeprefix("/")
        body = PAGES.get(path, SCRIPTS.get(self.path, b""))
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if path in PAGES else "text/javascript")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", self.policy)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def url():
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler))
    Handler.policy = content_security_policy(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_modules_that_mislead_come_to_the_same_apart_and_joined(url, chromiums):
    browser = Browser(chromiums=chromiums)
    try:
        found = {}
        for page in PAGES:
            window = browser.window()
            window.go(f"{url}/{page}")
            found[page] = window.wait("globalThis.found")
            assert window.complaints == []
    finally:
        browser.close()
    assert [line.split()[0] for line in found["apart"]] == [
        *("effect", "also", "main", "everything", "strings", "slashes")
    ]
    assert found["joined"] == found["apart"]
    assert found["classic"] == found["apart"]
