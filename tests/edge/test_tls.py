"""What the server offers in a handshake, resumption, and files that are refused with a reason."""

from __future__ import annotations

import os
import ssl
import subprocess
from datetime import timedelta

import pytest
from loopback_tls import (
    Peer,
    Peers,
    SClient,
    client_context,
    connect,
    in_thread,
    openssl,
    plain,
    write_pair,
)

from chatd.edge.tls import Certificates, TlsFilesError


class Goodbye(Peer):
    def dataReceived(self, data: bytes) -> None:
        self.transport.write(b"bye\n")
        self.transport.loseConnection()


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
@pytest.mark.parametrize("stock", [False, True])
async def test_openssl_says_reused_on_the_second_connection(loopback, tmp_path, version, stock):
    port = loopback.listen(Peers(protocol=Goodbye), stock_tls=stock)
    session = str(tmp_path / "session")
    options = [version, "-ign_eof"]
    first = await in_thread(openssl, port, *options, "-sess_out", session, stdin=b"hello\n")
    again = await in_thread(openssl, port, *options, "-sess_in", session, stdin=b"hello\n")
    assert "New, TLS" in first and "Reused, TLS" not in first
    assert "Reused, TLS" in again
    assert (port.door.counters.handshakes, port.door.counters.resumed) == (2, 1)


async def test_a_reload_serves_the_new_certificate_and_ends_old_tickets(loopback, tmp_path):
    factory = Peers(protocol=Goodbye)
    port = loopback.listen(factory)
    session = str(tmp_path / "session")

    def leaf():
        with connect(port) as sock:
            return sock.getpeercert(binary_form=True)

    before = await in_thread(leaf)
    await in_thread(openssl, port, "-ign_eof", "-sess_out", session, stdin=b"hello\n")
    write_pair(tmp_path)
    assert await in_thread(leaf) == before
    loopback.certificates.reload()
    assert await in_thread(leaf) != before
    again = await in_thread(openssl, port, "-ign_eof", "-sess_in", session, stdin=b"hello\n")
    assert "New, TLS" in again


async def test_bad_files_keep_the_old_certificate(loopback, tmp_path):
    port = loopback.listen(Peers(protocol=Goodbye))
    context = loopback.certificates.context
    (tmp_path / "server.pem").write_text("rubbish")
    with pytest.raises(TlsFilesError):
        loopback.certificates.reload()
    assert loopback.certificates.context is context
    said = await in_thread(openssl, port, "-ign_eof", stdin=b"hello\n")
    assert "bye" in said


@pytest.mark.parametrize(
    "options",
    [
        ["-tls1", "-cipher", "ALL:@SECLEVEL=0"],
        ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
        ["-tls1_2", "-cipher", "AES128-GCM-SHA256"],
        ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256"],
        ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"],
        ["-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_SHA256"],
        ["-curves", "P-521"],
        ["-curves", "X448"],
        ["-alpn", "h2"],
    ],
)
async def test_what_is_old_or_odd_is_refused(loopback, options):
    port = loopback.listen(Peers(protocol=Goodbye))
    said = await in_thread(openssl, port, "-ign_eof", *options)
    assert "Cipher is (NONE)" in said, said
    assert port.door.counters.handshakes == 0
    assert port.door.counters.handshake_failures == 1


@pytest.mark.parametrize("curve", ["X25519", "P-256", "P-384"])
async def test_each_curve_of_the_list_is_served(loopback, curve):
    port = loopback.listen(Peers(protocol=Goodbye))
    said = await in_thread(openssl, port, "-ign_eof", "-curves", curve, stdin=b"hello\n")
    assert "bye" in said


@pytest.mark.parametrize("offer", [["http/1.1"], ["h2", "http/1.1"]])
async def test_http_1_1_is_the_only_application_protocol(loopback, offer):
    port = loopback.listen(Peers())

    def client():
        context = client_context()
        context.set_alpn_protocols(offer)
        with context.wrap_socket(plain(port)) as sock:
            return sock.selected_alpn_protocol(), sock.compression()

    assert await in_thread(client) == ("http/1.1", None)


async def test_a_client_cannot_renegotiate(loopback):
    port = loopback.listen(Peers(echo=True))

    def client():
        with SClient(port, "-tls1_2") as openssl:
            openssl.until("Verify return code")
            openssl.tell("R")
            openssl.until("no renegotiation")
            return openssl.said

    assert "no renegotiation" in await in_thread(client)


async def test_a_hello_in_the_form_of_ssl_2_is_refused(loopback):
    port = loopback.listen(Peers())
    body = b"\x01\x03\x03\x00\x03\x00\x00\x00\x10\x00\x00\x2f" + bytes(16)

    def client():
        with plain(port) as sock:
            sock.sendall(bytes([0x80, len(body)]) + body)
            return b"".join(iter(lambda: sock.recv(100), b""))

    assert (await in_thread(client))[:1] != b"\x16"  # no ServerHello
    assert port.door.counters.handshakes == 0


async def test_the_transport_knows_its_version_and_cipher(loopback):
    factory = Peers()
    port = loopback.listen(factory)
    sock = await in_thread(connect, port, ssl.TLSVersion.TLSv1_2)
    transport = (await factory.arrival()).transport
    assert transport.tls_version == "TLSv1.2"
    assert transport.cipher == sock.cipher()[0]
    assert not transport.resumed
    sock.close()


def test_a_missing_file_is_named(tmp_path):
    chain, key = write_pair(tmp_path)
    with pytest.raises(TlsFilesError, match=r"private key .*nowhere\.key does not exist"):
        Certificates(chain, tmp_path / "nowhere.key")
    with pytest.raises(TlsFilesError, match=r"certificate chain .*nowhere\.pem does not exist"):
        Certificates(tmp_path / "nowhere.pem", key)


def test_a_folder_instead_of_a_file_is_named(tmp_path):
    with pytest.raises(TlsFilesError, match="directory"):
        Certificates(tmp_path, write_pair(tmp_path)[1])


def test_a_key_of_another_certificate_is_refused(tmp_path):
    chain, _ = write_pair(tmp_path, "one")
    _, key = write_pair(tmp_path, "two")
    with pytest.raises(TlsFilesError, match=r"two\.key does not belong .*one\.pem"):
        Certificates(chain, key)


def test_an_expired_certificate_is_refused(tmp_path):
    pair = write_pair(tmp_path, ends=timedelta(minutes=-1))
    with pytest.raises(TlsFilesError, match=r"expired on 20\d\d.*renew it"):
        Certificates(*pair)


def test_a_certificate_of_the_future_is_refused(tmp_path):
    pair = write_pair(tmp_path, begins=timedelta(hours=1))
    with pytest.raises(TlsFilesError, match=r"valid only from 20\d\d.*clock"):
        Certificates(*pair)


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o620, 0o660, 0o666, 0o601])
def test_a_key_that_others_can_touch_is_refused(tmp_path, mode):
    chain, key = write_pair(tmp_path)
    key.chmod(mode)
    with pytest.raises(TlsFilesError, match=rf"mode {mode:04o}.*chmod 600"):
        Certificates(chain, key)


def test_a_key_of_root_may_be_shared_with_a_group_and_no_other_key_may(tmp_path):
    chain, key = write_pair(tmp_path)
    key.chmod(0o640)
    if os.getuid() == 0:
        Certificates(chain, key)
        os.chown(key, 12_345, -1)
    with pytest.raises(TlsFilesError, match="mode 0640"):
        Certificates(chain, key)


@pytest.mark.parametrize("text", ["", "rubbish", "-----BEGIN PRIVATE KEY-----\nAA==\n"])
def test_rubbish_is_named_as_such(tmp_path, text):
    chain, key = write_pair(tmp_path)
    key.write_text(text)
    with pytest.raises(TlsFilesError, match="no readable PEM key"):
        Certificates(chain, key)
    with pytest.raises(TlsFilesError, match="no readable PEM certificate"):
        Certificates(key, key)


def test_a_key_with_a_passphrase_is_explained(tmp_path):
    chain, key = write_pair(tmp_path)
    sealed = tmp_path / "sealed.key"
    command = ["openssl", "pkey", "-in", key, "-out", sealed, "-aes256", "-passout", "pass:x"]
    subprocess.run(command, check=True, capture_output=True)
    sealed.chmod(0o600)
    with pytest.raises(TlsFilesError, match="passphrase"):
        Certificates(chain, sealed)
