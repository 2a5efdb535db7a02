"""What is wrong is said in a sentence, with the exit code that goes with it."""

import socket
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_twisted
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from twisted.internet import reactor

from chatd.admin.certificates import certificate_bytes, key_bytes, make_certificate
from chatd.admin.local_ca import ensure
from chatd.client.errors import NotWelcome, Refused
from chatd.client.http import Problem
from chatd.terminal.link import Link
from chatd.terminal.profiles import NoProfile, Profile, ProfileError
from chatd.terminal.words import REFUSED, SIGNED_OUT, UNREACHABLE, UNTRUSTED, USAGE, trouble
from tests.daemon import free_port

TOKEN = "chatd_t_" + "x" * 43


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (NoProfile(""), SIGNED_OUT, "chat login"),
        (NoProfile("x"), SIGNED_OUT, "no profile x"),
        (ProfileError("The file is wrong."), USAGE, "The file is wrong."),
        (Refused({"code": "forbidden", "message": "You may not."}), REFUSED, "You may not."),
        (
            Refused({"code": "internal", "message": "A fault.", "reference": "a1"}),
            REFUSED,
            "A fault. (reference a1)",
        ),
        (NotWelcome(4501, "signed out"), SIGNED_OUT, "chat login https://host"),
        (NotWelcome(426, "x"), UNREACHABLE, "no chatd"),
        (NotWelcome(403, "no \x1b[2J"), REFUSED, "turned us away: no [2J"),
        (Problem(302, {}, "https://elsewhere.example"), UNREACHABLE, "https://elsewhere.example"),
        (Problem(404, {}), UNREACHABLE, "no chatd"),
        (Problem(401, {"code": "unauthorized"}), SIGNED_OUT, "does not know this token"),
        (Problem(429, {"code": "rate-limited", "detail": "Wait."}), REFUSED, "Wait."),
        (TimeoutError(), UNREACHABLE, "in time"),
        (KeyError("x"), None, None),
    ],
)
def test_every_expected_error_has_words_and_a_code(error, code, words):
    found = trouble(error, "https://host")
    if code is None:
        assert found is None
    else:
        assert found.code == code and words in found.words


@contextmanager
def server(answer: bytes, context: ssl.SSLContext | None):
    """Says the same to everybody, over TLS if there is a context; ends with the block."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                peer, _ = listener.accept()
            except TimeoutError:
                continue
            try:
                peer.settimeout(2)
                if context is not None:
                    peer = context.wrap_socket(peer, server_side=True)
                peer.recv(65536)
                peer.sendall(answer)
            except OSError:
                pass
            finally:
                peer.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        thread.join(5)
        listener.close()


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A folder with ca.pem, server.pem and server.key for localhost."""
    return ensure(tmp_path_factory.mktemp("tls"), ["localhost"], datetime.now(UTC))


def context_of(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def said(port: int, ca=None, host="localhost"):
    """The trouble that comes of asking who one is there."""
    link = Link(reactor, Profile("", f"https://{host}:{port}", ca=ca and str(ca), token=TOKEN))
    with pytest.raises(BaseException) as caught:
        await link.whoami()
    found = await link.explain(caught.value)
    return found.code, found.words


def http(status: str, body: str = "", headers: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{headers}\r\n"
    return (head + body).encode()


@pytest_twisted.ensureDeferred
async def test_an_unknown_authority_is_named_and_what_to_do_is_said(authority):
    with server(b"", context_of(authority.certificate, authority.key)) as port:
        code, words = await said(port)
        assert code == UNTRUSTED and "--ca ca.pem" in words and "chatd's own authority" in words


@pytest_twisted.ensureDeferred
async def test_what_answers_but_is_no_chatd_is_called_that(authority):
    context = context_of(authority.certificate, authority.key)
    for answer, words in (
        (http("200 OK", "<h1>Hello</h1>"), "does not answer as chatd does"),
        (http("404 Not Found"), "HTTP status 404"),
        (http("301 Moved", headers="Location: https://new.example\r\n"), "to https://new.example"),
    ):
        with server(answer, context) as port:
            code, text = await said(port, authority.authority)
            assert code == UNREACHABLE and words in text


@pytest_twisted.ensureDeferred
async def test_a_server_without_tls_is_told_from_one_that_is_not_trusted():
    with server(http("200 OK", "{}"), None) as port:
        code, words = await said(port)
        assert code == UNREACHABLE and "does not speak TLS" in words


@pytest_twisted.ensureDeferred
async def test_nobody_there_and_no_such_name():
    code, words = await said(free_port())
    assert code == UNREACHABLE and "refused" in words
    code, words = await said(443, host="nosuch.invalid")
    assert code == UNREACHABLE and "no host nosuch.invalid" in words


@pytest_twisted.ensureDeferred
async def test_an_expired_certificate_and_a_foreign_name_are_said_as_such(tmp_path):
    for names, age, words in (
        (["localhost"], timedelta(days=900), "expired"),
        (["elsewhere.example"], timedelta(0), "not for localhost but for elsewhere.example"),
    ):
        ca, certificate, key = signed(tmp_path / words[:3], names, datetime.now(UTC) - age)
        with server(b"", context_of(certificate, key)) as port:
            code, text = await said(port, ca)
            assert code == UNTRUSTED and words in text


def signed(folder: Path, names: list[str], made: datetime):
    """A certificate of that day, of an authority that is still good and may vouch for anybody."""
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority")])
    today = datetime.now(UTC)
    authority = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1000))
        .not_valid_after(today + timedelta(days=1000))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, its_key = make_certificate((authority, key), names, made)
    paths = [folder / name for name in ("ca.pem", "server.pem", "server.key")]
    contents = (certificate_bytes(authority), certificate_bytes(certificate), key_bytes(its_key))
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return paths
