"""Signing in by the browser: what is shown, what is waited for, what is kept."""

import pytest
import pytest_twisted
from twisted.internet.defer import ensureDeferred, fail, succeed
from twisted.internet.error import ConnectionRefusedError
from twisted.internet.task import Clock

from chatd.client.http import Problem
from chatd.terminal.login import by_browser
from chatd.terminal.profiles import Profile
from chatd.terminal.words import Trouble

TOKEN = "chatd_t_" + "x" * 43
BEGUN = {
    "device_code": "chatd_d_secret",
    "user_code": "WDJB-MJHT",
    "verification_uri_complete": "https://host/#device=WDJB-MJHT",
    "interval": 5,
}


class Server:
    """Answers polls from a list: an RFC 8628 error, a token, or an exception."""

    def __init__(self, *answers, begun=BEGUN):
        self.profile = Profile("", "https://host")
        self.api = self
        self.begun = begun
        self.answers = list(answers)
        self.polls = 0

    def call(self, method, path, body=None, headers=None):
        if path == "/api/device":
            return succeed((self.begun, {}))
        self.polls += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            return fail(answer)
        if answer == TOKEN:
            return succeed(({"token": TOKEN, "name": "alice"}, {}))
        return fail(Problem(400, {"error": answer}))


class Waiting:
    def __init__(self, server):
        self.clock = Clock()
        self.said = []
        self.done = ensureDeferred(by_browser(self.clock, server, False, self.said.append))
        self.done.addErrback(lambda failure: failure.value)

    def result(self):
        assert self.done.called
        return self.done.result


def test_address_and_code_are_shown_and_the_token_is_fetched():
    server = Server("authorization_pending", TOKEN)
    waiting = Waiting(server)
    assert "https://host/#device=WDJB-MJHT" in waiting.said[0] and "WDJB-MJHT" in waiting.said[0]
    assert "chatd_d_secret" not in "".join(waiting.said)
    waiting.clock.advance(5)
    assert server.polls == 1
    waiting.clock.advance(5)
    assert waiting.result() == TOKEN


def test_it_slows_down_when_told_to():
    server = Server("slow_down", TOKEN)
    waiting = Waiting(server)
    waiting.clock.advance(5)
    waiting.clock.advance(5)
    assert server.polls == 1
    waiting.clock.advance(5)
    assert waiting.result() == TOKEN


@pytest.mark.parametrize("interval", [0, -5, 0.001])
def test_a_server_that_names_no_pause_is_asked_once_a_second(interval):
    server = Server(*["authorization_pending"] * 9, TOKEN, begun={**BEGUN, "interval": interval})
    waiting = Waiting(server)
    waiting.clock.pump([0.25] * 20)
    assert server.polls == 5
    waiting.clock.pump([1] * 5)
    assert waiting.result() == TOKEN


def test_a_pause_has_an_end_whatever_the_server_asks_for():
    busy = Problem(503, {"retry_after": 10**400})
    waiting = Waiting(Server(busy, TOKEN, begun={**BEGUN, "interval": float("inf")}))
    waiting.clock.advance(300)
    waiting.clock.advance(300)
    assert waiting.result() == TOKEN


@pytest.mark.parametrize("pause", [float("nan"), "nan", "5", [5], True, None])
def test_a_pause_that_is_no_time_ends_it_in_words(pause):
    waiting = Waiting(Server(begun={**BEGUN, "interval": pause}))
    assert isinstance(waiting.result(), Trouble) and "no time" in waiting.result().words


def test_an_answer_without_a_code_to_compare_is_no_chatds():
    begun = {name: value for name, value in BEGUN.items() if name != "user_code"}
    waiting = Waiting(Server(begun=begun))
    assert isinstance(waiting.result(), Trouble) and waiting.said == []


@pytest.mark.parametrize(
    ("error", "words"), [("access_denied", "not allowed"), ("expired_token", "too old")]
)
def test_a_no_ends_it_in_words(error, words):
    waiting = Waiting(Server(error))
    waiting.clock.advance(5)
    assert isinstance(waiting.result(), Trouble) and words in waiting.result().words


def test_a_network_that_is_away_for_a_moment_is_waited_for():
    away = [ConnectionRefusedError() for _ in range(4)]
    waiting = Waiting(Server(*away, TOKEN))
    waiting.clock.pump([5] * 5)
    assert waiting.result() == TOKEN
    waiting = Waiting(Server(*away, ConnectionRefusedError()))
    waiting.clock.pump([5] * 5)
    assert isinstance(waiting.result(), ConnectionRefusedError)


@pytest.mark.parametrize(
    "begun",
    [
        {},
        {**BEGUN, "verification_uri_complete": "http://host/#device=X"},
        {**BEGUN, "verification_uri_complete": "javascript:alert(1)"},
    ],
)
def test_an_address_that_is_not_https_is_not_shown(begun):
    waiting = Waiting(Server(begun=begun))
    assert isinstance(waiting.result(), Trouble) and waiting.said == []


@pytest_twisted.ensureDeferred
async def test_with_the_real_server_a_person_at_the_page_allows_it(daemon, home):
    import json
    import re
    import subprocess

    from tests.terminal.people import ROOT, command, surroundings

    daemon.user("dora", "four wonderful tea leaves")
    program = subprocess.Popen(
        command("login", daemon.url, "--ca", str(daemon.ca)),
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=surroundings(home),
    )
    try:
        code = None
        while code is None:
            found = re.search(r"#device=([A-Z-]+)", program.stdout.readline())
            code = found and found[1]
        await _allow(daemon, "dora", "four wonderful tea leaves", code)
        assert "You are signed in as dora." in program.stdout.read()
        assert program.wait(20) == 0
    finally:
        program.kill()
        program.wait()
    done = subprocess.run(
        command("whoami", "--json"),
        capture_output=True,
        text=True,
        timeout=30,
        cwd=ROOT,
        env=surroundings(home),
        check=False,
    )
    assert json.loads(done.stdout)["name"] == "dora"
    labels = [row["label"] for row in daemon.ask("token_list", name="dora")]
    assert any(label.startswith("chat on ") for label in labels)


async def _allow(daemon, name, password, code):
    """What the page does once somebody presses Allow."""
    from twisted.internet import reactor
    from twisted.internet.task import deferLater

    from chatd.client.connection import trust_root
    from chatd.client.http import Api

    api = Api(reactor, daemon.url, trust_root(daemon.ca))
    who = await api.login(name, password)
    body = {"user_code": code, "allow": True}
    await api.as_user(who, "POST", "/api/device/answer", body)
    await deferLater(reactor, 0)
