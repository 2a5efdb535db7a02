"""docs/embed.md, block by block, with Debian's PHP and a real browser: it is short, and it works;
and whoever gets it wrong is told which setting to look at."""

import base64
import hashlib
import hmac
import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.daemon import with_settings
from tests.embed.walk import EXAMPLE, SITE, steps
from tests.embed.world import World, say
from tests.ui.test_files import NOTES, RED, SENT, paste, pictures

pytestmark = [pytest.mark.php, pytest.mark.browser]

#: What the page says in the console as an error is in ``said``.
CONSOLE = """
    globalThis.said = [];
    console.error = (...words) => said.push(words.join(' '));
"""


def test_it_takes_six_steps_and_two_files(world: World) -> None:
    assert [heading for heading, blocks in steps() if not blocks] == []
    assert len(steps()) <= 6
    assert world.walk.edited == {world.daemon.config, world.page_file}
    assert world.walk.opened == [f"{world.site.url}/chat.php"]


def test_the_example_is_the_page_of_the_document_in_sixty_lines() -> None:
    (page,) = [block.text for _, blocks in steps() for block in blocks if block.language == "php"]
    example = (EXAMPLE / "public" / "chat.php").read_text()
    here = page.replace("https://chat.example.org", "https://localhost:8443")
    # The comments behind the two stand in one column, so the names' lengths show.
    assert _words(here.replace(SITE, "http://127.0.0.1:8000")) == _words(example)
    assert sum(len(path.read_text().splitlines()) for path in EXAMPLE.rglob("*.php")) <= 60


def _words(text: str) -> list[str]:
    return text.split()


def test_two_people_of_the_site_talk(world: World) -> None:
    anna, ben = world.signed_in("anna"), world.signed_in("ben", 360, 640)
    annas, bens = world.talking(anna), world.talking(ben)
    say(annas, "Is anybody there?")
    bens.sees("Is anybody there?", ".list")
    bens.sees("Anna Schmidt", ".list")
    say(bens, "Yes, Ben is.")
    annas.sees("Yes, Ben is.", ".list")

    # They are accounts like any other, made by the way.
    made = {row["name"]: row for row in world.daemon.ask("user_list")}
    assert {"anna", "ben"} <= made.keys()
    assert not made["anna"]["admin"]
    # Neither cookies nor storage, nothing in an address, and no rule of the page broken.
    for page, frame in ((anna, annas), (ben, bens)):
        assert page.complaints == frame.complaints == []
        assert frame.js("document.cookie") == ""
        assert frame.js("localStorage.length + sessionStorage.length") == 0
        cookies = page.call("Network.getAllCookies")["cookies"]
        assert [one["name"] for one in cookies] == ["PHPSESSID"]
        assert [url for url in page.requests + frame.requests if "eyJ" in url] == []


def test_a_picture_is_sent_and_seen_without_a_cookie(world: World) -> None:
    annas, bens = (world.talking(world.signed_in(name)) for name in ("anna", "ben"))
    for frame in (annas, bens):
        frame.until(lambda frame=frame: frame.count(".picture") == 0, "nothing yet")
    paste(annas, RED, NOTES)
    annas.wait("document.querySelector('.chip progress') === null")
    annas.js(SENT)
    bens.until(lambda: pictures(bens) == [600], "the picture")
    assert bens.js("document.querySelector('.picture img').src").startswith("blob:")
    # What the browser would save: the frame's policy lets nobody fetch it.
    bens.js(
        """(() => {
            const make = URL.createObjectURL;
            URL.createObjectURL = (blob) => {
                blob.text().then((text) => (window.saved = text));
                return make(blob);
            };
            HTMLAnchorElement.prototype.click = function () { window.called = this.download; };
        })()"""
    )
    bens.click("a.file", "notes.txt")
    bens.wait(f"window.saved === {json.dumps(NOTES[2])} && window.called === 'notes.txt'")
    bens.click(".picture")
    bens.wait("document.querySelector('dialog.viewer img')?.naturalWidth === 600")
    assert annas.complaints == bens.complaints == []


def test_a_restart_and_a_second_window_change_nothing(world: World) -> None:
    first, second = (world.talking(world.signed_in("anna")) for _ in range(2))
    bens = world.talking(world.signed_in("ben"))
    say(first, "Before the restart")
    world.daemon.restart()
    for frame in (first, second, bens):
        frame.wait("document.querySelector('.bar').hidden", 40)
    say(bens, "And after it")
    for frame in (first, second):
        frame.sees("And after it", ".list", 40)
        # It may have been on its way when the server went, and then comes last.
        frame.sees("Before the restart", ".list", 40)
        assert frame.text().count("Before the restart") == 1
    assert sum(row["name"].startswith("anna") for row in world.daemon.ask("user_list")) == 1


def test_a_frame_that_nobody_looks_at_leaves_the_keyboard_to_the_page(world: World) -> None:
    page = world.signed_in("anna")
    world.talking(page)
    assert page.js("document.activeElement.tagName") == "BODY"


def test_the_site_hears_how_much_is_unread_and_may_change_the_theme(world: World) -> None:
    anna, ben = world.signed_in("anna"), world.signed_in("ben")
    annas, bens = world.talking(anna), world.talking(ben)
    anna.js(
        "document.querySelector('#chat').addEventListener('chatd:unread',"
        " (event) => { window.unread = event.detail; }), 1"
    )
    say(bens, "Something to read")
    annas.sees("Something to read", ".list")
    anna.wait("window.unread > 0")
    anna.js("document.querySelector('script[data-room]').dataset.theme = 'dark'")
    annas.wait("document.documentElement.dataset.theme === 'dark'")
    anna.js("document.querySelector('script[data-room]').dataset.theme = 'light'")
    annas.wait("getComputedStyle(document.body).backgroundColor === 'rgb(255, 255, 255)'")


def test_the_site_may_choose_the_language(world: World, as_it_was: None) -> None:
    replace(world, 'data-room="lobby"', 'data-room="lobby" data-language="ar-EG"')
    page = world.signed_in("anna")
    frame = world.talking(page)
    assert frame.js("[document.documentElement.lang, document.documentElement.dir]") == [
        "ar",
        "rtl",
    ]
    assert frame.js("document.querySelector('.composer textarea').ariaLabel") == "رسالة"
    assert page.complaints == frame.complaints == []


def test_a_token_that_ends_is_renewed_without_anybody_noticing(
    world: World, as_it_was: None
) -> None:
    replace(world, "time() + 900", "time() + 10")
    world.walk.set("leeway_seconds", "0")
    page = world.signed_in("anna")
    frame = world.talking(page)
    before = connected(world)
    asked = "performance.getEntriesByName(new URL('chat.php?token', location)).length"
    frame.until(lambda: page.js(asked) >= 4, "three more tokens", 60)
    assert connected(world) == before, "the connection goes on with the new token"
    say(frame, "Still here")
    frame.wait("[...document.querySelectorAll('.message')].at(-1).innerText.includes('Sent')", 20)
    history = call(world, "/api/v1/rooms/%23lobby/messages", world.daemon.token("lobby-keeper"))
    assert [one.get("text") for one in history["messages"]].count("Still here") == 1


def connected(world: World) -> int:
    """How many connections were opened."""
    return world.daemon.log().count("by ticket")


def test_signing_out_at_the_site_ends_the_chat_with_the_token(
    world: World, as_it_was: None
) -> None:
    replace(world, "time() + 900", "time() + 8")
    world.walk.set("leeway_seconds", "0")
    page = world.signed_in("anna")
    frame = world.talking(page)
    page.call("Network.clearBrowserCookies")
    frame.sees("data-token-url (chat.php?token) answered 401: nobody is signed in", seconds=60)
    assert frame.count(".composer") == 0


def test_the_sites_server_posts_once_whatever_it_repeats(world: World) -> None:
    frame = world.talking(world.signed_in("anna"))
    world.posts()
    world.posts()
    frame.sees("Parcel 4711 is on its way.", ".list")
    history = call(world, "/api/v1/rooms/%23lobby/messages", world.daemon.token("lobby-keeper"))
    texts = [one.get("text") for one in history["messages"]]
    assert texts.count("Parcel 4711 is on its way.") == 1


def test_the_token_of_the_steps_has_an_end_and_does_no_more_than_it_needs(world: World) -> None:
    (token,) = [
        row for row in world.daemon.ask("token_list", name="lobby-keeper") if row["label"] == "site"
    ]
    assert token["scopes"] == "messages:write rooms:write" and token["expires"]
    (keeper,) = [row for row in world.daemon.ask("user_list") if row["name"] == "lobby-keeper"]
    assert keeper["kind"] == "bot"


def test_a_job_posts(world: World) -> None:
    page = world.signed_in("anna")
    frame = world.talking(page)
    token = world.daemon.ask("token_create", name="lobby-keeper")["token"]
    php = ["php", "-d", f"openssl.cafile={world.daemon.ca}", str(world.site.folder / "job.php")]
    done = subprocess.run(
        [*php, "Order 4711 is on its way."],
        env={**os.environ, "CHATD_TOKEN": token},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    frame.sees("Order 4711 is on its way.", ".list")
    wrong = subprocess.run(
        [*php, "Not this"],
        env={**os.environ, "CHATD_TOKEN": "chatd_t_nonsense"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert wrong.returncode == 1 and "unauthorized" in wrong.stdout


# ---- what goes wrong ----------------------------------------------------------------------------


def test_a_good_token_is_found_good(world: World) -> None:
    status, said = world.debug(world.signed_in("anna"))
    assert status == 0 and "This token is accepted." in said and "✗" not in said


def test_another_audience_is_named(world: World, as_it_was: None) -> None:
    world.walk.set("audience", '"https://chat.elsewhere.example"')
    told(
        world,
        f'The token\'s aud is "{world.daemon.url}", but site.audience here is'
        ' "https://chat.elsewhere.example"',
    )


def test_another_issuer_is_named(world: World, as_it_was: None) -> None:
    world.walk.set("issuer", '"https://www.elsewhere.example"')
    told(
        world,
        f'The token\'s iss is "{world.site.url}", but site.issuer here is'
        ' "https://www.elsewhere.example"',
    )


def test_a_token_that_has_ended_names_the_clocks(world: World, as_it_was: None) -> None:
    replace(world, "'iat' => time(), 'exp' => time() + 900", "'exp' => time() - 600")
    told(world, "The token ended (exp) at", "site.leeway_seconds forgives 30 s")


def test_a_token_that_is_good_for_a_day_names_the_limit(world: World, as_it_was: None) -> None:
    replace(world, "time() + 900", "time() + 86400")
    told(world, "The token is good for 24 h, and site.longest_seconds allows 3600 s")


def test_another_key_says_where_to_look_and_nothing_else(world: World, as_it_was: None) -> None:
    world.key_file.write_text("another key, of more than 32 bytes, 0123456789\n")
    world.walk.set("issuer", '"https://www.elsewhere.example"')
    said = told(world, "The token's signature does not fit.", "site.key_file")
    assert "elsewhere" not in said, "a stranger learns nothing of the settings"


def test_another_origin_is_kept_out_visitors_may_try_again_and_the_console_says_why(
    world: World, as_it_was: None
) -> None:
    replace(world, 'data-room="lobby"', 'data-room="lobby" data-language="de-AT"')
    world.walk.set("origins", '["https://www.elsewhere.example"]')
    page = world.browser.window()
    page.call("Page.addScriptToEvaluateOnNewDocument", source=CONSOLE)
    world.signed_in("anna", window=page)
    page.sees("Der Chat ist gerade nicht zu erreichen.", seconds=30)
    assert page.count("iframe") == 0
    assert any("frame-ancestors" in text for text in page.complaints)
    why = f"If {world.site.url} is not listed in site.origins of the chat server"
    assert page.js("said.length") == 1
    assert why in page.js("said[0]")
    assert "site.origins" not in page.text(), "visitors can do nothing about it"

    world.walk.set("origins", f'["{world.site.url}"]')
    page.click("[role=alert] button", "Noch einmal versuchen")
    world.talking(page)
    assert (page.count("iframe"), page.count("[role=alert]")) == (1, 0)


def test_a_page_that_was_opened_while_the_chat_was_away_shows_it_once_it_is_back(
    world: World, as_it_was: None
) -> None:
    world.daemon.stop()
    page = world.signed_in("anna")
    page.sees("The chat appears here as soon as it can be reached.", "#chat")
    world.daemon.start()
    world.talking(page)
    assert page.count("[data-chatd-waits]") == 0


def test_a_room_that_is_not_there_is_named(world: World, as_it_was: None) -> None:
    replace(world, 'data-room="lobby"', 'data-room="lobbby"')
    page = world.signed_in("anna")
    world.frame(page).sees('The room "lobbby" of this page (data-room) cannot be shown')


def test_a_token_page_that_is_broken_is_named(world: World, as_it_was: None) -> None:
    replace(world, "exit(json_encode(", "exit('Warning: ' . json_encode(")
    page = world.signed_in("anna")
    world.frame(page).sees("data-token-url (chat.php?token) answered 200 without")


def told(world: World, *sentences: str) -> str:
    """The frame and token-debug both say it; what the frame says."""
    page = world.signed_in("anna")
    frame = world.frame(page)
    for sentence in sentences:
        frame.sees(sentence)
    status, said = world.debug(page)
    assert status == 1
    for sentence in sentences:
        assert sentence in said
    return str(frame.text())


def replace(world: World, old: str, new: str) -> None:
    text = world.page_file.read_text()
    assert old in text
    world.page_file.write_text(text.replace(old, new))


# ---- the webhook --------------------------------------------------------------------------------


def test_the_webhook_is_believed_with_a_good_signature_alone(world: World, as_it_was: None) -> None:
    secret = "whsec_" + base64.b64encode(bytes(range(32))).decode()
    for path in (world.site.folder / "webhook.secret", world.daemon.folder / "webhook.secret"):
        path.write_text(secret + "\n")
        path.chmod(0o600)
    config = world.daemon.config
    hook = {"url": f"{world.site.url}/hook.php", "secret_file": "webhook.secret"}
    config.write_text(with_settings(config.read_text(), "webhook", hook))
    world.daemon.restart()
    page = world.signed_in("anna")
    say(world.talking(page), "For the webhook")
    log = world.site.folder / "hook.log"
    page.until(
        lambda: page.text() is not None and log.exists() and "For the webhook" in log.read_text(),
        "the webhook",
        30,
    )
    told_of = [json.loads(line) for line in log.read_text().splitlines()]
    assert [one["type"] for one in told_of if one["data"].get("text") == "For the webhook"] == [
        "message.created"
    ]

    now = int(time.time())
    good = signature("m1", now, b"{}")
    assert post(world, "m1", now, b"{}", good) == 204
    assert post(world, "m1", now, b"{}", f"v1,AAAA {good}") == 204, "while a secret is changed"
    assert post(world, "m2", now, b"{}", good) == 401
    assert post(world, "m1", now, b'{"a":1}', good) == 401
    assert post(world, "m1", now - 400, b"{}", signature("m1", now - 400, b"{}")) == 401
    assert post(world, "m1", now, b"{}", "") == 401
    (world.site.folder / "webhook.secret").unlink()
    assert post(world, "m1", now, b"{}", signature("m1", now, b"{}", b"")) == 401


def signature(id: str, at: int, body: bytes, key: bytes = bytes(range(32))) -> str:
    digest = hmac.digest(key, f"{id}.{at}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(digest).decode()


def post(world: World, id: str, at: int, body: bytes, signed: str) -> int:
    headers = {"webhook-id": id, "webhook-timestamp": str(at), "webhook-signature": signed}
    request = urllib.request.Request(f"{world.site.url}/hook.php", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def call(world: World, path: str, token: str) -> Any:
    """What the HTTP API answers, as curl gets it."""
    command = ["curl", "-sS", "--fail-with-body", "--cacert", str(world.daemon.ca)]
    command += ["-H", f"Authorization: Bearer {token}", f"{world.daemon.url}{path}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)
