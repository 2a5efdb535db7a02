"""The full screen in a real terminal, against the real daemon."""

import re
import time
from pathlib import Path

import pytest
import pytest_twisted
from twisted.internet.defer import ensureDeferred
from twisted.internet.threads import deferToThread

from tests.daemon import Daemon
from tests.terminal.people import Person
from tests.terminal.screen import Terminal
from tests.terminal.talking import Voice

pytestmark = pytest.mark.tmux
SIZES = [(80, 24), (200, 50)]


@pytest.fixture(scope="module")
def rooms(daemon: Daemon, people: dict[str, Person]) -> None:
    """#tea with both, #general with both, 500 lines in #long."""

    async def make() -> None:
        async with Voice(people["alice"]) as alice, Voice(people["bob"]) as bob:
            for name, topic in (("Tea", "Leaves, water, time"), ("General", ""), ("Long", "")):
                room = await alice.room(name, topic=topic)
                await bob.link.write("join", room=room)
            # By its id: to look a name up is charged for.
            for number in range(1, 501):
                await bob.say(room, f"line {number} of 500")

    pytest_twisted.blockon(ensureDeferred(make()))


async def marks(voice, room):
    return (await voice.link.read("marks", room=room))["marks"]


async def wait(check, *arguments):
    """A look at the screen, in a thread: the reactor of the others turns meanwhile."""
    return await deferToThread(check, *arguments)


@pytest.mark.parametrize("size", SIZES)
@pytest_twisted.ensureDeferred
async def test_two_people_talk(rooms, people, tmp_path: Path, size):
    with Terminal(tmp_path, people["alice"].home, *size) as screen:
        await wait(screen.sees, "F1 help")
        await wait(screen.go, "tea")
        await wait(screen.sees, "Write to #tea")
        await wait(screen.sees, "Leaves, water, time")
        async with Voice(people["bob"]) as bob:
            opened = await bob.link.client.open("#tea")
            room = opened["room"]["room"]
            seq = await bob.say("#tea", f"Hello from bob at {size[0]}.")
            await wait(screen.sees, f"Hello from bob at {size[0]}.")
            # Somebody has really seen it, and says so.
            for _ in range(200):
                if sum(one.get("read", 0) >= seq for one in await marks(bob, room)) == 2:
                    break
                await wait(time.sleep, 0.1)
            else:
                raise AssertionError("it was on the screen, and nobody was told")
            bob.link.client.ask("typing", room=room)
            await wait(screen.sees, "bob is typing")
            await wait(screen.type, f"And from alice at {size[0]}.")
            await wait(screen.press, "Enter")
            await wait(screen.until, _ticked("And from alice at", "✓"), "stored")
            last = (await bob.link.read("history", room=room, limit=1))["messages"][0]
            assert (last["name"], last["text"]) == ("alice", f"And from alice at {size[0]}.")
            await bob.link.client.ask("mark", room=room, read=last["seq"])
            await wait(screen.until, _ticked("And from alice at", "✓✓"), "seen")
            await bob.link.client.close("#tea")
        lines = await wait(screen.lines)
        assert all(len(line) <= size[0] for line in lines)
        assert ("2 members" in lines[0]) and (("owner" in screen.text()) == (size[0] >= 110))


@pytest_twisted.ensureDeferred
async def test_what_is_not_looked_at_is_unread_until_it_is(rooms, people, tmp_path: Path):
    with Terminal(tmp_path, people["alice"].home) as screen:
        await wait(screen.sees, "F1 help")
        await wait(screen.go, "general")
        async with Voice(people["bob"]) as bob:
            await bob.say("#tea", "Did you see this?")
            await wait(screen.until, lambda text: _row(text, "# tea").endswith("1"), "a count")
            await bob.say("#tea", "@alice, did you?")
            await wait(screen.until, lambda text: _row(text, "# tea").endswith("@2"), "a mention")
        await wait(screen.press, "M-a")
        await wait(screen.sees, "@alice, did you?")
        await wait(screen.sees, "─ new ─")
        await wait(screen.until, lambda text: _row(text, "# tea").endswith("# tea"), "no count")
    assert _unread(people["alice"], "tea") == 0


@pytest_twisted.ensureDeferred
async def test_without_the_focus_nothing_counts_as_read(rooms, people, tmp_path: Path):
    with Terminal(tmp_path, people["alice"].home) as screen:
        await wait(screen.sees, "F1 help")
        await wait(screen.go, "tea")
        await wait(screen.sees, "Write to #tea")
        await wait(screen.type, "\x1b[O")
        await wait(time.sleep, 0.5)
        async with Voice(people["bob"]) as bob:
            await bob.say("#tea", "Nobody looks at this.")
        await wait(screen.sees, "Nobody looks at this.")
        await wait(time.sleep, 1.0)
        assert await wait(_unread, people["alice"], "tea") == 1
        await wait(screen.type, "\x1b[I")
        await wait(screen.until, lambda text: _row(text, "# tea").endswith("# tea"), "no count")
        await wait(time.sleep, 0.5)
        assert await wait(_unread, people["alice"], "tea") == 0


@pytest_twisted.ensureDeferred
async def test_five_hundred_lines_are_scrolled_back(rooms, people, tmp_path: Path):
    with Terminal(tmp_path, people["bob"].home, 100, 30) as screen:
        await wait(screen.sees, "F1 help")
        await wait(screen.go, "long")
        await wait(screen.sees, "line 500 of 500")
        await wait(screen.click, 40, 10, 64)
        await wait(screen.sees, "below: Alt-End")
        await wait(screen.loses, "line 500 of 500")
        for _ in range(60):
            if "The beginning of Long" in screen.text():
                break
            await wait(screen.press, "PPage")
            await wait(time.sleep, 0.1)
        await wait(screen.sees, "The beginning of Long")
        assert "line 1 of 500" in screen.text()
        await wait(screen.press, "M-End")
        await wait(screen.sees, "line 500 of 500")


@pytest_twisted.ensureDeferred
async def test_the_mouse_chooses_rooms_and_messages(rooms, people, tmp_path: Path):
    with Terminal(tmp_path, people["bob"].home) as screen:
        await wait(screen.sees, "F1 help")
        await wait(screen.go, "general")
        await wait(screen.sees, "# long")
        await wait(screen.click, 4, screen.row_of("# long"))
        await wait(screen.sees, "Write to #long")
        await wait(screen.sees, "line 500 of 500")
        await wait(screen.click, 40, screen.row_of("line 500 of 500"))
        await wait(screen.sees, "r answer")
        await wait(screen.press, "r")
        await wait(screen.sees, "Answering bob: line 500 of 500")
        await wait(screen.press, "Escape")
        await wait(screen.loses, "Answering")


@pytest_twisted.ensureDeferred
async def test_it_fits_whatever_size_the_terminal_becomes(rooms, people, tmp_path: Path):
    with Terminal(tmp_path, people["bob"].home, 120, 35) as screen:
        await wait(screen.sees, "F1 help")
        await wait(screen.go, "long")
        await wait(screen.sees, "owner")
        for columns, rows in ((60, 18), (30, 10), (12, 4), (90, 25)):
            await wait(screen.resize, columns, rows)
            wanted = "Too" if columns < 20 else "line 500"
            await wait(screen.sees, wanted)
        await wait(screen.sees, "# long")
        assert "owner" not in screen.text()


@pytest_twisted.ensureDeferred
async def test_nothing_of_others_reaches_the_terminal_as_a_command(rooms, people, tmp_path: Path):
    with Terminal(tmp_path, people["alice"].home) as screen:
        await wait(screen.sees, "F1 help")
        await wait(screen.go, "general")
        async with Voice(people["bob"]) as bob:
            for text in (
                "red \x1b[31mink\x1b[2J",
                "title \x1b]0;owned\x07 set",
                "hidden \u202egpj.exe",
                "link \x1b]8;;https://evil.example\x1b\\bank\x1b]8;;\x1b\\",
                "wide 日本語のテキスト 👩‍👩‍👧‍👦 e\u0301\u0301\u0301",
            ):
                await bob.say("#general", text)
            await wait(screen.sees, "wide 日本語のテキスト")
        raw = screen.raw()
        for gone in ("\x1b[31mink", "\x1b]0;", "\u202e", "evil.example\x1b\\", "\x07"):
            assert gone not in raw
        assert "hidden gpj.exe" in raw
        assert screen.lines()[0].startswith(" localhost:")


@pytest_twisted.ensureDeferred
async def test_keys_of_a_paste_are_text(rooms, people, tmp_path: Path):
    with Terminal(tmp_path, people["bob"].home) as screen:
        await wait(screen.sees, "F1 help")
        await wait(screen.go, "tea")
        await wait(screen.sees, "Write to #tea")
        await wait(screen.paste, "first pasted line\nsecond pasted line")
        await wait(screen.sees, "second pasted line")
        assert not _ticked("second pasted line", "✓")(screen.text())
        await wait(screen.press, "Enter")
        await wait(screen.until, _ticked("second pasted line", "✓"), "stored")
    last = people["bob"].json("history", "tea", "--limit", "1")[0]
    assert last["text"] == "first pasted line\nsecond pasted line"


@pytest_twisted.ensureDeferred
async def test_what_is_typed_while_the_server_is_away_is_said_once_and_in_order(
    rooms, daemon: Daemon, people, tmp_path: Path
):
    with Terminal(tmp_path, people["alice"].home) as screen:
        await wait(screen.sees, "F1 help")
        await wait(screen.go, "tea")
        await wait(screen.sees, "Write to #tea")
        await deferToThread(daemon.stop)
        await wait(screen.sees, "○")
        for number in (1, 2, 3):
            await wait(screen.type, f"while away {number}")
            await wait(screen.press, "Enter")
        await wait(screen.sees, "while away 3")
        await deferToThread(daemon.start)
        await wait(screen.sees, "● alice")
        for number in (1, 2, 3):
            await wait(screen.until, _ticked(f"while away {number}", "✓"), "stored")
        await wait(screen.press, "C-q")
        await wait(screen.sees, "ended with 0")
    found = people["alice"].json("history", "tea", "--limit", "3")
    assert [one["text"] for one in found] == [f"while away {number}" for number in (1, 2, 3)]


@pytest_twisted.ensureDeferred
async def test_whoever_left_while_the_server_was_away_is_not_shown_as_here(
    rooms, daemon: Daemon, people, tmp_path: Path
):
    with Terminal(tmp_path, people["alice"].home, 120, 40) as screen:
        await wait(screen.sees, "F1 help")
        await wait(screen.go, "tea")
        async with Voice(people["bob"]) as bob:
            await bob.link.client.open("#tea")
            await wait(screen.sees, "● bob")
            await deferToThread(daemon.stop)
            await wait(screen.sees, "○ Not connected")
        await deferToThread(daemon.start)
        await wait(screen.loses, "○ Not connected")
        await wait(screen.sees, "○ bob")
        async with Voice(people["bob"]) as bob:
            await bob.link.client.open("#tea")
            await wait(screen.sees, "● bob")
        await wait(screen.sees, "○ bob")


@pytest_twisted.ensureDeferred
async def test_without_colours_and_without_unicode_it_is_still_a_chat(
    rooms, people, tmp_path: Path
):
    home = people["alice"].home
    with Terminal(tmp_path, home, TERM="vt100", LANG="C", LC_ALL="C", NO_COLOR="1") as screen:
        await wait(screen.sees, "F1 help")
        await wait(screen.go, "tea")
        await wait(screen.sees, "while away 3")
        raw = screen.raw()
        assert raw.isascii()
        assert "\x1b[38" not in raw and "\x1b[3" not in raw.replace("\x1b[39m", "")


@pytest.mark.parametrize(("term", "words"), [("dumb", "TERM=dumb"), ("", "TERM=unset")])
def test_a_terminal_that_cannot_draw_is_told_of_the_other_form(people, tmp_path, term, words):
    with Terminal(tmp_path, people["alice"].home, TERM=term) as screen:
        text = screen.sees("ended with 2")
        assert words in text.replace("\n", "") and "chat send ROOM" in text.replace("\n", "")


def _ticked(words: str, tick: str):
    """Whether a line with the words ends with the tick."""
    return lambda text: any(
        words in line and re.search(f" {tick}( |$)", line) for line in text.split("\n")
    )


def _row(text: str, name: str) -> str:
    """What stands in the list of rooms beside a name."""
    found = next((line for line in text.split("\n") if line.strip().startswith(name)), "")
    return found.split("│")[0].strip()


def _unread(person: Person, slug: str) -> int:
    found = next(room for room in person.json("rooms") if room.get("slug") == slug)
    return found.get("unread", 0)
