"""Faults planted between a browser and chatd: each is named, with what mends it, and gone then."""

import contextlib
import http.server
import io
import json
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from chatd.admin.doctor.reach import Target, get
from chatd.admin.doctor.socket import Frames
from chatd.admin.main import main
from tests.admin.doctor.front import HOST, NOW, Papers, Proxy, certificate, names, proxy
from tests.daemon import Daemon, free_port

FEW = {"limits": {"connections": 1000, "heartbeat_seconds": 1.0, "dead_seconds": 3.0}}


class Server:
    """A daemon under a name, and the doctor who looks at it."""

    def __init__(self, daemon: Daemon, papers: Papers) -> None:
        self.daemon = daemon
        self.papers = papers

    def doctor(self, *words: str) -> list[dict[str, str]]:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            code = main(
                ["--config", str(self.daemon.config), "--json", "doctor", "--address", "127.0.0.1",
                 "--ca", str(self.papers.ca), *words]
            )  # fmt: skip
        findings: list[dict[str, str]] = json.loads(out.getvalue())["done"]["findings"]
        assert code == (1 if names(findings) else 0)
        return findings

    def wrong(self, *words: str) -> dict[str, str]:
        """The one thing that is wrong."""
        found = [one for one in self.doctor(*words) if one["grade"] in ("warning", "fault")]
        assert len(found) == 1, found
        assert found[0]["why"] and found[0]["do"]
        return found[0]

    def well(self, *words: str) -> None:
        assert names(self.doctor(*words)) == []

    def reload(self) -> None:
        before = self.daemon.log().count("reloaded: certificates")
        self.daemon.signal(signal.SIGHUP)
        deadline = time.monotonic() + 10
        while self.daemon.log().count("reloaded: certificates") == before:
            assert time.monotonic() < deadline
            time.sleep(0.02)


@pytest.fixture
def direct(tmp_path: Path) -> Iterator[Server]:
    """chatd with a certificate of its own."""
    papers, port = Papers(tmp_path / "papers"), free_port()
    papers.good()
    settings = {
        "server": {"public_url": f"https://{HOST}:{port}", "listen": [f"127.0.0.1:{port}"]},
        "tls": {"certificate": str(papers.chain), "key": str(papers.key)},
    }
    with Daemon(tmp_path / "server", FEW, settings, port=port) as daemon:
        yield Server(daemon, papers)


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Proxy]]:
    """chatd behind a proxy that ends TLS; every test leaves both well."""
    folder = tmp_path_factory.mktemp("behind")
    papers, port = Papers(folder / "papers"), free_port()
    papers.good()
    with proxy(papers, port) as front:
        settings = {
            "server": {
                "public_url": f"https://{HOST}:{front.port}",
                "listen": [f"127.0.0.1:{port}"],
                "proxies": ["127.0.0.1/32"],
                "forwarded_by": "x-forwarded-for",
            },
            "tls": {"terminated": True, "certificate": "", "key": ""},
        }
        with Daemon(folder / "server", FEW, settings, port=port) as daemon:
            yield Server(daemon, papers), front


def test_a_healthy_server_gives_no_warning(direct: Server) -> None:
    findings = direct.doctor()
    assert names(findings) == []
    looked = {one["about"] for one in findings}
    assert {"name", "certificate", "page", "WebSocket", "configuration", "daemon", "store",
            "disk", "descriptors", "kernel", "clock"} <= looked  # fmt: skip


def test_a_healthy_server_behind_a_proxy_gives_no_warning(
    behind: tuple[Server, Proxy],
) -> None:
    server, front = behind
    findings = server.doctor()
    assert names(findings) == []
    assert "outlives" in next(one["what"] for one in findings if one["name"] == "silence")
    front.ways.forwarded = "append"
    server.well("--quick")
    front.ways.forwarded = "set"


# ---- the certificate ----------------------------------------------------------------------------


def test_an_expired_certificate_that_has_been_renewed_waits_for_a_reload(
    behind: tuple[Server, Proxy],
) -> None:
    server, _ = behind
    old = certificate(HOST, server.papers.between, ends=NOW - timedelta(hours=1))
    server.papers.write(old, server.papers.between)
    wrong = server.wrong("--quick")
    assert wrong["name"] == "expired"
    assert f"certbot renew --cert-name {HOST} && systemctl reload nginx" == wrong["do"]
    server.papers.good()
    server.well("--quick")


def test_a_certificate_that_ends_soon_is_warned_of(direct: Server) -> None:
    between = direct.papers.between
    direct.papers.write(certificate(HOST, between, ends=NOW + timedelta(days=5)), between)
    direct.reload()
    wrong = direct.wrong()
    assert (wrong["name"], wrong["grade"]) == ("expiring", "warning")
    assert wrong["do"] == f"certbot renew --cert-name {HOST} && systemctl reload chatd"


def test_a_renewed_certificate_that_was_not_reloaded(direct: Server) -> None:
    direct.papers.good()
    wrong = direct.wrong()
    assert (wrong["name"], wrong["do"]) == ("not-reloaded", "systemctl reload chatd")
    direct.reload()
    direct.well()


def test_a_missing_intermediate_is_named_with_the_line_that_fetches_it(
    direct: Server,
) -> None:
    issuer = direct.papers.between[0].public_bytes(Encoding.DER)

    class Authority(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(issuer)

        def log_message(self, *words: object) -> None: ...

    with http.server.HTTPServer(("127.0.0.1", 0), Authority) as authority:
        threading.Thread(target=authority.serve_forever, daemon=True).start()
        where = f"http://127.0.0.1:{authority.server_port}/between.crt"
        direct.papers.write(certificate(HOST, direct.papers.between, issuer_at=where))
        direct.reload()
        wrong = direct.wrong()
        assert wrong["name"] == "no-intermediate"
        assert "CN=Between" in wrong["what"]
        line = wrong["do"].removesuffix(" && systemctl reload chatd")
        assert line != wrong["do"]
        subprocess.run(line, shell=True, check=True, timeout=10)
        authority.shutdown()
    direct.reload()
    direct.well()


def test_a_certificate_for_another_name(behind: tuple[Server, Proxy]) -> None:
    server, _ = behind
    server.papers.good("www.example.test")
    wrong = server.wrong("--quick")
    assert wrong["name"] == "other-name"
    assert f"it is for www.example.test, and server.public_url says {HOST}" == wrong["what"]
    server.papers.good()
    server.well("--quick")


def test_a_certificate_of_tomorrow_tells_of_the_clock(behind: tuple[Server, Proxy]) -> None:
    server, _ = behind
    between = server.papers.between
    server.papers.write(certificate(HOST, between, begins=NOW + timedelta(days=1)), between)
    wrong = server.wrong("--quick")
    assert wrong["name"] == "not-yet-valid"
    assert wrong["do"].startswith("timedatectl set-ntp true")


def test_a_certificate_of_nobody(behind: tuple[Server, Proxy]) -> None:
    server, _ = behind
    server.papers.write(certificate(HOST, None))
    assert server.wrong("--quick")["name"] == "untrusted"
    server.papers.good()
    server.well("--quick")


# ---- the proxy ----------------------------------------------------------------------------------


def test_a_proxy_that_does_not_pass_the_upgrade_on(behind: tuple[Server, Proxy]) -> None:
    server, front = behind
    front.ways.upgrade = False
    wrong = server.wrong("--quick")
    assert wrong["name"] == "no-upgrade"
    assert "proxy_set_header Upgrade $http_upgrade" in wrong["do"]
    front.ways.upgrade = True
    server.well("--quick")


def test_a_proxy_that_cuts_silence_off(behind: tuple[Server, Proxy]) -> None:
    server, front = behind
    front.ways.timeout = 0.4
    wrong = server.wrong()
    assert wrong["name"] == "short-timeout"
    assert "proxy_read_timeout 75s" in wrong["do"]
    front.ways.timeout = 75.0
    server.well()


def test_a_proxy_that_lets_anybody_claim_an_address(behind: tuple[Server, Proxy]) -> None:
    server, front = behind
    front.ways.forwarded = "pass"
    wrong = [one["name"] for one in server.doctor("--quick") if one["grade"] == "fault"]
    assert wrong == ["spoofable"]
    assert "X-Forwarded-For $remote_addr" in server.wrong("--quick")["do"]
    front.ways.forwarded = "set"
    server.well("--quick")


def test_a_proxy_that_does_not_say_for_whom_it_asks(behind: tuple[Server, Proxy]) -> None:
    server, front = behind
    front.ways.forwarded = "drop"
    assert server.wrong("--quick")["name"] == "one-address"
    front.ways.forwarded = "set"
    server.well("--quick")


@pytest.mark.parametrize(
    ("header", "value", "name"),
    [("host", "127.0.0.1", "host-changed"), ("origin", "https://other.test", "origin-changed")],
)
def test_a_proxy_that_changes_what_browsers_say(
    behind: tuple[Server, Proxy], header: str, value: str, name: str
) -> None:
    server, front = behind
    front.ways.replaced = {header: value}
    assert name in names(server.doctor("--quick"))
    front.ways.replaced = {}
    server.well("--quick")


def test_a_proxy_without_a_daemon_behind_it(behind: tuple[Server, Proxy]) -> None:
    server, _ = behind
    server.daemon.stop()
    assert "not-running" in names(server.doctor("--quick"))
    server.daemon.start()
    server.well("--quick")


def test_a_stranger_is_not_told_how_a_request_arrives(behind: tuple[Server, Proxy]) -> None:
    server, front = behind
    target = Target(HOST, front.port, "127.0.0.1")
    good = server.daemon.ask("visit")["secret"]
    assert "client" in get(target, "/healthz", {"Chatd-Visitor": good}).json()
    for headers in ({}, {"Chatd-Visitor": good + "x"}, {"Chatd-Visitor": ""}):
        assert get(target, "/healthz", headers).json() == {"status": "ok"}


def test_pings_are_answered_however_the_bytes_come() -> None:
    text = b"\x81\x7e\x00\x80" + b"x" * 128
    stream = text + b"\x89\x02hi" + text + b"\x89\x00"
    pongs = [b"\x8a\x82\x00\x00\x00\x00hi", b"\x8a\x80\x00\x00\x00\x00"]
    assert Frames().pongs(stream) == pongs
    frames = Frames()
    assert [pong for byte in stream for pong in frames.pongs(bytes([byte]))] == pongs


# ---- names and addresses ------------------------------------------------------------------------


def test_a_public_url_that_was_changed_waits_for_a_restart(direct: Server) -> None:
    text = direct.daemon.config.read_text("utf-8")
    other = text.replace(f"//{HOST}:", "//talk.example.test:")
    assert other != text
    direct.daemon.config.write_text(other, "utf-8")
    direct.papers.good("talk.example.test")
    direct.reload()
    findings = direct.doctor()
    assert set(names(findings)) == {"wrong-origin", "not-restarted"}
    lines = {one["name"]: one["do"] for one in findings}
    assert "twistd --nodaemon chatd" in lines["not-restarted"], "no unit runs it here"
    direct.daemon.restart()
    direct.well()


def test_a_name_that_cannot_be_looked_up(direct: Server, capsys: Any) -> None:
    words = ["--config", str(direct.daemon.config), "doctor"]
    assert main(words) == 1
    out = capsys.readouterr().out
    assert f"{HOST} cannot be looked up" in out
    assert f"$ add to your zone: {HOST}. IN A" in out
