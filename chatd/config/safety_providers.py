"""What makes it unsafe, or impossible, to let a provider's people in: each with the fix."""

import ipaddress
from collections.abc import Callable, Mapping
from pathlib import Path

from chatd.config.safety_outgoing import authorities
from chatd.config.settings import Site
from chatd.config.settings_providers import Provider
from chatd.core.names import room_slug
from chatd.core.refusal import Refusal

#: Whether others may read a secret file: what is wrong with it.
Readable = Callable[[Path, str], list[str]]
#: Bytes of a client's secret.
LONGEST_SECRET = 4096


def unsafe_providers(
    providers: Mapping[str, Provider], site: Site, readable: Readable
) -> list[str]:
    found = []
    for name, provider in providers.items():
        section = f"provider.{name}"
        if site.issuer == provider.issuer:
            found.append(
                f"{section}.issuer is site.issuer, too: whoever holds the site's key could come in"
                " as anybody of the provider's. Let the site call itself otherwise."
            )
        found += _secret(section, provider.client_secret_file, readable)
        found += _networks(section, provider.networks)
        rooms = [*provider.rooms, *(one.rsplit("=", 1)[1] for one in provider.group_rooms)]
        found += [
            f"{section} names the room {room!r}, which is neither a slug nor an id: write it"
            " without #."
            for room in rooms
            if not _is_slug(room)
        ]
        found += authorities(f"{section}.ca_file", provider.ca_file)
    return found


def _secret(section: str, path: str, readable: Readable) -> list[str]:
    if not path:
        return []
    name = f"{section}.client_secret_file"
    try:
        secret = Path(path).read_text("utf-8").strip()
    except FileNotFoundError:
        return [
            f"{name} {path} does not exist: put the secret there that the provider shows for this"
            f" client, with `(umask 077; cat > {path})`, or leave the setting out for a client"
            " without one."
        ]
    except OSError as error:
        return [f"{name} {path} cannot be read: {error.strerror}."]
    except ValueError:
        secret = ""
    if not secret or not secret.isprintable() or len(secret) > LONGEST_SECRET:
        return [
            f"{name} {path} holds no secret in one line of text: put the one there that the"
            " provider shows for this client."
        ]
    return readable(Path(path), name)


def _networks(section: str, networks: list[str]) -> list[str]:
    found = []
    for text in networks:
        try:
            network = ipaddress.ip_network(text)
        except ValueError as error:
            found.append(f'{section}.networks holds {text!r}: {error}; right is "10.0.0.7/32".')
            continue
        if network.prefixlen == 0:
            found.append(
                f"{section}.networks holds {text!r}: the provider could then send this server"
                " anywhere. List the networks in which its own machines are."
            )
    return found


def _is_slug(text: str) -> bool:
    try:
        return room_slug(text.strip()) == text.strip()
    except Refusal:
        return False
