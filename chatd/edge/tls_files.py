"""Checks a certificate chain and its private key before they serve, and says what is wrong."""

from __future__ import annotations

import os
import stat
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

PEM_BYTES = 1_048_576


class TlsFilesError(Exception):
    """The message is one sentence for people: which file, what is wrong, what would be right."""


def load(chain: Path, key: Path, now: datetime) -> tuple[list[x509.Certificate], PrivateKeyTypes]:
    """The certificates (leaf first) and the key, proven to belong together and valid at `now`.

    `now` carries its time zone. Raises TlsFilesError.
    """
    certificates = _certificates(chain)
    private = _private_key(key)
    leaf = certificates[0]
    if _public(leaf) != _public(private):
        raise TlsFilesError(
            f"The private key {key} does not belong to the first certificate in {chain}; "
            "name the key that the certificate was issued for, and put the server's own "
            "certificate first in the chain."
        )
    if now > leaf.not_valid_after_utc:
        raise TlsFilesError(
            f"The certificate in {chain} expired on {leaf.not_valid_after_utc:%Y-%m-%d %H:%M} UTC; "
            "renew it and reload."
        )
    if now < leaf.not_valid_before_utc:
        raise TlsFilesError(
            f"The certificate in {chain} is valid only from "
            f"{leaf.not_valid_before_utc:%Y-%m-%d %H:%M} UTC; check the clock of this machine "
            "or use the certificate that is valid now."
        )
    return certificates, private


def _certificates(path: Path) -> list[x509.Certificate]:
    text = _read(path, "certificate chain")
    try:
        return x509.load_pem_x509_certificates(text)
    except ValueError as error:
        raise TlsFilesError(
            f"The certificate chain {path} holds no readable PEM certificate ({error}); it must "
            "be a text file with blocks that begin with '-----BEGIN CERTIFICATE-----'."
        ) from error


def _private_key(path: Path) -> PrivateKeyTypes:
    text = _read(path, "private key")
    _check_mode(path)
    try:
        return load_pem_private_key(text, None)
    except TypeError as error:
        raise TlsFilesError(
            f"The private key {path} is protected by a passphrase, which a daemon cannot type; "
            "store it without one (openssl pkey -in OLD -out NEW) and protect the file by its mode."
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise TlsFilesError(
            f"The private key {path} is no readable PEM key; it must be a text file that begins "
            "with '-----BEGIN PRIVATE KEY-----'."
        ) from error


def _read(path: Path, what: str) -> bytes:
    try:
        with open(path, "rb") as file:
            text = file.read(PEM_BYTES + 1)
    except FileNotFoundError as error:
        raise TlsFilesError(
            f"The {what} {path} does not exist; give the path of a PEM file."
        ) from error
    except PermissionError as error:
        raise TlsFilesError(
            f"The {what} {path} cannot be read by the user this daemon runs as (uid "
            f"{os.geteuid()}); give it read access, for the key by its group and mode 0640."
        ) from error
    except OSError as error:
        raise TlsFilesError(
            f"The {what} {path} cannot be read ({error.strerror}); give the path of a PEM file."
        ) from error
    if len(text) > PEM_BYTES:
        raise TlsFilesError(f"The {what} {path} is larger than 1 MiB; give the path of a PEM file.")
    return text


def _check_mode(path: Path) -> None:
    """Others must not read the key. A file owned by root may be readable by its group (0640), which
    is how certificate tools share a key with one daemon."""
    status = os.stat(path)
    mode = stat.S_IMODE(status.st_mode)
    allowed = 0o040 if status.st_uid == 0 else 0
    if mode & 0o077 & ~allowed:
        raise TlsFilesError(
            f"The private key {path} can be read or changed by others (mode {mode:04o}); "
            f"run: chmod 600 {path}"
        )


def _public(holder: x509.Certificate | PrivateKeyTypes) -> bytes:
    return holder.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
