"""What makes it unsafe, or impossible, to take another site's word: each with the fix."""

import ipaddress
from pathlib import Path
from urllib.parse import urlsplit

from chatd.auth import site_keys
from chatd.auth.jwk import SHORTEST_SECRET, BadKey
from chatd.auth.origins import normalise
from chatd.config.safety_outgoing import IsLoopback, Readable, authorities
from chatd.config.settings import Site
from chatd.core.names import room_slug
from chatd.core.refusal import Refusal

#: Texts found in examples and on keyboards: not secrets.
WELL_KNOWN = (b"secret", b"changeme", b"change-me", b"password", b"default", b"chatd", b"example")


def is_well_known(secret: bytes) -> bool:
    return any(word in secret.lower() for word in WELL_KNOWN)


def unsafe_site(site: Site, readable: Readable, is_loopback: IsLoopback) -> list[str]:
    found = [text for origin in site.origins for text in _frame_origin(origin, is_loopback)]
    if not (site.key_file or site.keys or site.jwks_url):
        if site.issuer or site.origins or site.rooms:
            found.append(
                "site.key_file is missing while other settings of [site] are there: name the file"
                " with the key that the site signs with, or in site.keys the folder of its keys, or"
                " in site.jwks_url where it publishes them."
            )
        return found
    if not site.issuer.strip():
        found.append(
            "site.issuer is missing: write what the site calls itself in its tokens (iss), such as"
            ' issuer = "https://www.example.org".'
        )
    found += [
        f"site.rooms holds {slug!r}, which is neither a slug nor an id: write it without #."
        for slug in site.rooms
        if not _is_slug(slug)
    ]
    if site.key_file:
        found += _key_file(Path(site.key_file), readable)
    if site.keys:
        found += _keys(Path(site.keys), readable)
    if site.jwks_url:
        found += _published(site)
    return found


def _key_file(path: Path, readable: Readable) -> list[str]:
    make = f"`(umask 077; mkdir -p {path.parent}; head -c 48 /dev/urandom | base64 > {path})`"
    try:
        key = path.read_bytes().strip()
    except FileNotFoundError:
        return [f"site.key_file {path} does not exist: make it with {make}."]
    except OSError as error:
        return [f"site.key_file {path} cannot be read: {error.strerror}."]
    found = readable(path, "site.key_file")
    if len(key) < SHORTEST_SECRET:
        found.append(
            f"site.key_file {path} holds {len(key)} bytes: HS256 takes at least {SHORTEST_SECRET}"
            f" (RFC 7518 §3.2). Make a new key with {make} and give it to the site."
        )
    elif len(set(key)) < 10 or is_well_known(key):
        found.append(
            f"site.key_file {path} can be guessed: make a new key with {make} and give it to the"
            " site."
        )
    else:
        try:
            site_keys.read(str(path), "")
        except BadKey as why:
            found.append(f"{why}: make a new one with {make}, or put public keys into site.keys.")
    return found


def _keys(folder: Path, readable: Readable) -> list[str]:
    try:
        paths = site_keys.files(str(folder))
    except FileNotFoundError:
        return [
            f"site.keys {folder} does not exist: make it with `mkdir -m 700 {folder}`, and a key"
            " with `chatctl token-key add NAME`."
        ]
    except OSError as error:
        return [f"site.keys {folder} cannot be read: {error.strerror}."]
    found = [text for path in paths for text in readable(path, "site.keys")]
    if found:
        return found
    try:
        site_keys.read("", str(folder))
    except BadKey as why:
        return [f"{why}: make another with `chatctl token-key add NAME`, or remove the file."]
    except OSError as error:
        return [f"site.keys {folder} cannot be read: {error.strerror}."]
    return []


def _published(site: Site) -> list[str]:
    found = []
    try:
        url = urlsplit(site.jwks_url)
        plain = site.jwks_url.isascii() and site.jwks_url.isprintable() and " " not in site.jwks_url
        right = url.scheme == "https" and bool(url.hostname) and url.port != 0 and plain
    except ValueError:
        right = False
    if not right or "@" in site.jwks_url or "#" in site.jwks_url:
        found.append(
            f"site.jwks_url is {site.jwks_url!r}: whoever stands between could put keys of their"
            " own there. Write https:// and an address, without a user, such as"
            ' jwks_url = "https://www.example.org/.well-known/jwks.json".'
        )
    for text in site.jwks_networks:
        try:
            ipaddress.ip_network(text)
        except ValueError as error:
            found.append(f'site.jwks_networks holds {text!r}: {error}; right is "10.0.0.7/32".')
    return found + authorities("site.jwks_ca_file", site.jwks_ca_file)


def _is_slug(text: str) -> bool:
    try:
        return room_slug(text) == text
    except Refusal:
        return False


def _frame_origin(text: str, is_loopback: IsLoopback) -> list[str]:
    """What is wrong with an origin that may frame the chat: it may be http on this machine."""
    if "*" in text:
        return [
            f"site.origins holds {text!r}: with a wildcard any site could put the chat under a"
            " frame of its own. List each origin, as browsers write it."
        ]
    origin = normalise(text)
    if origin is None or origin.host.startswith("[") or origin.scheme not in ("https", "http"):
        return [
            f"site.origins holds {text!r}, which is no origin: write scheme and host name, and the"
            ' port if it is not the usual one, such as "https://www.example.org".'
        ]
    if origin.scheme == "http" and not is_loopback(origin.host):
        return [
            f"site.origins holds {text!r}: without TLS anybody on the way could act as the site's"
            ' visitors. Write "https://…"; http is for pages on this machine (127.0.0.1,'
            " localhost)."
        ]
    return []
