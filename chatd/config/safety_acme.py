"""What makes certificates by ACME unsafe or impossible: each with the fix."""

import importlib.util
import re
from urllib.parse import urlsplit

from chatd.config.safety_outgoing import authorities
from chatd.config.settings import Settings
from chatd.config.settings_acme import Acme, served
from chatd.core.refusal import Refusal
from chatd.hooks.mail import address

#: A host name as in certificates (RFC 1034 §3.5): lower case, no wildcard, no address.
NAME = re.compile(
    r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z]([a-z0-9-]{0,61}[a-z0-9])?"
)
#: How many names fit into one of Let's Encrypt's certificates.
MOST = 100


def unsafe_acme(settings: Settings) -> list[str]:
    acme = settings.acme
    if not acme.domains:
        return []
    found = [*_together(settings), *_domains(acme), *_terms(acme)]
    if importlib.util.find_spec("acme") is None:
        found.append(
            "acme.domains is set and the library for it is not installed:"
            " `pip install 'chatd[acme]'` with the pip of chatd's environment."
        )
    if acme.contact:
        try:
            address(acme.contact)
        except Refusal:
            found.append(
                f"acme.contact is {acme.contact!r}: write one mail address, such as"
                ' contact = "ops@example.org", or leave it empty.'
            )
    url = urlsplit(acme.directory) if acme.directory.isprintable() else urlsplit("")
    if url.scheme != "https" or not url.hostname or "@" in url.netloc:
        found.append(
            f"acme.directory is {acme.directory!r}: it must be the https:// address of an ACME"
            " server's directory."
        )
    return found + authorities("acme.ca_file", acme.ca_file)


def _together(settings: Settings) -> list[str]:
    """Other settings that cannot stand beside it."""
    own = str(served(settings.store.path))
    if settings.tls.terminated:
        return [
            "acme.domains is set while tls.terminated is on: the proxy has the certificate then."
            " Take one of them out."
        ]
    if (settings.tls.certificate, settings.tls.key) != (own, own):
        return [
            "acme.domains is set beside tls.certificate and tls.key: take these two out, or"
            " acme.domains."
        ]
    host = urlsplit(settings.server.public_url).hostname
    if host and host not in settings.acme.domains:
        return [
            f"acme.domains lacks {host}, the host of server.public_url: browsers would take the"
            " certificate for somebody else's."
        ]
    return []


def _domains(acme: Acme) -> list[str]:
    found = [
        f"acme.domains holds {name!r}: write host names in small letters, such as"
        ' "chat.example.org"; no address and no wildcard can be had this way.'
        for name in acme.domains
        if not NAME.fullmatch(name)
    ]
    if len(set(acme.domains)) != len(acme.domains) or len(acme.domains) > MOST:
        found.append(f"acme.domains holds a name twice, or more than {MOST}.")
    return found


def _terms(acme: Acme) -> list[str]:
    if acme.agree_to_terms:
        return []
    return [
        "acme.agree_to_terms is off: an authority gives certificates only to who agrees to its"
        " terms of service (Let's Encrypt's: https://letsencrypt.org/repository/). Read them, then"
        " set agree_to_terms = true."
    ]
