"""Why a server's certificate is not trusted, in words: asked once the connection was refused.

The check that counts is the connection's own (`client.connection`); this one, by Python's `ssl`,
only finds out which part of it failed. Nothing is sent to the server but a handshake.
"""

import socket
import ssl

from cryptography import x509
from cryptography.x509.oid import NameOID

#: X509_V_ERR_…, as OpenSSL numbers them (x509_vfy.h)
NOT_YET, EXPIRED, SELF_SIGNED, NAME_MISMATCH, ADDRESS_MISMATCH = 9, 10, 18, 62, 64
UNKNOWN = (SELF_SIGNED, 19, 20, 21)
OWN_AUTHORITY = "chatd"


def why_untrusted(host: str, port: int, ca: str | None, timeout: float = 5.0) -> str:
    """A sentence or two. Blocks: call it in a thread."""
    try:
        context = ssl.create_default_context(cafile=ca)
        with (
            socket.create_connection((host, port), timeout) as plain,
            context.wrap_socket(plain, server_hostname=host),
        ):
            return "Its certificate was refused, and a moment later it was a good one."
    except ssl.SSLCertVerificationError as error:
        return sentence(host, port, error.verify_code, error.verify_message, ca, timeout)
    except ssl.SSLError as error:
        return f"It does not speak TLS as it should ({error.reason or error})."
    except OSError as error:
        return f"Its certificate could not be looked at ({error.strerror or error})."


def sentence(
    host: str, port: int, code: int, words: str, ca: str | None, timeout: float = 5.0
) -> str:
    if code == EXPIRED:
        return "Its certificate has expired. Whoever runs it has to renew it."
    if code == NOT_YET:
        return "Its certificate is not valid yet. Is this computer's clock right?"
    if code in (NAME_MISMATCH, ADDRESS_MISMATCH):
        names = ", ".join(_names(_certificate(host, port, timeout))) or "no name at all"
        return f"Its certificate is not for {host} but for {names}. Use a name that it has."
    if code in UNKNOWN:
        return _unknown(host, _issuer(_certificate(host, port, timeout)), ca)
    return f"Its certificate is not good: {words}."


def _unknown(host: str, issuer: str, ca: str | None) -> str:
    who = f" ({issuer})" if issuer else ""
    if ca is not None:
        return f"Its certificate is vouched for by another authority{who} than that in {ca}."
    if issuer.lower().startswith(OWN_AUTHORITY):
        return (
            f"Its certificate comes from chatd's own authority{who}, which this computer does not"
            " know. Get the file ca.pem from whoever runs the server (on the server itself it is"
            " tls/ca.pem in chatd's folder) and give it to `chat login` with --ca ca.pem."
        )
    return (
        f"Nobody whom this computer trusts vouches for its certificate{who}. If it is a private"
        " authority's, give its file to `chat login` with --ca FILE. If you expected none, somebody"
        " may be listening in: do not go on."
    )


def _certificate(host: str, port: int, timeout: float) -> x509.Certificate | None:
    """As the server shows it, unverified: only for its words."""
    try:
        pem = ssl.get_server_certificate((host, port), timeout=timeout)
        return x509.load_pem_x509_certificate(pem.encode())
    except (OSError, ValueError):
        return None


def _names(certificate: x509.Certificate | None) -> list[str]:
    if certificate is None:
        return []
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return [_printable(str(name.value)) for name in found][:5]


def _issuer(certificate: x509.Certificate | None) -> str:
    if certificate is None:
        return ""
    found = certificate.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
    return _printable(str(found[0].value)) if found else ""


def _printable(text: str) -> str:
    return "".join(char for char in text if char.isprintable())[:80]
