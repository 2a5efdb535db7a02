"""The frame of one room: whoever is in it is nowhere else, and it looks like the page around it."""

from typing import Any

import pytest

from tests.embed.world import World, say

pytestmark = [pytest.mark.php, pytest.mark.browser]


def member(world: World, name: str) -> Any:
    """The account of somebody whom the site vouched for."""
    return next(row for row in world.daemon.ask("user_list") if row["name"] == name)


def test_there_is_no_way_out_of_the_room_of_the_page(world: World) -> None:
    frame = world.talking(world.signed_in("anna", 1600))
    frame.sees("Public room", ".people")
    assert "Leave" not in frame.text()


def test_a_program_is_shown_as_one_and_nobody_waits_for_it(world: World) -> None:
    frame = world.talking(world.signed_in("anna", 1600))
    frame.sees("Programs, 1", ".people")
    assert "Not here" not in frame.js("document.querySelector('.people').innerText")


def test_beside_it_there_are_no_other_rooms_to_join_or_make(world: World) -> None:
    frame = world.talking(world.signed_in("anna", 1600))
    keeper = member(world, "lobby-keeper")["user"]
    # By a card to a conversation, where the list is shown for the way back.
    frame.click(f".people [data-key={keeper}]")
    frame.click("dialog button", "Write")
    frame.wait("!document.documentElement.hasAttribute('data-single')")
    frame.sees("Lobby", ".sidebar")
    assert "Join or create a room" not in frame.text()
    assert frame.js("document.querySelector('[aria-label=\"Join or create a room\"]')") is None


def test_whoever_is_put_out_is_told_so_and_sees_nothing_else(world: World) -> None:
    page = world.signed_in("ben")
    frame = world.talking(page)
    say(frame, "Here I am")
    put_out(world, "ben")
    frame.sees("You are no longer in the room of this page.")
    assert "Write to somebody" not in frame.text() and "Join" not in frame.text()
    # The site's token says that the room is theirs.
    frame.click("button", "Try again")
    world.talking(page)


def put_out(world: World, name: str) -> None:
    token = world.daemon.ask("token_create", name="lobby-keeper")["token"]
    done = world.walk.run(
        f"curl -sS --fail-with-body -X DELETE --cacert {world.daemon.ca}"
        f" -H 'Authorization: Bearer {token}'"
        f" {world.daemon.url}/api/v1/rooms/~lobby/members/{member(world, name)['user']}"
    )
    assert done.returncode == 0, done.stdout + done.stderr


DARK = [{"name": "prefers-color-scheme", "value": "dark"}]


@pytest.mark.parametrize(
    ("style", "scheme"),
    [
        ("", "light"),
        ("<style>html { background: #111; color: white }</style>", "dark"),
        ("<style>:root { color-scheme: dark }</style>", "dark"),
        ("<style>:root { color-scheme: light dark }</style>", None),
    ],
    ids=["plain", "a dark ground", "dark", "either"],
)
def test_on_a_dark_system_it_looks_like_the_page_around_it(
    world: World, as_it_was: None, style: str, scheme: str | None
) -> None:
    text = world.page_file.read_text()
    world.page_file.write_text(text.replace("<title>", f"{style}<title>"))
    page = world.signed_in("anna")
    page.call("Emulation.setEmulatedMedia", features=DARK)
    frame = world.talking(page)
    frame.call("Emulation.setEmulatedMedia", features=DARK)
    frame.until(
        lambda: frame.js("document.documentElement.dataset.theme ?? null") == scheme, "the scheme"
    )
