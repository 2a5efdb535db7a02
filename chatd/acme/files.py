"""The files in the store's folder `acme`, each readable by its owner alone.

current.pem       what is served: a link to one of the two below
certificate.pem   the key and the chain, as the authority gave it
placeholder.pem   signed by chatd itself, until there is one
account-*.pem     the key of the account at an authority
state.json        what the last tries brought (`state.py`)
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chatd.admin.files import private_folder, write_private
from chatd.config.settings_acme import CURRENT
from chatd.edge import tls_files
from chatd.edge.tls_files import TlsFilesError

CERTIFICATE: Final = "certificate.pem"
PLACEHOLDER: Final = "placeholder.pem"
#: A restore makes folders that a group may read.
PRIVATE_FOLDER: Final = 0o700
#: Short enough that the alert for certificates that end goes off while one is served.
_LIFE: Final = timedelta(days=7)
#: For clocks that are a little slow.
_BACKDATED: Final = timedelta(hours=1)
#: A placeholder is replaced when less of it is left.
_LEFT: Final = timedelta(days=1)


def loaded(path: Path, now: datetime) -> x509.Certificate | None:
    """The server's certificate in a file, if it and its key are good now."""
    try:
        return tls_files.load(path, path, now)[0][0]
    except TlsFilesError:
        return None


def names_of(certificate: x509.Certificate) -> frozenset[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    return frozenset(found.get_values_for_type(x509.DNSName))


def settle(folder: Path, domains: Sequence[str], now: datetime) -> x509.Certificate | None:
    """Makes `current.pem` the certificate, if there is one that is good now, otherwise the
    placeholder. Returns the certificate. OSError."""
    private_folder(folder)
    folder.chmod(PRIVATE_FOLDER)
    current, own = folder / CURRENT, folder / CERTIFICATE
    if current.exists() and not current.is_symlink():
        _adopt(current, own, now)
    certificate = loaded(own, now)
    if certificate is None:
        _ensure_placeholder(folder / PLACEHOLDER, domains, now)
    _lead(current, CERTIFICATE if certificate is not None else PLACEHOLDER)
    return certificate


def _adopt(brought: Path, own: Path, now: datetime) -> None:
    """A backup keeps what was served, and brings it back as a file of its own: the one that is good
    for longer stays."""
    found, have = loaded(brought, now), loaded(own, now)
    if found is None or (have and have.not_valid_after_utc >= found.not_valid_after_utc):
        return
    brought.replace(own)


def _lead(link: Path, target: str) -> None:
    with suppress(OSError):
        if os.readlink(link) == target:
            return
    fresh = link.with_name(f".{link.name}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)


def _ensure_placeholder(path: Path, domains: Sequence[str], now: datetime) -> None:
    found = loaded(path, now)
    good = found is not None and found.not_valid_after_utc - now > _LEFT
    if found is None or not good or names_of(found) != frozenset(domains):
        write_private(path, _placeholder(domains, now))


def _placeholder(domains: Sequence[str], now: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [x509.NameAttribute(x509.NameOID.COMMON_NAME, "chatd, until a certificate is there")]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + _LIFE)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name) for name in domains]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    return key_text(key) + certificate.public_bytes(serialization.Encoding.PEM)


def key_text(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
