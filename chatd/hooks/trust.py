"""Whose certificates are believed when chatd calls out."""

from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL
from service_identity import CertificateError, VerificationError
from twisted.internet.ssl import (
    Certificate,
    optionsForClientTLS,
    platformTrust,
    trustRootFromCertificates,
)


def trust_root(path: str) -> Any:
    """The authorities in the PEM file at ``path``; with "" those that the system trusts."""
    if not path:
        return platformTrust()
    found = x509.load_pem_x509_certificates(Path(path).read_bytes())
    return trustRootFromCertificates(
        Certificate.loadPEM(each.public_bytes(Encoding.PEM)) for each in found
    )


def verifying(host: str, authorities: str) -> Any:
    """TLS with ``host`` and with nobody else, for any number of connections: the system's many
    authorities are not read for each."""
    return optionsForClientTLS(host, trust_root(authorities))


def tls_failure(error: BaseException) -> str | None:
    """What went wrong with TLS, in words; None if it was something else."""
    refused = isinstance(error, SSL.Error) and "certificate verify failed" in str(error)
    if refused or isinstance(error, CertificateError | VerificationError):
        return "its certificate is not one for this host from an authority that is trusted here"
    if isinstance(error, SSL.Error):
        return f"TLS with it failed, {_reason(error)}"
    return None


def _reason(error: SSL.Error) -> str:
    """OpenSSL's own words: it gives lists of library, function and reason."""
    told = error.args[0] if error.args else None
    return str(told[0][-1]) if isinstance(told, list) and told else type(error).__name__
