"""Whose certificates are believed when chatd calls out."""

from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from twisted.internet.ssl import Certificate, platformTrust, trustRootFromCertificates


def trust_root(path: str) -> Any:
    """The authorities in the PEM file at ``path``; with "" those that the system trusts."""
    if not path:
        return platformTrust()
    found = x509.load_pem_x509_certificates(Path(path).read_bytes())
    return trustRootFromCertificates(
        Certificate.loadPEM(each.public_bytes(Encoding.PEM)) for each in found
    )
