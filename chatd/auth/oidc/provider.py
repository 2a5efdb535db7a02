"""A provider as its operator declared it, what it says about itself, and how it may disappoint."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from chatd.auth.strict_json import read_object
from chatd.core.https import https_host

#: What ID tokens and logout tokens may be signed with.
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
#: Seconds by which two clocks may differ.
LEEWAY: Final = 120

#: How this server proves to the provider who it is (OpenID Connect Core §9).
ClientProof = Literal["client_secret_basic", "client_secret_post", "none"]
#: Why somebody is not signed in; the page has words for each.
#:
#: cancelled: they did not want to. unreachable: the provider does not answer, or sends nonsense.
#: failed: the provider refused, or what it sent cannot be believed. stale: too old, used up, from
#: another browser. uninvited: no account, and none is made. unfit: a claim is not as required.
#: disabled: the account here is. taken: it is linked to somebody else's account already.
#: other: at the provider they are another person than here. busy: this server cannot, just now.
Reason = Literal[
    "cancelled",
    "unreachable",
    "failed",
    "stale",
    "uninvited",
    "unfit",
    "disabled",
    "taken",
    "other",
    "busy",
]


class Stopped(Exception):
    """A login that ends here. ``words`` are for the operator's log, "" if there is nothing to do
    about it; they hold no secret."""

    def __init__(self, reason: Reason, words: str = "") -> None:
        super().__init__(words or reason)
        self.reason: Reason = reason
        self.words = words


@dataclass(frozen=True, slots=True)
class Provider:
    """``secret`` is "" for a client that has none. ``only_claim``: only people with one of
    ``only_values`` in this claim come in; "": everybody. ``group_rooms``: rooms by the values of
    ``groups_claim``. ``callback`` is this server's address for answers, ``home`` its page's.
    ``asks_second``: whether an account's second step is asked for as well."""

    name: str
    label: str
    issuer: str
    client_id: str
    secret: str = field(repr=False)
    callback: str
    home: str
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    create_users: bool = False
    only_claim: str = ""
    only_values: frozenset[str] = frozenset()
    name_claim: str = "preferred_username"
    display_claim: str = "name"
    email_claim: str = "email"
    rooms: tuple[str, ...] = ()
    groups_claim: str = ""
    group_rooms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    end_session: bool = False
    asks_second: bool = True


@dataclass(frozen=True, slots=True)
class Metadata:
    """The part used here of what a provider says about itself (OpenID Connect Discovery 1.0 §3).
    ``tells_issuer``: its answers name it (RFC 9207)."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    end_session_endpoint: str | None
    algorithms: tuple[str, ...]
    proof: ClientProof
    tells_issuer: bool


def well_known(issuer: str) -> str:
    """Where it says so (Discovery §4.1)."""
    return issuer.removesuffix("/") + "/.well-known/openid-configuration"


def read_metadata(body: bytes, provider: Provider) -> Metadata:
    """`Stopped` with `unreachable` and words if this provider cannot be worked with."""
    told = read_object(body)
    if told is None:
        raise _unfit("its discovery document is not a JSON object")
    # Letter for letter (Discovery §4.3): otherwise another provider could answer in its place.
    if told.get("issuer") != provider.issuer:
        raise _unfit(
            f"its discovery document is that of the issuer {str(told.get('issuer'))[:200]!r}; if"
            " that is the provider you mean, write it so, letter for letter"
        )
    algorithms = tuple(
        name
        for name in ALGORITHMS
        if name in _words(told, "id_token_signing_alg_values_supported", ("RS256",))
    )
    if not algorithms:
        raise _unfit(f"it signs ID tokens with none of {', '.join(ALGORITHMS)}")
    if "code" not in _words(told, "response_types_supported", ("code",)):
        raise _unfit("it does not offer the authorization code flow")
    # One that says nothing may still do it (Entra): the challenge is sent in any case.
    if "S256" not in _words(told, "code_challenge_methods_supported", ("S256",)):
        raise _unfit("it offers PKCE (RFC 7636) without S256")
    return Metadata(
        _address(told, "authorization_endpoint"),
        _address(told, "token_endpoint"),
        _address(told, "jwks_uri"),
        _address(told, "userinfo_endpoint") if "userinfo_endpoint" in told else None,
        _address(told, "end_session_endpoint") if "end_session_endpoint" in told else None,
        algorithms,
        _proof(told, provider),
        told.get("authorization_response_iss_parameter_supported") is True,
    )


def _proof(told: Mapping[str, object], provider: Provider) -> ClientProof:
    if not provider.secret:
        return "none"
    offered = _words(told, "token_endpoint_auth_methods_supported", ("client_secret_basic",))
    if "client_secret_basic" in offered:
        return "client_secret_basic"
    if "client_secret_post" in offered:
        return "client_secret_post"
    raise _unfit("it takes a client's secret neither by client_secret_basic nor by ..._post")


def _words(told: Mapping[str, object], name: str, otherwise: tuple[str, ...]) -> tuple[object, ...]:
    value = told.get(name)
    return otherwise if value is None else tuple(value) if isinstance(value, list) else ()


def _address(told: Mapping[str, object], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or https_host(value) is None:
        raise _unfit(f"its {name} is no https address")
    return value


def _unfit(words: str) -> Stopped:
    return Stopped("unreachable", words)
