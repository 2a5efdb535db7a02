"""The page's pure modules, tested where they run: in the browsers, under the page's own policy."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from chatd.edge.headers import content_security_policy
from tests.ui.browser import Browser
from tests.ui.firefox import Firefox

pytestmark = [pytest.mark.browser, pytest.mark.journey]

UNITS = Path(__file__).with_name("units")
VECTORS = Path(__file__).parents[1] / "vectors"
UI = Path(__file__).parents[2] / "chatd" / "ui"
MODULES = sorted(path.name for path in UNITS.glob("*.js") if path.name != "harness.js")


class Handler(SimpleHTTPRequestHandler):
    """/ui/ is the page's folder, /units/ the tests', /vectors/ what other languages are tested with
    too; anything else an empty page."""

    policy = ""

    def translate_path(self, path: str) -> str:
        for prefix, folder in (("/ui/", UI), ("/units/", UNITS), ("/vectors/", VECTORS)):
            if path.startswith(prefix):
                return str(folder / path.removeprefix(prefix))
        return ""

    def do_GET(self) -> None:
        if self.path == "/":
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>units</title>")
        else:
            super().do_GET()

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", self.policy)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def page(engine, request):
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler))
    url = f"http://127.0.0.1:{server.server_port}"
    Handler.policy = content_security_policy(url)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    if engine == "firefox":
        browser = Firefox(request.getfixturevalue("firefoxes"))
    else:
        browser = Browser(chromiums=request.getfixturevalue("chromiums"))
    try:
        window = browser.window()
        window.go(f"{url}/")
        yield window
    finally:
        browser.close()
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("module", MODULES)
def test_module(page, module):
    run = f"import('/units/harness.js').then((harness) => harness.run('/units/{module}'))"
    results = page.js(run)
    assert results, f"{module} declares no test"
    failed = [f"{one['name']}\n{one['error']}" for one in results if one["error"]]
    assert not failed, "\n\n".join(failed)
    assert page.complaints == []
