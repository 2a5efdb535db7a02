"""The settings of certificates that chatd gets by itself, by ACME (RFC 8555)."""

from dataclasses import dataclass
from pathlib import Path

from chatd.config.setting import setting

LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"
#: In the store's folder: the account's key, the certificate, the outcome of the last try.
FOLDER = "acme"
#: What is served, certificate and key in one file, so that they change together.
CURRENT = "current.pem"


@dataclass(frozen=True, slots=True)
class Acme:
    """[acme]: a certificate that chatd gets and renews by itself, in place of those of [tls]."""

    domains: list[str] = setting(
        [],
        "The names it is for, that of public_url among them; each must lead here, port 443 too."
        " Empty: no certificate is got.",
    )
    agree_to_terms: bool = setting(
        False, "You have read the authority's terms of service and agree to them."
    )
    contact: str = setting(
        "", "A mail address that the authority may write to; empty: it is told none."
    )
    directory: str = setting(
        LETS_ENCRYPT, "Where the authority's ACME server tells what it can do; Let's Encrypt's."
    )
    ca_file: str = setting(
        "", "PEM file of the authorities to trust for that server; empty: those of the system."
    )


def served(store: str) -> Path:
    """The file that holds the certificate in use and its key, for a store in ``store``."""
    return Path(store) / FOLDER / CURRENT
