"""From the settings to what each part is told: the one place that knows both vocabularies."""

from ipaddress import ip_network
from pathlib import Path
from typing import cast

from chatd.auth import site_keys
from chatd.auth.guests import Hosting
from chatd.auth.invitations import Registration
from chatd.auth.origins import normalise
from chatd.auth.site_claims import Site
from chatd.config.safety import is_loopback
from chatd.config.settings import LimitSettings, Server, Settings
from chatd.config.settings_files import Files
from chatd.config.settings_page import read_logo
from chatd.core.files import EACH
from chatd.core.logo import logo
from chatd.edge.brand import Brand
from chatd.edge.door_budget import Places
from chatd.edge.door_shared import DoorLimits
from chatd.edge.file_rules import FileRules
from chatd.edge.settings import EdgeSettings
from chatd.edge.transport_closing import TransportSettings
from chatd.parts import public_url
from chatd.wire.frames import FileLimits, Limits


def wire_limits(limits: LimitSettings, files: Files) -> Limits:
    """What the welcome says of the settings."""
    names = (name for name in Limits.__struct_fields__ if name != "files")
    return Limits(
        **{name: getattr(limits, name) for name in names},
        files=FileLimits(max_bytes=files.max_bytes, each=EACH) if files.enabled else None,
    )


def edge_settings(settings: Settings) -> EdgeSettings:
    limits, forwarded = settings.limits, settings.server.forwarded_by == "x-forwarded-for"
    return EdgeSettings(
        public_url=public_url(settings),
        server_name=settings.server.name,
        proxies=tuple(ip_network(text) for text in settings.server.proxies) if forwarded else (),
        members_invite=settings.accounts.invitations_by == "members",
        invitation_days=settings.accounts.invitation_days,
        session_days=settings.accounts.session_days,
        registration=cast("Registration", settings.accounts.registration),
        files=file_rules(settings.files),
        hosting=hosting(settings),
        header_seconds=limits.header_seconds,
        frame_bytes=limits.frame_bytes,
        deflate=settings.websocket.compression == "events",
        connections_per_user=limits.connections_per_user,
        connections_per_address=limits.connections_per_address,
    )


def file_rules(files: Files) -> FileRules:
    """Who may bring which files."""
    return FileRules(files.enabled, files.max_bytes, files.each_bytes, files.guests)


def hosting(settings: Settings) -> Hosting | None:
    """Where guests are, None if there are none."""
    guests = settings.guests
    rooms = tuple(room.removeprefix("#") for room in guests.rooms)
    return Hosting(rooms, guests.most) if guests.allowed else None


def brand(settings: Settings) -> Brand:
    """What the page looks like. The logo is read now: OSError, ValueError as from `logo`."""
    page, server = settings.page, settings.server
    links = {"help": page.help, "terms": page.terms, "privacy": page.privacy}
    return Brand(
        name=page.name or (server.name if server.name != Server().name else ""),
        logo=logo(read_logo(Path(page.logo))) if page.logo else None,
        accent=page.accent,
        login_text=page.login_text,
        links={name: link for name, link in links.items() if link},
    )


def door_limits(settings: Settings) -> DoorLimits:
    limits = settings.limits
    return DoorLimits(
        places=Places(
            connections=limits.connections,
            connections_per_address=limits.connections_per_address,
            unauthenticated=limits.unauthenticated,
            unauthenticated_per_address=limits.unauthenticated_per_address,
        ),
        transport=TransportSettings(handshake_seconds=settings.tls.handshake_seconds),
    )


def vouching(settings: Settings) -> Site | None:
    """The site that vouches for its people, None if there is none. Its keys are read now:
    `OSError`, `BadKey`."""
    site = settings.site
    if not (site.key_file or site.keys or site.jwks_url):
        return None
    return Site(
        issuer=site.issuer,
        audience=site.audience or public_url(settings),
        keys=site_keys.read(site.key_file, site.keys),
        origins=tuple(str(normalise(text)) for text in site.origins),
        leeway=site.leeway_seconds,
        longest=site.longest_seconds,
        create_users=site.create_users,
        rooms=tuple(site.rooms),
        private_rooms=site.private_rooms,
        public_rooms=site.public_rooms,
        roles=tuple(site.roles),
        publishes=bool(site.jwks_url),
    )


def origins(settings: Settings) -> list[str]:
    """Who may connect besides the origin of public_url: as listed; on loopback, the same port under
    the other names of this machine too."""
    found = list(settings.server.origins)
    if all(is_loopback(text.rpartition(":")[0].strip("[]")) for text in settings.server.listen):
        for text in settings.server.listen:
            found.append(f"https://{text}")
    return found
