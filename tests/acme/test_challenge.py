"""The authority, and nobody else, is shown the answer to its challenge (RFC 8737)."""

import ssl
from hashlib import sha256

import pytest
import pytest_twisted
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from loopback_tls import Loopback, Peers, client_context, in_thread, until

from chatd.acme.challenge import PROTOCOL, Challenges

NAME = "chat.example.org"
AUTHORIZATION = "token.thumbprint"
#: id-pe-acmeIdentifier, and an OCTET STRING of 32 bytes in front of the digest.
IDENTIFIER, HEAD = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.31"), b"\x04\x20"


def shake(
    port: int, protocols: list[str], name: str, version: ssl.TLSVersion | None = None
) -> tuple[x509.Certificate, str | None, bytes]:
    """What was shown, the protocol agreed on, and what came without asking for anything."""
    import socket

    context = client_context(version)
    context.set_alpn_protocols(protocols)
    with (
        socket.create_connection(("127.0.0.1", port), 5) as plain,
        context.wrap_socket(plain, server_hostname=name) as sock,
    ):
        shown = sock.getpeercert(True)
        assert shown is not None
        agreed = sock.selected_alpn_protocol()
        rest = sock.recv(1) if agreed == PROTOCOL.decode() else b""
        return x509.load_der_x509_certificate(shown), agreed, rest


@pytest_twisted.async_yield_fixture
async def loopback(tmp_path):
    made = Loopback(tmp_path)
    yield made
    await made.stop()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("stock", [False, True])
@pytest_twisted.ensureDeferred
async def test_the_answer_is_in_the_certificate_and_the_connection_ends(loopback, stock, version):
    peers = Peers()
    door = loopback.listen(peers, stock_tls=stock)
    port = door.getHost().port
    loopback.certificates.challenges.begin({NAME: AUTHORIZATION})
    shown, agreed, rest = await in_thread(shake, port, ["acme-tls/1"], NAME, version)
    assert (agreed, rest) == ("acme-tls/1", b"")
    names = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert list(names.value) == [x509.DNSName(NAME)]
    identifier = shown.extensions.get_extension_for_oid(IDENTIFIER)
    digest = sha256(AUTHORIZATION.encode()).digest()
    assert identifier.critical and identifier.value.value == HEAD + digest
    assert isinstance(shown.public_key(), ec.EllipticCurvePublicKey)
    assert shown.issuer == shown.subject
    await until(lambda: door.door.budget.connections == 0)
    assert all(not peer.received for peer in peers.made)


@pytest_twisted.ensureDeferred
async def test_browsers_are_shown_what_they_always_are_meanwhile(loopback):
    port = loopback.listen(Peers()).getHost().port
    before, *_ = await in_thread(shake, port, ["http/1.1"], NAME)
    loopback.certificates.challenges.begin({NAME: AUTHORIZATION})
    for offered in (["http/1.1"], ["acme-tls/1", "http/1.1"]):
        shown, agreed, _ = await in_thread(shake, port, offered, NAME)
        assert (shown, agreed) == (before, "http/1.1")


@pytest_twisted.ensureDeferred
async def test_nobody_is_answered_for_another_name_or_once_it_is_over(loopback):
    port = loopback.listen(Peers()).getHost().port
    challenges = loopback.certificates.challenges
    challenges.begin({NAME: AUTHORIZATION})
    with pytest.raises(ssl.SSLError):
        await in_thread(shake, port, ["acme-tls/1"], "other.example.org")
    challenges.end()
    with pytest.raises(ssl.SSLError):
        await in_thread(shake, port, ["acme-tls/1"], NAME)


@pytest_twisted.ensureDeferred
async def test_a_certificate_that_comes_meanwhile_changes_no_challenge(loopback):
    port = loopback.listen(Peers()).getHost().port
    loopback.certificates.challenges.begin({NAME: AUTHORIZATION})
    loopback.certificates.reload()
    assert (await in_thread(shake, port, ["acme-tls/1"], NAME))[1] == "acme-tls/1"


def test_each_challenge_has_a_key_of_its_own():
    challenges = Challenges()
    challenges.begin({"a.example.org": "x", "b.example.org": "x"})
    keys = {pair[1].private_numbers().private_value for pair in challenges._pending.values()}
    assert len(keys) == 2
