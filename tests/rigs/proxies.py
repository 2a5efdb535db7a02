"""chatd behind Debian's nginx and HAProxy, with the files of conf/ as they are shipped.

    python -m tests.rigs.proxies            (make proxies)

The two are taken from Debian's packages into a cache outside the repository and run on loopback;
nothing is installed. Each is walked through as a browser would: the redirect, the page, signing in,
the WebSocket, over IPv4 and IPv6; whose address chatd sees; a connection that says nothing for
longer than a sign of life takes; a restart of chatd behind it; and what `chatctl doctor` says.
Below a path of nginx a real browser goes there, too.
"""

import contextlib
import http.client
import io
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from chatd.admin.main import main as chatctl
from tests.admin.doctor.front import HOST, Papers
from tests.daemon import Daemon, free_port
from tests.rigs.proxied import NAME, Browser, Failed, must, say
from tests.rigs.tree import cache_folder
from tests.ui.below_path import journey
from tests.ui.browser import Browser as ChromiumBrowser
from tests.ui.test_two_people import PASSWORD

ROOT = Path(__file__).parents[2]
CONF = ROOT / "conf"
PACKAGES = ("nginx", "haproxy", "liblua5.3-0", "libopentracing1", "libopentracing-c-wrapper0",
            "libpcre2-posix3")  # fmt: skip
#: Files of conf/.
NAMES = ["nginx.conf", "nginx-path.conf", "haproxy.cfg", "haproxy-path.cfg",
         "haproxy-passthrough.cfg"]  # fmt: skip
#: Another address of loopback, to be told from the proxy's own.
CLIENT = "127.0.0.2"


def programs() -> Path:
    """The root of what the packages hold; fetched with this machine's apt, once."""
    root = cache_folder().parent / "proxies"
    if root.exists():
        return root
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["apt-get", "-qq", "download", *PACKAGES], cwd=folder, check=True)
        unfinished = root.with_name(f".proxies.{os.getpid()}")
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        for package in Path(folder).glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, unfinished], check=True)
    unfinished.rename(root)
    return root


class Front:
    """A proxy that runs with a shipped file. ``port`` is TLS, ``plain`` redirects to it, ``behind``
    is where chatd listens."""

    def __init__(self, name: str, folder: Path, papers: Papers) -> None:
        self.name = name
        self.port, self.plain, self.behind = free_port(), free_port(), free_port()
        self._folder = folder
        self._papers = papers
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def through(self) -> bool:
        """Whether TLS is left to chatd."""
        return "passthrough" in self.name

    @property
    def path(self) -> str:
        """What stands in front of every address of chatd."""
        return "/chat" if "-path" in self.name else ""

    @property
    def origin(self) -> str:
        return f"https://{HOST}:{self.port}"

    def conf(self) -> str:
        """The shipped file, for loopback: other ports, this folder's certificate."""
        text = (CONF / self.name).read_text("utf-8")
        both = self._folder / "both.pem"
        both.write_bytes(self._papers.chain.read_bytes() + self._papers.key.read_bytes())
        for old, new in (
            ("www.example.org", "chat.example.org"),
            ("https://chat.example.org", self.origin),
            ("127.0.0.1:8443", f"127.0.0.1:{self.behind}"),
            ("/etc/letsencrypt/live/chat.example.org/fullchain.pem", str(self._papers.chain)),
            ("/etc/letsencrypt/live/chat.example.org/privkey.pem", str(self._papers.key)),
            ("/etc/haproxy/chat.example.org.pem", str(both)),
            ("chat.example.org", HOST),
            ("listen 80;", f"listen 127.0.0.1:{self.plain};"),
            ("listen [::]:80;", f"listen [::1]:{self.plain};"),
            ("listen 443 ", f"listen 127.0.0.1:{self.port} "),
            ("listen [::]:443 ", f"listen [::1]:{self.port} "),
            ("bind 0.0.0.0:80\n", f"bind 127.0.0.1:{self.plain}\n"),
            ("bind [::]:80 ", f"bind [::1]:{self.plain} "),
            ("bind 0.0.0.0:443", f"bind 127.0.0.1:{self.port}"),
            ("bind [::]:443 ", f"bind [::1]:{self.port} "),
            ("log /dev/log local0", "log stderr format raw local0"),
            ("maxconn 40000", "maxconn 2000"),
        ):
            text = text.replace(old, new)
        return text

    def start(self) -> None:
        root, conf = programs(), self._folder / self.name
        conf.write_text(self.conf(), "utf-8")
        environment = {**os.environ, "LD_LIBRARY_PATH": str(root / "usr/lib/x86_64-linux-gnu")}
        if self.name.startswith("nginx"):
            frame = self._folder / "frame.conf"
            temporary = "".join(
                f"{kind}_temp_path {self._folder}/{kind};"
                for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
            )
            frame.write_text(
                f"{'user root;' if os.geteuid() == 0 else ''} daemon off; pid {self._folder}/pid;"
                f" error_log stderr; events {{}} http {{ access_log {self._folder}/access.log;"
                f" {temporary} include {conf}; }}\n",
                "utf-8",
            )
            command = [root / "usr/sbin/nginx", "-c", frame, "-p", self._folder, "-e", "stderr"]
        else:
            command = [root / "usr/sbin/haproxy", "-db", "-f", conf]
        with (self._folder / "proxy.log").open("wb") as log:
            self._process = subprocess.Popen(
                [str(word) for word in command], env=environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + 10
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("::1", self.port), 1).close()
                return
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise Failed(f"{self.name} does not start:\n{self.log()}")
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)

    def log(self) -> str:
        return (self._folder / "proxy.log").read_text("utf-8", "replace")

    def accesses(self) -> str:
        """What nginx has been asked for by browsers."""
        lines = (self._folder / "access.log").read_text("utf-8").splitlines()
        return "\n".join(line for line in lines if "Mozilla" in line)

    def settings(self) -> dict[str, dict[str, object]]:
        """As the head of the shipped file says."""
        server: dict[str, object] = {
            "listen": [f"127.0.0.1:{self.behind}"],
            "public_url": self.origin + (f"{self.path}/" if self.path else ""),
            "proxies": ["127.0.0.1/32"],
            "forwarded_by": "proxy-v2" if self.through else "x-forwarded-for",
        }
        tls: dict[str, object] = {"terminated": True, "certificate": "", "key": ""}
        if self.through:
            tls = {"certificate": str(self._papers.chain), "key": str(self._papers.key)}
        return {"server": server, "tls": tls}


def walk(front: Front, daemon: Daemon, papers: Papers) -> None:
    for address in ("127.0.0.1", "::1"):
        say(f"over {'IPv6' if ':' in address else 'IPv4'}", address)
        plain = http.client.HTTPConnection(address, front.plain, timeout=10)
        plain.request("GET", "/x?y=1", headers={"Host": HOST})
        sent = plain.getresponse()
        wanted = f"{front.origin}/x?y=1"
        must(
            (sent.status, sent.getheader("Location")) == (301, wanted),
            "port 80 sends to https",
            (sent.status, sent.getheader("Location")),
        )
        browser = Browser(front, papers, address)
        answer = browser.ask("GET", "/")
        page = answer.read()
        must(answer.status == 200 and b"<title>" in page, "the page comes", answer.status)
        must("Strict-Transport-Security" in answer.headers, "with chatd's headers", answer.headers)
        cookie = browser.sign_in()
        browser.bring(cookie)
        frame = browser.web_socket(cookie)
        must(b'"welcome"' in frame, "and says welcome", frame[:80])
        browser.close()
    if front.path:
        beside(front, papers)
    whose(front, daemon, papers)


def beside(front: Front, papers: Papers) -> None:
    """What lies above the path and beside it is the site's, not chatd's."""
    for path in ("/", "/chatter/", "/api/session", "/worker.js"):
        browser = Browser(front, papers, "127.0.0.1")
        browser.path = ""
        answer = browser.ask("GET", path)
        must(answer.headers["Server"] != "chatd", f"{path} is the site's", answer.status)
        browser.close()
    browser = Browser(front, papers, "127.0.0.1")
    answer = browser.ask("GET", "")
    there = answer.headers["Location"].removeprefix(front.origin)
    must(
        answer.status in (301, 308) and there == f"{front.path}/",
        "who leaves the last slash out is led on",
        (answer.status, there),
    )
    browser.close()


def in_a_browser(front: Front, papers: Papers) -> None:
    """A real one; what nginx was asked for is in its log."""
    chromium = ChromiumBrowser(papers.chain)
    try:
        window = chromium.window()
        journey(window, f"{front.origin}{front.path}/", front.stop, front.start)
        scope = window.js("navigator.serviceWorker.controller.scriptURL")
        must(
            scope == f"{front.origin}{front.path}/worker.js",
            "a browser goes in, talks, loads again, starts without a network, goes out",
            scope,
        )
    finally:
        chromium.close()
    asked = re.findall(r'"[A-Z]+ (\S+) HTTP/', front.accesses())
    others = [each for each in asked if not each.startswith(f"{front.path}/")]
    must(len(asked) > 10 and not others, "and asked for nothing outside the path", others)


def whose(front: Front, daemon: Daemon, papers: Papers) -> None:
    """Whose address chatd sees, and what it writes into its log."""
    secret = daemon.ask("visit")["secret"]
    for claimed in ({}, {"X-Forwarded-For": "192.0.2.77"}):
        browser = Browser(front, papers, "127.0.0.1", CLIENT)
        seen = json.loads(
            browser.ask("GET", "/healthz", {"Chatd-Visitor": secret, **claimed}).read()
        )
        must(seen["client"] == CLIENT, "chatd sees the client's address", seen)
        browser.close()
    browser = Browser(front, papers, "127.0.0.1", CLIENT)
    browser.ask("GET", "/ws").read()
    browser.close()
    deadline = time.monotonic() + 5
    while CLIENT not in daemon.log() and time.monotonic() < deadline:
        time.sleep(0.05)
    must(CLIENT in daemon.log(), "and writes it into its log", daemon.log()[-500:])


def restart(front: Front, daemon: Daemon, papers: Papers) -> None:
    browser = Browser(front, papers, "127.0.0.1")
    browser.web_socket(browser.sign_in())
    daemon.restart()
    with contextlib.suppress(OSError):
        while browser.sock.recv(65_536):
            pass
    browser.close()
    again = Browser(front, papers, "127.0.0.1")
    frame = again.web_socket(again.sign_in())
    must(b'"welcome"' in frame, "after a restart of chatd people come back", frame[:80])
    again.close()


def doctor(front: Front, daemon: Daemon, papers: Papers) -> None:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        code = chatctl(
            ["--config", str(daemon.config), "--json", "doctor", "--address", "127.0.0.1",
             "--ca", str(papers.ca)]
        )  # fmt: skip
    findings = json.loads(out.getvalue())["done"]["findings"]
    must(code == 0, "chatctl doctor finds nothing wrong", findings)
    for one in findings:
        if one["name"] in ("proxy", "silence"):
            say(f"  {one['about']}", one["what"])


@contextlib.contextmanager
def running(name: str) -> Iterator[tuple[Front, Daemon, Papers]]:
    with tempfile.TemporaryDirectory() as folder:
        papers = Papers(Path(folder) / "papers")
        papers.good()
        front = Front(name, Path(folder), papers)
        more = {"limits": {"connections": 1000}}
        server = Path(folder) / "server"
        with Daemon(server, front.settings(), more, port=front.behind) as daemon:
            daemon.user(NAME, PASSWORD, admin=True)
            try:
                front.start()
                yield front, daemon, papers
            finally:
                front.stop()


def main() -> int:
    names = sys.argv[1:] or NAMES
    try:
        for name in names:
            print(name)
            with running(name) as (front, daemon, papers):
                try:
                    walk(front, daemon, papers)
                    doctor(front, daemon, papers)
                    restart(front, daemon, papers)
                    if front.name == "nginx-path.conf":
                        in_a_browser(front, papers)
                except (AssertionError, OSError) as error:
                    raise Failed(f"{error}\n{front.log()[-2000:]}") from error
    except (Failed, subprocess.CalledProcessError) as wrong:
        print(f"chatd: {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
