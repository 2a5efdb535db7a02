"""Providers in the configuration: what is wrong with one is named, with the mend; and what a reload
makes of them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.task import Clock

from chatd.config.reading import ConfigError, parse
from chatd.config.reload import changed
from chatd.config.safety_providers import unsafe_providers
from chatd.config.settings import Settings, Site
from chatd.config.settings_providers import Provider
from chatd.parts import SystemClock
from chatd.providers import Providers, declaration

FILE = Path("/etc/chatd/chatd.toml")
GOOD = 'issuer = "https://id.example.org"\nclient_id = "chat"\n'


def no_faults(path: Path, name: str) -> list[str]:
    return []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[provider.a]\n", ":1: `issuer` is missing in [provider.a]: write what the provider"),
        ('[provider.a]\nissuer = "https://x"\n', ":1: `client_id` is missing in [provider.a]"),
        ('[provider.a]\nissuer = "http://x"\n', ":2: `issuer` is 'http://x'; right would be an"),
        ('[provider.a]\nissuer = "https://x?y"\n', ":2: `issuer` is 'https://x?y'; right"),
        ('[provider.a]\nissuer = "https://x#y"\n', "right would be an https address"),
        (f"[provider.A]\n{GOOD}", ":1: [provider.A]: a provider's name has a-z"),
        (f'[provider."a b"]\n{GOOD}', "a provider's name has a-z, 0-9 and -"),
        (f"[provider]\n{GOOD}", "providers stand in sections of their own"),
        (f"[provider.a]\n{GOOD}isuer = 1\n", ":4: unknown setting `isuer` in [provider.a]; did"),
        (f'[provider.a]\n{GOOD}scopes = ["email"]\n', 'a list of scopes with "openid" among them'),
        (f'[provider.a]\n{GOOD}scopes = ["openid a"]\n', "a list of scopes"),
        (f'[provider.a]\n{GOOD}label = "a\\nb"\n', "right would be at most 40 characters"),
        (f'[provider.a]\n{GOOD}only_claim = "hd"\n', ":4: `only_claim` and `only_values` belong"),
        (f'[provider.a]\n{GOOD}only_values = ["x"]\n', ":4: `only_claim` and `only_values` belong"),
        (f'[provider.a]\n{GOOD}group_rooms = ["a=b"]\n', ":4: `group_rooms` needs `groups_claim`"),
        (f'[provider.a]\n{GOOD}group_rooms = ["a"]\n', 'right would be a list of "group=room"'),
        (f'[provider.a]\n{GOOD}create_users = "yes"\n', "right would be true or false"),
        (f"[provider.a]\n{GOOD}[provider.b]\n{GOOD}", ":5: `issuer` is that of [provider.a], too"),
        (f'[provider.a]\n{GOOD}second_step = "no"\n', ":4: `second_step` is 'no'; right would"),
        ("[providers.a]\n", "unknown section [providers]; did you mean `provider`?"),
    ],
)
def test_a_mistake_is_named_with_line_and_mend(text: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text, FILE)
    assert says in str(caught.value)


def test_providers_come_in_their_order_with_paths_beside_the_file() -> None:
    other = GOOD.replace("id.", "other.")
    text = f'[provider.z]\n{GOOD}client_secret_file = "z.secret"\n[provider.a]\n{other}'
    found = parse(text, FILE).provider
    assert list(found) == ["z", "a"]
    assert found["z"].client_secret_file == "/etc/chatd/z.secret"
    assert found["a"].client_secret_file == found["a"].ca_file == ""
    handed = parse(text.replace("z.secret", "credential:z"), FILE).provider["z"]
    assert handed.client_secret_file == "/run/credentials/chatd.service/z"


def provider(**more: Any) -> Provider:
    return Provider(**{"issuer": "https://id.example.org", "client_id": "chat", **more})


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"client_secret_file": "/nowhere/x"}, "provider.a.client_secret_file /nowhere/x does not"),
        ({"networks": ["0.0.0.0/0"]}, "could then send this server anywhere"),
        ({"networks": ["::/0"]}, "could then send this server anywhere"),
        ({"networks": ["10.0.0.1/8"]}, 'right is "10.0.0.7/32"'),
        ({"rooms": ["#lobby"]}, "names the room '#lobby', which is neither a slug nor an id"),
        ({"groups_claim": "g", "group_rooms": ["a=b c"]}, "names the room 'b c'"),
        ({"ca_file": "/nowhere/x"}, "provider.a.ca_file /nowhere/x cannot be read"),
    ],
)
def test_what_is_unsafe_or_cannot_work_is_refused(more: dict[str, Any], says: str) -> None:
    (found,) = unsafe_providers({"a": provider(**more)}, Site(), no_faults)
    assert says in found


@pytest.mark.parametrize("content", [b"", b" \n", b"a\nb", b"\xff", b"x" * 4097])
def test_a_secret_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "secret"
    path.write_bytes(content)
    wanted = provider(client_secret_file=str(path))
    (found,) = unsafe_providers({"a": wanted}, Site(), no_faults)
    assert "holds no secret in one line of text" in found
    path.write_text("fine\n")
    told = unsafe_providers({"a": wanted}, Site(), lambda path, name: [f"{name} is read by others"])
    assert told == ["provider.a.client_secret_file is read by others"]


def test_a_site_must_not_speak_for_a_provider() -> None:
    site = Site(issuer="https://id.example.org")
    (found,) = unsafe_providers({"a": provider()}, site, no_faults)
    assert "could come in as anybody of the provider's" in found
    assert unsafe_providers({"a": provider()}, replace(site, issuer="https://w"), no_faults) == []


def test_groups_may_lead_into_several_rooms() -> None:
    wanted = provider(
        rooms=[" lobby "], groups_claim="groups", group_rooms=["a=x", "b = y", "a=z", "c=d=e"]
    )
    told = declaration("home", wanted, Settings())
    assert told.rooms == ("lobby",)
    assert told.group_rooms == {"a": ("x", "z"), "b": ("y",), "c=d": ("e",)}
    assert told.label == "home"
    assert told.callback == "https://localhost:8443/auth/oidc/home/callback"


def test_a_second_step_here_is_asked_for_unless_theirs_is_enough_also_after_a_reload() -> None:
    theirs = provider(second_step="theirs")
    providers = Providers(Clock(), SystemClock(), Settings(provider={"a": provider()}))
    assert providers.parties.named("a").provider.asks_second
    assert providers.change(Settings(provider={"a": theirs}))
    assert not providers.parties.named("a").provider.asks_second


def test_a_reload_keeps_what_is_as_it_was_and_makes_the_rest_anew(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("one\n")
    first = provider(client_secret_file=str(secret))
    second = provider(issuer="https://other.example.org")
    providers = Providers(Clock(), SystemClock(), Settings(provider={"a": first, "b": second}))
    a, b = providers.parties.all()
    assert not providers.change(Settings(provider={"a": first, "b": second}))
    assert providers.parties.all() == (a, b)
    # Another order is another look of the front.
    assert providers.change(Settings(provider={"b": second, "a": first}))
    assert providers.parties.all() == (b, a)
    secret.write_text("two\n")
    assert providers.change(Settings(provider={"b": second, "a": first}))
    kept, made = providers.parties.all()
    assert kept is b and made is not a and made.provider.secret == "two"
    assert providers.change(Settings(provider={"a": replace(first, timeout_seconds=3.0)}))
    assert providers.parties.all() != (made,) and len(providers.parties.all()) == 1
    assert providers.parties.of("https://other.example.org") is None
    assert providers.change(Settings())
    assert providers.parties.all() == ()


def test_a_reload_that_cannot_read_a_secret_changes_nothing(tmp_path: Path) -> None:
    providers = Providers(Clock(), SystemClock(), Settings(provider={"a": provider()}))
    before = providers.parties.all()
    with pytest.raises(OSError, match="No such file"):
        providers.change(Settings(provider={"a": provider(client_secret_file="/nowhere/x")}))
    assert providers.parties.all() == before


def test_providers_wait_for_no_start() -> None:
    assert changed(Settings(), Settings(provider={"a": provider()})).later == ()
