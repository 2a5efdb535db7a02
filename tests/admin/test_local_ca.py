"""The local authority: what it vouches for, what it cannot, when things are made anew."""

import shutil
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from chatd.admin import certificates
from chatd.admin.local_ca import HOST_NAME, Issued, ensure, host_names, how_to_trust

# OpenSSL compares with the real clock; everything else here is told the time.
NOW = datetime.now(UTC).replace(microsecond=0)
NAMES = ["localhost", "tea.example"]


@pytest.fixture
def issued(tmp_path: Path) -> Issued:
    return ensure(tmp_path, NAMES, NOW)


def handshake(issued: Issued, server_name: str, authority: Path | None = None) -> None:
    """One TLS handshake in memory, verified as every client does; raises ssl.SSLError."""
    client_context = ssl.create_default_context(cafile=str(authority or issued.authority))
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(issued.certificate, issued.key)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, to_server, server_hostname=server_name)
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    for side in (client, server, client, server):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue


def load(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


@pytest.mark.parametrize("name", ["localhost", "tea.example", "127.0.0.1", "::1"])
def test_a_client_that_trusts_the_authority_accepts_every_name_served(issued, name):
    handshake(issued, name)


def test_a_client_refuses_a_name_that_is_not_served(issued):
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        handshake(issued, "coffee.example")


def test_a_client_refuses_another_authority(issued, tmp_path):
    other = ensure(tmp_path / "other", NAMES, NOW)
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
        handshake(issued, "localhost", authority=other.authority)


def test_a_stolen_authority_key_cannot_vouch_for_another_name(issued, tmp_path):
    thief = certificates.make_certificate(load_pair(issued), ["bank.example"], NOW)
    stolen = tmp_path / "stolen"
    stolen.mkdir()
    forged = Issued(issued.authority, stolen / "pem", stolen / "key", False, True)
    forged.certificate.write_bytes(certificates.certificate_bytes(thief[0]))
    forged.key.write_bytes(certificates.key_bytes(thief[1]))
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        handshake(forged, "bank.example")


def load_pair(issued: Issued) -> certificates.Pair:
    key = load_pem_private_key((issued.authority.parent / "ca.key").read_bytes(), None)
    return load(issued.authority), key


def test_the_certificate_lives_at_most_397_days_and_the_authority_ten_years(issued):
    certificate, authority = load(issued.certificate), load(issued.authority)
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc == timedelta(days=397)
    assert authority.not_valid_after_utc - authority.not_valid_before_utc == timedelta(days=3650)


def test_the_authority_signs_no_further_authority(issued):
    constraints = load(issued.authority).extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.critical
    assert constraints.value == x509.BasicConstraints(ca=True, path_length=0)


def test_the_name_constraints_are_critical(issued):
    assert load(issued.authority).extensions.get_extension_for_class(x509.NameConstraints).critical


def test_certificate_and_authority_name_each_other_by_key(issued):
    subject = load(issued.authority).extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    signer = load(issued.certificate).extensions.get_extension_for_class(
        x509.AuthorityKeyIdentifier
    )
    assert signer.value.key_identifier == subject.value.digest


def test_keys_are_readable_by_the_owner_alone(issued):
    modes = {path.name: path.stat().st_mode & 0o777 for path in issued.authority.parent.iterdir()}
    assert modes == {"ca.pem": 0o644, "ca.key": 0o600, "server.pem": 0o644, "server.key": 0o600}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_second_run_changes_nothing(issued, tmp_path):
    before = contents(tmp_path)
    again = ensure(tmp_path, NAMES, NOW + timedelta(days=300))
    assert not again.is_new_authority
    assert not again.is_new_certificate
    assert contents(tmp_path) == before


def test_the_certificate_is_renewed_in_its_last_thirty_days_under_the_same_authority(
    issued, tmp_path
):
    before = contents(tmp_path)
    soon = NOW + timedelta(days=397 - 29)
    again = ensure(tmp_path, NAMES, soon)
    assert (again.is_new_authority, again.is_new_certificate) == (False, True)
    after = contents(tmp_path)
    assert after["ca.pem"] == before["ca.pem"]
    assert after["server.key"] != before["server.key"]
    assert load(again.certificate).not_valid_after_utc > soon + timedelta(days=390)


def test_a_new_host_name_gets_a_new_authority_since_the_old_one_is_confined(issued, tmp_path):
    again = ensure(tmp_path, ["localhost", "coffee.example"], NOW)
    assert (again.is_new_authority, again.is_new_certificate) == (True, True)
    handshake(again, "coffee.example")


def test_a_name_no_longer_served_changes_nothing(issued, tmp_path):
    assert not ensure(tmp_path, ["localhost"], NOW).is_new_certificate


def test_an_authority_near_its_end_is_replaced_before_a_certificate_outlives_it(issued, tmp_path):
    late = NOW + timedelta(days=3650 - 50)
    again = ensure(tmp_path, NAMES, late)
    assert again.is_new_authority
    ends = load(again.certificate).not_valid_after_utc, load(again.authority).not_valid_after_utc
    assert ends[0] < ends[1]


def test_a_certificate_never_outlives_its_authority(issued, tmp_path):
    late = NOW + timedelta(days=3650 - 100)
    again = ensure(tmp_path, NAMES, late)
    assert not again.is_new_authority
    assert load(again.certificate).not_valid_after_utc <= load(issued.authority).not_valid_after_utc


@pytest.mark.parametrize("damaged", ["server.pem", "server.key"])
def test_a_damaged_or_foreign_half_of_the_pair_is_made_anew(issued, tmp_path, damaged):
    other = ensure(tmp_path / "other", NAMES, NOW)
    shutil.copy(other.authority.parent / damaged, tmp_path / damaged)
    again = ensure(tmp_path, NAMES, NOW)
    assert (again.is_new_authority, again.is_new_certificate) == (False, True)
    handshake(again, "localhost")


def test_without_the_authoritys_key_a_good_certificate_still_serves(issued, tmp_path):
    (tmp_path / "ca.key").unlink()
    assert not ensure(tmp_path, NAMES, NOW).is_new_certificate


def test_a_clock_that_was_wrong_does_not_leave_a_certificate_of_the_future(tmp_path):
    ensure(tmp_path, NAMES, NOW + timedelta(days=800))
    assert ensure(tmp_path, NAMES, NOW).is_new_certificate


def test_the_host_names_begin_with_localhost():
    assert host_names()[0] == "localhost"


@pytest.mark.parametrize("name", ["tea", "tea.example", "a-b.c1"])
def test_a_name_that_may_stand_in_a_certificate(name):
    assert HOST_NAME.fullmatch(name)


@pytest.mark.parametrize("name", ["", "-tea", "tea_pot", "tea.", "téa", "a b", "*.example"])
def test_a_name_that_may_not(name):
    assert not HOST_NAME.fullmatch(name)


def test_each_way_to_trust_names_the_authority_and_is_where_the_banner_says():
    first, rest = how_to_trust("var/tls/ca.pem", "https://localhost:8443")
    assert first == "curl --cacert var/tls/ca.pem https://localhost:8443/"
    document = Path(__file__).parents[2] / rest.rsplit(" ", 1)[1]
    ways = document.read_text().split("\n\n")
    for way in (first, "Firefox", "certutil -d", "sudo install"):
        assert any(way in text and "var/tls/ca.pem" in text for text in ways), way
