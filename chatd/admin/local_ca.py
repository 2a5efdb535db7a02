"""A certificate authority for this machine alone, kept with the server certificate in one folder.

The authority is constrained (RFC 5280, 4.2.1.10) to the names it serves: this host and loopback.
Whoever steals its key can impersonate nothing else, so trusting it in a browser risks little.
"""

import re
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chatd.admin.certificates import (
    Pair,
    alternative_names,
    certificate_bytes,
    key_bytes,
    make_authority,
    make_certificate,
)
from chatd.admin.files import private_folder, write_private, write_public

RENEW_BEFORE = timedelta(days=30)
HOST_NAME = re.compile(
    r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?){0,9}"
)


@dataclass(frozen=True)
class Issued:
    """Where the files are, and what was just made."""

    authority: Path
    certificate: Path
    key: Path
    is_new_authority: bool
    is_new_certificate: bool


def host_names() -> list[str]:
    """`localhost` and this machine's name, if that is allowed in a certificate."""
    name = socket.gethostname().lower()
    return list(dict.fromkeys(["localhost", *([name] if HOST_NAME.fullmatch(name) else [])]))


def ensure(folder: Path, names: Sequence[str], now: datetime) -> Issued:
    """Make, keep or renew authority and certificate in `folder`.

    `names`: DNS names; loopback addresses are always added. `now`: with a time zone. The
    certificate is renewed when it ends within 30 days, lacks a name or does not fit its key; the
    authority only when it cannot vouch for what is needed.
    """
    private_folder(folder)
    ca, ca_key = folder / "ca.pem", folder / "ca.key"
    server, server_key = folder / "server.pem", folder / "server.key"
    if _is_good(_load_pair(server, server_key), _load_certificate(ca), names, now):
        return Issued(ca, server, server_key, is_new_authority=False, is_new_certificate=False)
    signer = _load_pair(ca, ca_key)
    is_new_authority = signer is None or not _may_sign(signer[0], names, now)
    if signer is None or is_new_authority:
        signer = make_authority(names, now)
        _write_pair(signer, ca, ca_key)
    _write_pair(make_certificate(signer, names, now), server, server_key)
    return Issued(ca, server, server_key, is_new_authority, is_new_certificate=True)


def how_to_trust(authority: str, site: str) -> list[str]:
    """How programs on this machine come to trust the file `authority`: two narrow lines."""
    return [
        f"curl --cacert {authority} {site}/",
        "in a browser, or the whole machine: docs/trust.md",
    ]


def _is_good(
    pair: Pair | None, authority: x509.Certificate | None, names: Sequence[str], now: datetime
) -> bool:
    """Whether the certificate serves as it is; the authority's key is not needed to tell."""
    if pair is None or authority is None:
        return False
    certificate = pair[0]
    try:
        certificate.verify_directly_issued_by(authority)
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    starts, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    in_time = starts <= now and ends - now >= RENEW_BEFORE
    return in_time and set(alternative_names(names)) <= set(found)


def _may_sign(authority: x509.Certificate, names: Iterable[str], now: datetime) -> bool:
    try:
        limits = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return False
    permitted = set(limits.permitted_subtrees or ())
    in_time = (
        authority.not_valid_before_utc <= now
        and authority.not_valid_after_utc - now > 2 * RENEW_BEFORE
    )
    return in_time and {x509.DNSName(name) for name in names} <= permitted


def _write_pair(pair: Pair, certificate_path: Path, key_path: Path) -> None:
    # A crash between the two leaves a pair that does not fit; the next run sees it and replaces it.
    write_private(key_path, key_bytes(pair[1]))
    write_public(certificate_path, certificate_bytes(pair[0]))


def _load_certificate(path: Path) -> x509.Certificate | None:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def _load_pair(certificate_path: Path, key_path: Path) -> Pair | None:
    """Certificate and key, or None when one is missing, damaged or not the other's."""
    certificate = _load_certificate(certificate_path)
    try:
        key = serialization.load_pem_private_key(key_path.read_bytes(), password=None)
    except (FileNotFoundError, ValueError, TypeError):
        return None
    if certificate is None or not isinstance(key, ec.EllipticCurvePrivateKey):
        return None
    return (certificate, key) if certificate.public_key() == key.public_key() else None
