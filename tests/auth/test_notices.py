"""What people are told by mail of how their account is entered, and in which words."""

import re
from typing import get_args

import pytest

from chatd.auth.account_mails import Server, letter, notice
from chatd.auth.mail_words import WORDS, Letter, What
from chatd.auth.notices import PER_ACCOUNT, Notices
from chatd.core.codes import Code
from chatd.core.languages import LANGUAGES
from chatd.core.refusal import Refusal
from chatd.engine.account_links import SetEmail, SetLanguage
from chatd.engine.accounts import CreateUser
from chatd.engine.unit import Unit
from tests.fakes.clock import FakeClock
from tests.fakes.drive import run
from tests.fakes.links import FakeLinks, FakeMailer

SERVER = Server("Tea house", "https://chat.example.org")
HOLES = re.compile(r"\{(\w+)\}")


class World:
    def __init__(self, *, mail=True):
        self.store, self.mailer, self.clock = FakeLinks(), FakeMailer(), FakeClock()
        for user, name in (("u1", "alice"), ("u2", "bob")):
            self.do(CreateUser(user, name, name, name, None, False, 0))
        self.do(SetEmail("u1", "alice@example.org"))
        self.driven = []
        self.notices = Notices(
            self.store, self.mailer if mail else None, self.driven.append, self.clock, SERVER
        )

    def do(self, *changes):
        run(self.store.commit(Unit("u1", changes=changes)))

    def tell(self, *about, **more):
        self.notices.tell(*about, **more)
        while self.driven:
            run(self.driven.pop())


@pytest.fixture
def world():
    return World()


def test_who_tells_does_not_wait(world):
    world.notices.tell("u1", "password")
    assert len(world.driven) == 1 and world.mailer.sent == []
    world.driven.pop().close()


@pytest.mark.parametrize("what", get_args(What))
def test_each_act_is_one_mail_with_its_own_words(world, what):
    world.tell("u1", what)
    ((to, subject, text),) = world.mailer.sent
    assert to == "alice@example.org" and "Tea house" in subject
    assert text.startswith("Hello alice,\n") and "If it was not: sign in" in text
    assert "https://chat.example.org" in text and len(text) < 600
    assert "#" not in text, "there is no link that somebody could follow without thinking"


def test_what_an_administrator_did_is_said_so(world):
    world.tell("u1", "factors removed", admin=True)
    ((_, subject, text),) = world.mailer.sent
    assert subject == "The second step was removed at Tea house"
    assert "An administrator of the server did it." in text


def test_it_is_said_in_the_language_in_which_they_signed_in_last(world):
    world.do(SetLanguage("u1", "de"))
    world.tell("u1", "password")
    world.do(SetLanguage("u1", "ar"))
    world.tell("u1", "password")
    (_, german, _), (_, arabic, text) = world.mailer.sent
    assert german == "Dein Passwort bei Tea house wurde geändert"
    assert "Tea house" in arabic and "\u2068https://chat.example.org\u2069" in text


def test_a_store_that_is_being_closed_is_a_line_in_the_log_and_no_fault(world):
    class Closed:
        async def email_of(self, user):
            raise Refusal(Code.UNAVAILABLE, "The store is closed.")

    world.notices._store = Closed()
    world.tell("u1", "password")
    assert world.mailer.sent == []


def test_who_has_no_confirmed_address_is_not_written_to(world):
    world.tell("u2", "password")
    world.tell("nobody", "password")
    assert world.mailer.sent == []
    without = World(mail=False)
    without.tell("u1", "password")
    assert without.mailer.sent == []


def test_one_account_is_written_to_only_so_often(world):
    for _ in range(int(PER_ACCOUNT.burst) + 5):
        world.tell("u1", "passkey added")
    assert len(world.mailer.sent) == PER_ACCOUNT.burst
    world.clock.advance(60)
    world.tell("u1", "passkey added")
    assert len(world.mailer.sent) == PER_ACCOUNT.burst + 1


def test_mail_that_is_not_taken_changes_nothing(world):
    world.mailer.refuses = Refusal(Code.UNAVAILABLE, "Too many wait.")
    world.tell("u1", "password")
    assert world.mailer.sent == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything_with_the_same_names_in_it(language):
    words, english = WORDS[language], WORDS["en"]
    assert set(WORDS) == set(LANGUAGES)
    assert set(words.letters) == set(get_args(Letter))
    assert set(words.notices) == set(get_args(What))
    said = (*words.letters.items(), *words.notices.items())
    for kind, pair in said:
        first = english.letters.get(kind) or english.notices[kind]
        assert [sorted(HOLES.findall(text)) for text in pair] == [
            sorted(HOLES.findall(text)) for text in first
        ], kind
    for frame in (words.mine, words.admins):
        assert sorted(HOLES.findall(frame)) == ["name", "sentence"]
        assert max(map(len, frame.splitlines())) <= 100
    others = [pair for _, pair in said if language != "en"]
    assert not set(others) & {*english.letters.values(), *english.notices.values()}


@pytest.mark.parametrize("name", ["{url}", "a{0}b", "{", "\r\nBcc: eve@example.com"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_name_is_only_a_name(name, language):
    subject, text = notice(SERVER, "password", name, language, admin=False)
    assert name in text and "{name}" not in text + subject
    _, text = letter(SERVER, "reset", name, language, "s3cret")
    assert name in text and "https://chat.example.org/#reset=s3cret\n" in text
