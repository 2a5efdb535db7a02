"""A chatd below a path: every address that it gives to programs, people and operators has it."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from chatd.config.reading import load
from chatd.config.settings_providers import Provider
from chatd.outgoing import hook_settings
from chatd.providers import declaration
from tests.api.client import Client
from tests.daemon import GENEROUS, REPOSITORY, Daemon, free_port


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    port = free_port()
    url = {"server": {"public_url": f"https://localhost:{port}/a/chat/"}}
    with Daemon(tmp_path_factory.mktemp("daemon"), GENEROUS, url, port=port) as daemon:
        yield daemon


def test_what_was_made_is_found_below_the_path(daemon: Daemon) -> None:
    alice = Client(daemon, daemon.token("alice"))
    answer = alice.ask("POST", "/rooms", {"name": "Tea", "slug": "tea"})
    assert answer.headers["location"] == f"/a/chat/api/v1/rooms/{answer.json['room']}"
    gone = alice.ask("GET", "/rooms/~nowhere")
    assert gone.json["type"] == "/a/chat/protocol#not-found"
    assert gone.json["instance"] == "/a/chat/api/v1/rooms/~nowhere"


def test_the_description_says_where_the_api_is_and_how_the_cookie_is_called(daemon: Daemon) -> None:
    told = Client(daemon, None).get("/openapi.json")
    assert told["servers"] == [{"url": "/a/chat"}]
    assert told["components"]["securitySchemes"]["session"]["name"] == "__Secure-chatd"


def test_links_that_are_handed_on_lead_below_the_path(daemon: Daemon) -> None:
    base = f"{daemon.url}/a/chat/#"
    assert daemon.ask("setup_link")["link"].startswith(f"{base}setup=")
    daemon.user("bob")
    assert daemon.ask("user_reset", name="bob")["link"].startswith(f"{base}reset=")
    begun = Client(daemon, None).post("/api/device", {"label": "test"})
    assert begun["verification_uri"] == f"{base}device"
    assert begun["verification_uri_complete"].startswith(f"{base}device=")


def test_other_services_are_told_addresses_below_the_path(daemon: Daemon) -> None:
    settings = load(daemon.config)
    assert hook_settings(settings).link == f"{daemon.url}/a/chat"
    provider = Provider(issuer="https://id.example.org", client_id="chatd")
    told = declaration("home", provider, settings)
    assert told.callback == f"{daemon.url}/a/chat/auth/oidc/home/callback"
    assert told.home == f"{daemon.url}/a/chat/"


def test_a_trace_takes_a_message_by_its_link(daemon: Daemon) -> None:
    carol = Client(daemon, daemon.token("carol"))
    room = carol.post("/rooms", {"name": "Cake", "slug": "cake"})["room"]
    seq = carol.post("/rooms/~cake/messages", {"text": "Layers"})["seq"]
    link = f"{daemon.url}/a/chat/#/room/{room}/{seq}"
    done = subprocess.run(
        [sys.executable, "-m", "chatd.admin.main", "--config", daemon.config, "trace", link],
        cwd=REPOSITORY, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0 and "Cake" in done.stdout, done.stdout + done.stderr
