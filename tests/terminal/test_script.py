"""`chat` as scripts use it, against the real daemon: what it prints, and its exit codes."""

import json
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import pytest_twisted
from twisted.internet.defer import ensureDeferred

from tests.terminal.people import ROOT, Person, command, surroundings
from tests.terminal.talking import Voice


@pytest.fixture(scope="module")
def room(people: dict[str, Person]) -> str:
    async def make() -> str:
        async with Voice(people["alice"]) as alice, Voice(people["bob"]) as bob:
            made = await alice.room("Tea", topic="Leaves, water, time")
            await bob.link.write("join", room=made)
            await alice.room("Kitchen", "private")
            return made

    return pytest_twisted.blockon(ensureDeferred(make()))


def test_what_is_piped_in_is_one_message_and_is_stored(room, people):
    seq = int(people["alice"].ok("send", "tea", text="two\nlines\n"))
    found = people["bob"].json("history", "#tea", "--limit", "1")
    assert (found[0]["seq"], found[0]["text"], found[0]["name"]) == (seq, "two\nlines", "alice")


def test_with_the_same_key_it_is_said_once(room, people):
    first = people["alice"].ok("send", "tea", "said", "once", "--key", "once-1")
    assert people["alice"].ok("send", room, "said once", "--key", "once-1") == first
    code, _, errors = people["alice"].run("send", "tea", "something else", "--key", "once-1")
    assert (code, errors.count("\n")) == (1, 1)


def test_an_answer_names_what_it_answers(room, people):
    seq = people["alice"].ok("send", "tea", "who?").strip()
    people["bob"].ok("send", "tea", "--reply", seq, "me")
    last = people["bob"].json("history", "tea", "--limit", "1")[0]
    assert (last["text"], last["reply_to"]) == ("me", int(seq))
    assert f"(to #{seq}) me" in people["bob"].ok("history", "tea", "--limit", "1")


def test_rooms_are_found_by_all_their_names(room, people):
    alice, bob = people["alice"], people["bob"]
    for name in ("tea", "#tea", room, "Kitchen", "kitchen"):
        assert alice.run("history", name)[0] == 0, name
    for name in ("nosuch", "#nosuch", "@bob2", "Kitchen"):
        code, out, errors = bob.run("history", name)
        assert ((code, out) == (1, "") and name.strip("#") in errors) or "no such" in errors, name
    assert bob.run("history", "@alice")[0] == 1, "there is no conversation yet, and none is begun"
    assert int(alice.ok("dm", "bob", "only for you")) > 0
    assert "only for you" in bob.ok("history", "@alice")
    listed = bob.ok("rooms")
    assert "@alice" in listed and "#tea" in listed and "Leaves, water, time" in listed


@pytest_twisted.ensureDeferred
async def test_pages_go_back_as_far_as_one_likes(room, people):
    async with Voice(people["alice"]) as alice:
        for number in range(1100):
            await alice.say(room, f"n{number}")
    found = people["bob"].json("history", "tea", "--limit", "1050")
    assert [one["text"] for one in found] == [f"n{number}" for number in range(50, 1100)]
    middle = found[500]["seq"]
    before = people["bob"].json("history", "tea", "--before", str(middle), "--limit", "2")
    assert [one["seq"] for one in before] == [middle - 2, middle - 1]
    around = people["bob"].json("history", "tea", "--around", str(middle), "--limit", "3")
    assert middle in [one["seq"] for one in around]


@pytest_twisted.ensureDeferred
async def test_one_finds_joins_and_leaves(room, people):
    async with Voice(people["alice"]) as alice:
        await alice.room("Open")
    assert "n1099" in people["bob"].ok("search", "n1099")
    assert people["bob"].json("search", "n1099", "--room", "tea")[0]["text"] == "n1099"
    code, out, said = people["bob"].run("search", "coffee")
    assert (code, out, said) == (0, "", "No message found for coffee.\n")
    assert people["bob"].json("search", "coffee") == []
    people["alice"].ok("join", "tea")
    assert "#open" in people["bob"].ok("rooms", "--public")
    assert people["bob"].run("history", "open")[0] == 1
    people["bob"].ok("join", "#open")
    assert people["bob"].run("history", "open")[0] == 0
    people["bob"].ok("leave", "open")
    assert "#open" not in people["bob"].ok("rooms")


def test_nothing_of_others_is_obeyed_by_the_terminal(room, people):
    people["alice"].ok("send", "tea", "red \x1b[31m \u202e hidden")
    out = people["bob"].ok("history", "tea", "--limit", "1", "--color", "never")
    assert "\x1b" not in out and "\u202e" not in out
    assert "\x1b[" in people["bob"].ok("history", "tea", "--limit", "1", "--color", "always")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("send", "tea"), 2),
        (("send", "tea", "x", "--key", "not a key"), 2),
        (("history", "tea", "--limit", "0"), 2),
        (("nonsense",), 2),
        (("--profile", "nobody", "whoami"), 3),
        ((), 2),
    ],
)
def test_exit_codes_tell_what_kind_of_wrong_it_was(room, people, arguments, code):
    done = people["alice"].run(*arguments)
    assert done[0] == code and done[1] == "" and done[2]


@contextmanager
def following(person: Person, *arguments: str) -> Iterator["Follower"]:
    follower = Follower(person, *arguments)
    try:
        yield follower
    finally:
        follower.end()


class Follower:
    """A `chat follow` whose lines are read as they come."""

    def __init__(self, person: Person, *arguments: str) -> None:
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            command("follow", *arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=surroundings(person.home),
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def until(self, count: int) -> list[str]:
        deadline = time.monotonic() + 30
        while len(self.lines) < count:
            assert time.monotonic() < deadline and self.process.poll() is None, self.lines
            time.sleep(0.02)
        return self.lines[:count]

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(15)
        finally:
            self.process.kill()
            self.process.wait()


def texts(found: list[str]) -> list[str]:
    return [json.loads(line)["text"] for line in found]


def test_following_goes_on_through_a_restart_without_a_hole(room, daemon, people):
    with following(people["bob"], "tea", "--json") as follower:
        say(people["alice"], "are you there?", until=follower)
        begun = len(follower.lines)
        people["alice"].ok("send", "tea", "before")
        follower.until(begun + 1)
        daemon.restart()
        people["alice"].ok("send", "tea", "after")
        people["alice"].ok("send", "tea", "and more")
        assert texts(follower.until(begun + 3)[begun:]) == ["before", "after", "and more"]
        cursor = json.loads(follower.lines[begun])["cursor"]
        assert follower.end(signal.SIGINT) == 0
    with following(people["bob"], "tea", "--json", "--since", cursor) as follower:
        assert texts(follower.until(2)) == ["after", "and more"]
        people["alice"].ok("send", "tea", "live again")
        assert texts(follower.until(3)) == ["after", "and more", "live again"]
        assert follower.end() == 0


def test_lines_of_several_rooms_name_theirs(room, people):
    with following(people["bob"]) as follower:
        say(people["alice"], "to tea", until=follower)
        people["alice"].ok("dm", "bob", "to bob")
        while not any("to bob" in line for line in follower.lines):
            follower.until(len(follower.lines) + 1)
        found = follower.lines
        assert any(line.startswith("#tea ") and line.endswith("alice: to tea") for line in found)
        assert found[-1].startswith("@alice ") and found[-1].endswith("alice: to bob")


def test_a_reader_that_goes_ends_it_without_complaint(room, people):
    bob = people["bob"]
    follower = subprocess.Popen(
        command("follow", "tea"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surroundings(bob.home),
        cwd=ROOT,
    )
    head = subprocess.Popen(["head", "-n", "1"], stdin=follower.stdout, stdout=subprocess.DEVNULL)
    assert follower.stdout is not None and follower.stderr is not None
    follower.stdout.close()
    try:
        deadline = time.monotonic() + 30
        while follower.poll() is None and time.monotonic() < deadline:
            people["alice"].ok("send", "tea", "one more line")
        assert (follower.wait(1), head.wait(1)) == (0, 0)
        assert follower.stderr.read() == b""
    finally:
        for process in (follower, head):
            process.kill()
            process.wait()


def test_a_cursor_that_is_none_is_refused_in_words(room, people):
    code, _, errors = people["bob"].run("follow", "tea", "--since", "zzzzzzzz.9")
    assert code == 1 and "cursor" in errors


def say(person: Person, text: str, until: Follower) -> None:
    """Says it until the follower, which takes a moment to begin, has heard it."""
    before = len(until.lines)
    deadline = time.monotonic() + 30
    while len(until.lines) == before:
        assert time.monotonic() < deadline
        person.ok("send", "tea", text)
        time.sleep(0.3)


def test_a_token_that_has_ended_is_told_from_one_never_given(daemon, people, home):
    token = home / "token"
    token.write_text("chatd_t_" + "x" * 43)
    login = ("login", daemon.url, "--ca", str(daemon.ca), "--token-file", str(token))
    stranger = Person.__new__(Person)
    stranger.home = home
    assert stranger.run("whoami")[0] == 3
    code, _, errors = stranger.run(*login)
    assert code == 3 and "does not know this token" in errors
    token.write_text(daemon.token("carol"))
    assert stranger.run(*login)[0] == 0
    assert "carol at https://" in stranger.ok("whoami")
    assert "signed out" in stranger.ok("logout")
    assert stranger.run("whoami")[0] == 3
    code, _, errors = stranger.run(*login)
    assert code == 3, "logging out has ended the token at the server as well"
