"""The settings of OpenID providers, where people can sign in besides here."""

import re
from dataclasses import dataclass

from chatd.config.setting import between, one_of, setting
from chatd.core.https import https_host

#: The name of a provider, which is part of addresses.
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}(?![\s\S])")


def _issuer(value: str) -> str | None:
    right = https_host(value) is not None and "?" not in value
    return None if right else "an https address, as the provider itself writes it"


def _scopes(value: list[str]) -> str | None:
    plain = all(re.fullmatch(r"[\x21\x23-\x5b\x5d-\x7e]+", scope) for scope in value)
    return None if plain and "openid" in value else 'a list of scopes with "openid" among them'


def _label(value: str) -> str | None:
    right = value.isprintable() and len(value) <= 40 and value == value.strip()
    return None if right else "at most 40 characters, in one line"


def _group_rooms(value: list[str]) -> str | None:
    right = all("=" in one and all(part.strip() for part in one.rsplit("=", 1)) for one in value)
    return None if right else 'a list of "group=room"'


@dataclass(frozen=True, slots=True)
class Provider:
    """[provider.NAME]: an OpenID provider at which people sign in, such as [provider.keycloak]; one
    section for each (docs/operating.md). It is told that this server is at
    PUBLIC_URL/auth/oidc/NAME/callback."""

    issuer: str = setting(
        "", "What it calls itself (iss), letter for letter; https alone.", check=_issuer
    )
    label: str = setting("", 'What the button says: "Continue with …"; empty: NAME.', check=_label)
    client_id: str = setting("", "What it calls this server.")
    client_secret_file: str = setting(
        "",
        "File with the secret that it gave this server, which nobody else may read. Empty: it gave"
        " none (a public client).",
    )
    scopes: list[str] = setting(
        ["openid", "profile", "email"], "What it is asked to tell.", check=_scopes
    )
    create_users: bool = setting(
        False,
        "Make an account for whoever comes from there for the first time. Off: only people who"
        " linked it with their account here, or who were invited.",
    )
    only_claim: str = setting(
        "",
        "Only those come in who have one of only_values in this claim, such as hd (Google) or"
        " groups. Empty: all whom it knows.",
    )
    only_values: list[str] = setting([], "See only_claim.")
    name_claim: str = setting(
        "preferred_username", "The claim that suggests a user name to new people."
    )
    display_claim: str = setting("name", "The claim that suggests the name that people see.")
    email_claim: str = setting(
        "email",
        "The claim whose mail address is kept, unconfirmed, with a new account; empty: none.",
    )
    rooms: list[str] = setting(
        [],
        "Rooms that whoever comes from there joins: by slug, private ones by id (as it stands in"
        " the page's address).",
    )
    groups_claim: str = setting("", "The claim with somebody's groups, such as groups.")
    group_rooms: list[str] = setting(
        [],
        'Rooms by group, such as ["engineers=dev"]; joined with each sign-in, and never left.',
        check=_group_rooms,
    )
    second_step: str = setting(
        "ours",
        "ours: whoever has a second step here (an authenticator app, a passkey) is asked for it"
        " when they come from there, too. theirs: its own is enough; see to it that it"
        " asks for one.",
        check=one_of("ours", "theirs"),
    )
    end_session: bool = setting(
        False, "Signing out here goes on to the provider, to sign out there as well."
    )
    ca_file: str = setting(
        "", "PEM file of the authorities to trust for it; empty: those of the system."
    )
    networks: list[str] = setting(
        [],
        "Private networks (CIDR) in which other hosts that it names may be. Its issuer's own host"
        " may be anywhere.",
    )
    timeout_seconds: float = setting(
        10.0,
        "For one answer of it. All that one sign-in asks of it has 25 s.",
        unit="s",
        check=between(1, 25),
    )
