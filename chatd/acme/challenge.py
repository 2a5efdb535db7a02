"""The answer to a tls-alpn-01 challenge (RFC 8737): a certificate that is shown only to the
authority, in a handshake that asks for the protocol `acme-tls/1` and for nothing else."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

PROTOCOL: Final = b"acme-tls/1"
#: id-pe-acmeIdentifier, RFC 8737 §6.1.
_IDENTIFIER: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.31")
_LIFE: Final = timedelta(days=1)

Pair = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


class Challenges:
    """Those that the authority may come for now, by name; none most of the time.

    Their keys are on P-256, as the certificate's own key must be: OpenSSL has chosen the kind of
    key before it asks for the protocol.
    """

    def __init__(self) -> None:
        self._pending: Mapping[str, Pair] = {}

    def begin(self, authorizations: Mapping[str, str]) -> None:
        """``authorizations``: for each name the key authorization (RFC 8555 §8.1)."""
        self._pending = {name: _answer(name, text) for name, text in authorizations.items()}

    def end(self) -> None:
        self._pending = {}

    def answer(self, connection: SSL.Connection) -> bool:
        """Shows the certificate in a handshake under way; False if none is expected."""
        found = self._pending.get((connection.get_servername() or b"").decode("ascii", "replace"))
        if found is None:
            return False
        certificate, key = found
        connection.use_certificate(certificate)
        connection.use_privatekey(key)
        return True


def _answer(name: str, authorization: str) -> Pair:
    digest = sha256(authorization.encode("ascii")).digest()
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "chatd ACME challenge")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _LIFE)
        .not_valid_after(now + _LIFE)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        # An OCTET STRING of 32 bytes.
        .add_extension(x509.UnrecognizedExtension(_IDENTIFIER, b"\x04\x20" + digest), critical=True)
        .sign(key, hashes.SHA256())
    )
    return certificate, key
