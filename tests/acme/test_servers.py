"""Servers that an order may meet instead of a good one: each is named for what it is, in words, and
none gets more than its bounds."""

import io
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest
from acme import errors, messages
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from chatd.acme import authority, failures, network, order
from chatd.acme.lines import Outcome, Wish
from chatd.acme.network import LARGEST, NONCES
from chatd.admin import local_ca
from tests.daemon import free_port

NAMES = ("newNonce", "newAccount", "newOrder", "revokeCert", "keyChange")
PROBLEM = "application/problem+json"
Answer = tuple[int, dict[str, str], bytes]


class Server:
    """An HTTPS server on loopback; ``answer`` gets the path of each request."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[str] = []
        self.answer: Callable[[str], Answer] = lambda path: (404, {}, b"not here")
        own = local_ca.ensure(folder / "own", ["localhost"], datetime.now(UTC))
        self.ca = str(own.certificate.with_name("ca.pem"))
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                self.rfile.read(length)
                status, headers, body = server.answer(self.path)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_POST = do_HEAD = do_GET

            def log_message(self, *_: object) -> None: ...

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(own.certificate, own.key)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://localhost:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def directory(self, **more: Any) -> bytes:
        return json.dumps({**{name: f"{self.url}/{name}" for name in NAMES}, **more}).encode()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture(scope="module")
def standing(tmp_path_factory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("server"))
    yield made
    made.close()


@pytest.fixture
def server(standing: Server) -> Server:
    standing.asked.clear()
    return standing


def ordered(folder: Path, directory: str, ca_file: str) -> Outcome:
    """What the program of an order says in the end, its input being a daemon that answers."""
    wish = Wish(directory, ca_file, "ops@example.org", ["chat.example.org"], str(folder))
    incoming = io.BytesIO(msgspec.json.encode(wish) + b"\n\n")
    outgoing = io.BytesIO()
    order.run(incoming, outgoing)
    return msgspec.json.decode(outgoing.getvalue().splitlines()[-1], type=Outcome)


def problem(kind: str, detail: str, **headers: str) -> Answer:
    body = {"type": f"urn:ietf:params:acme:error:{kind}", "detail": detail}
    found = {"Content-Type": PROBLEM, "Replay-Nonce": "bm9uY2U", **headers}
    return 403 if kind != "rateLimited" else 429, found, json.dumps(body).encode()


def accounts(server: Server, answer: Answer) -> Callable[[str], Answer]:
    """A server whose directory is good and that answers so when an account is asked for."""

    def found(path: str) -> Answer:
        if path == "/dir":
            return 200, {"Content-Type": "application/json"}, server.directory()
        if path == "/newNonce":
            return 200, {"Replay-Nonce": "bm9uY2U"}, b""
        return answer

    return found


def test_where_nobody_listens(tmp_path: Path, server: Server) -> None:
    found = ordered(tmp_path, f"https://127.0.0.1:{free_port()}/dir", server.ca)
    assert found.kind == "unreachable" and "Connection refused" in found.why


def test_one_whose_authority_is_not_trusted(tmp_path: Path, server: Server) -> None:
    found = ordered(tmp_path, f"{server.url}/dir", "")
    assert found.kind == "untrusted" and "certificate verify failed" in found.why
    assert server.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        (404, {}, b"<html>not found</html>"),
        (200, {"Content-Type": "text/html"}, b"<html>welcome</html>"),
        (200, {"Content-Type": "application/json"}, b"{}"),
        (200, {"Content-Type": "application/json"}, b"[]"),
        (200, {"Content-Type": "application/json"}, b'"directory"'),
        (200, {"Content-Type": "application/json"}, b'{"newNonce": 7, "newAccount": []}'),
    ],
)
def test_a_wrong_directory(tmp_path: Path, server: Server, answer: Answer) -> None:
    server.answer = lambda path: answer
    assert ordered(tmp_path, f"{server.url}/dir", server.ca).kind == "directory"


@pytest.mark.parametrize("where", ["http://localhost:1/x", "file:///etc/passwd"])
def test_a_directory_that_leads_away_from_tls(tmp_path: Path, server: Server, where: str) -> None:
    body = server.directory(newNonce=where, newAccount=where)
    server.answer = lambda path: (200, {"Content-Type": "application/json"}, body)
    assert ordered(tmp_path, f"{server.url}/dir", server.ca).kind == "directory"
    server.answer = lambda path: (302, {"Location": where}, b"")
    assert ordered(tmp_path, f"{server.url}/dir", server.ca).kind == "directory"


def test_one_that_sends_without_end(tmp_path: Path, server: Server) -> None:
    body = b" " * (LARGEST + 1) + server.directory()
    server.answer = lambda path: (200, {"Content-Type": "application/json"}, body)
    found = ordered(tmp_path, f"{server.url}/dir", server.ca)
    assert found.kind == "directory" and "more than" in found.why


def test_one_that_is_down_for_a_while(tmp_path: Path, server: Server) -> None:
    server.answer = lambda path: (503, {"Retry-After": "120"}, b"maintenance")
    found = ordered(tmp_path, f"{server.url}/dir", server.ca)
    assert (found.kind, found.after) == ("unreachable", 120.0) and "503" in found.why


def test_too_much_was_asked(tmp_path: Path, server: Server) -> None:
    answer = problem("rateLimited", "too many\x1b[31m certificates", **{"Retry-After": "7200"})
    server.answer = accounts(server, answer)
    found = ordered(tmp_path, f"{server.url}/dir", server.ca)
    assert (found.kind, found.after) == ("rate-limited", 7200.0)
    assert found.why == "the authority says: too many [31m certificates"


def test_terms_or_accounts_that_want_somebody(tmp_path: Path, server: Server) -> None:
    server.answer = accounts(server, problem("userActionRequired", "agree to the new terms"))
    assert ordered(tmp_path, f"{server.url}/dir", server.ca).kind == "account"
    body = server.directory(meta={"externalAccountRequired": True})
    server.answer = lambda path: (200, {"Content-Type": "application/json"}, body)
    found = ordered(tmp_path, f"{server.url}/dir", server.ca)
    assert found.kind == "account" and "external account binding" in found.why


def test_one_that_takes_no_nonce_is_asked_a_bounded_number_of_times(
    tmp_path: Path, server: Server
) -> None:
    server.answer = accounts(server, problem("badNonce", "no"))
    assert ordered(tmp_path, f"{server.url}/dir", server.ca).kind == "unreachable"
    assert server.asked.count("/newAccount") == 2 * NONCES


def test_several_nonces_that_are_turned_down_do_not_end_an_order(
    tmp_path: Path, server: Server
) -> None:
    answers = [problem("badNonce", "no")] * 5 + [problem("malformed", "now it was looked at")]
    server.answer = accounts(server, answers[0])
    standing = server.answer
    server.answer = lambda path: answers.pop(0) if path == "/newAccount" else standing(path)
    assert "looked at" in ordered(tmp_path, f"{server.url}/dir", server.ca).why


def test_no_variable_of_the_environment_leads_a_request_elsewhere(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{free_port()}")
    server.answer = lambda path: (404, {}, b"")
    assert ordered(tmp_path, f"{server.url}/dir", server.ca).kind == "directory"
    assert server.asked == ["/dir"]


def test_a_disk_that_cannot_be_written_is_said(tmp_path: Path, server: Server) -> None:
    found = ordered(tmp_path / "nowhere", f"{server.url}/dir", server.ca)
    assert found.kind == "fault" and "No such file" in found.why


def test_a_certificate_for_another_key_or_other_names_is_not_taken(tmp_path: Path) -> None:
    issued = local_ca.ensure(tmp_path, ["chat.example.org"], datetime.now(UTC))
    text = issued.certificate.read_text()
    key = load_pem_private_key(issued.key.read_bytes(), None)
    other = ec.generate_private_key(ec.SECP256R1())
    assert authority._checked(text, key, ["chat.example.org"]).decode() == text
    for wrong in (
        (text, other, ["chat.example.org"]),
        (text, key, ["a.example.org"]),
        ("", key, []),
    ):
        with pytest.raises(authority.NotGiven):
            authority._checked(*wrong)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", 0),
        ("120", 120),
        ("-5", 0),
        ("soon", 0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("1e9", 0),
    ],
)
def test_a_retry_after_is_seconds_or_nothing(text: str, seconds: float) -> None:
    assert failures.seconds(text) == seconds


def test_a_retry_after_may_be_a_date() -> None:
    assert failures.seconds("Fri, 01 Jan 2100 00:00:00 GMT") > 70 * 365 * 86_400


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (errors.IssuanceError(messages.Error.with_code("caa", detail="CAA forbids")), "refused"),
        (errors.TimeoutError(), "unreachable"),
        (errors.MissingNonce(network.requests.Response()), "directory"),
        (RuntimeError("secret"), "fault"),
    ],
)
def test_whatever_the_library_raises_has_a_kind(error: Exception, kind: str) -> None:
    found, why = failures.told(error)
    assert found == kind and "secret" not in why
