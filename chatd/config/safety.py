"""What chatd refuses to start with, each with the fix. Deny first: unsafe is not a warning."""

import ipaddress
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from chatd.auth.origins import normalise
from chatd.config.safety_acme import unsafe_acme
from chatd.config.safety_outgoing import unsafe_mail, unsafe_push, unsafe_webhook
from chatd.config.safety_providers import unsafe_providers
from chatd.config.safety_site import is_well_known, unsafe_site
from chatd.config.safety_traces import unsafe_traces
from chatd.config.settings import LimitSettings, Server, Settings, Site
from chatd.config.settings_providers import Provider

#: Linux's limit, `unix(7)`: 108 bytes with the zero at the end.
LONGEST_SOCKET_PATH = 107


def unsafe(settings: Settings) -> list[str]:
    """Everything that makes these settings unsafe to serve with, a sentence each; empty if none."""
    found = []
    hosts = [address.rpartition(":")[0].strip("[]") for address in settings.server.listen]
    public = [host for host in hosts if not is_loopback(host)]
    found += _addresses(settings, public)
    found += _origins(settings.server.origins)
    found += _proxies(settings.server.proxies)
    if settings.tls.terminated:
        found += _behind(settings.server)
    found += _control(settings.server.control)
    found += _limits(settings.limits)
    found += _files(settings)
    found += _guests(settings)
    found += unsafe_acme(settings)
    found += site_faults(settings.site)
    found += unsafe_webhook(settings.webhook, _readable, is_loopback)
    found += unsafe_push(settings.push, _readable)
    found += unsafe_mail(settings.mail, _readable, is_loopback)
    found += unsafe_traces(settings.traces, _readable, is_loopback)
    found += unsafe_providers(settings.provider, settings.site, _readable)
    return found


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches ``host``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _addresses(settings: Settings, public: list[str]) -> list[str]:
    found = []
    if not settings.server.public_url and public:
        found.append(
            f"server.public_url is missing while chatd listens on {public[0]}: name the address"
            ' people type, such as public_url = "https://chat.example.org".'
        )
    if settings.tls.terminated:
        if public:
            found.append(
                f"tls.terminated is on while chatd listens on {public[0]}: without TLS it speaks"
                " only on loopback addresses (127.0.0.1, ::1). Let the proxy on this machine"
                " connect there, or give chatd a certificate."
            )
    elif not settings.tls.certificate or not settings.tls.key:
        found.append(
            "tls.certificate and tls.key are missing: name the PEM files, or set"
            " terminated = true behind a proxy on this machine that ends TLS."
        )
    return found


def _origins(origins: list[str]) -> list[str]:
    found = []
    for text in origins:
        origin = normalise(text)
        if "*" in text:
            found.append(
                f"server.origins holds {text!r}: with a wildcard any site could act with its"
                " visitors' cookies. List each origin, as browsers write it."
            )
        elif origin is None or origin.scheme != "https":
            found.append(
                f"server.origins holds {text!r}, which is no origin: write scheme and host, and"
                ' the port if it is not 443, such as "https://shop.example.org".'
            )
    return found


def _proxies(proxies: list[str]) -> list[str]:
    found = []
    for text in proxies:
        try:
            network = ipaddress.ip_network(text)
        except ValueError as error:
            found.append(f'server.proxies holds {text!r}: {error}; right is "10.0.0.7/32".')
            continue
        if network.prefixlen == 0:
            found.append(
                f"server.proxies holds {text!r}: everybody could then claim any address. List the"
                " proxies' own addresses."
            )
    return found


def _behind(server: Server) -> list[str]:
    """Whether the proxy that ends TLS can say for whom it speaks."""
    if not server.proxies:
        return [
            "tls.terminated is on and server.proxies is empty: everybody would count as one"
            " address, and one stranger could use up the sign-ins of all. Name the proxy, such as"
            ' proxies = ["127.0.0.1/32"], with forwarded_by = "x-forwarded-for".'
        ]
    if server.forwarded_by == "proxy-v2":
        return [
            'server.forwarded_by is "proxy-v2" while tls.terminated is on: the PROXY protocol is'
            " read in front of TLS only. Have the proxy send X-Forwarded-For and set"
            ' forwarded_by = "x-forwarded-for".'
        ]
    return []


def _control(path: str) -> list[str]:
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return []
    return [
        f"server.control is {path}: the path of a Unix socket has at most {LONGEST_SOCKET_PATH}"
        ' bytes. Put it elsewhere, such as control = "/run/chatd/control.sock".'
    ]


def _limits(limits: LimitSettings) -> list[str]:
    if limits.dead_seconds > limits.heartbeat_seconds:
        return []
    return [
        f"limits.dead_seconds is {limits.dead_seconds:g} and limits.heartbeat_seconds"
        f" {limits.heartbeat_seconds:g}: a peer must have time to answer before it counts as gone."
        " Let dead_seconds be 10 more than heartbeat_seconds."
    ]


def _files(settings: Settings) -> list[str]:
    found = []
    secret = Path(settings.accounts.secret_file)
    try:
        content = secret.read_bytes().strip()
    except FileNotFoundError:
        found.append(
            f"accounts.secret_file {secret} does not exist: make it with `(umask 077; mkdir -p"
            f" {secret.parent}; head -c 48 /dev/urandom | base64 > {secret})`."
        )
    except OSError as error:
        found.append(f"accounts.secret_file {secret} cannot be read: {error.strerror}.")
    else:
        found += _readable(secret, "accounts.secret_file")
        weak = len(content) < 32 or len(set(content)) < 10
        if weak or is_well_known(content):
            found.append(
                f"accounts.secret_file {secret} is empty, short or well known: make a new one with"
                f" `(umask 077 && head -c 48 /dev/urandom | base64 > {secret})`."
            )
    if settings.accounts.old_secret_file:
        found += _readable(Path(settings.accounts.old_secret_file), "accounts.old_secret_file")
    # What chatd gets by itself does not exist before the first start.
    if settings.tls.key and not settings.acme.domains:
        found += _readable(Path(settings.tls.key), "tls.key")
    return found


def _guests(settings: Settings) -> list[str]:
    if settings.guests.allowed and not settings.guests.rooms:
        return [
            "guests.allowed is on and guests.rooms is empty: a guest would be nowhere. Name the"
            ' rooms, such as rooms = ["lobby"].'
        ]
    return []


def site_faults(site: Site) -> list[str]:
    """As `unsafe`, for the section [site] alone."""
    return unsafe_site(site, _readable, is_loopback)


def provider_faults(providers: Mapping[str, Provider], site: Site) -> list[str]:
    """As `unsafe`, for these sections [provider.NAME] alone."""
    return unsafe_providers(providers, site, _readable)


def _readable(path: Path, name: str) -> list[str]:
    """A secret file must be readable by its owner only, or root's and readable by one group."""
    try:
        status = path.stat()
    except OSError as error:
        return [f"{name} {path} cannot be read: {error.strerror}."]
    mode = stat.S_IMODE(status.st_mode)
    if mode & 0o027 or (mode & 0o040 and status.st_uid != 0):
        return [f"{name} {path} can be read by others (mode {mode:04o}): `chmod 600 {path}`."]
    if not os.access(path, os.R_OK):
        return [f"{name} {path} cannot be read by this user: check its owner."]
    return []
