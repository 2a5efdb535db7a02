"""Pictures and files: pasted, sent, seen by others; offline, and after the page was killed."""

import json

import pytest

from tests.ui.axe import Screens
from tests.ui.browser import Window
from tests.ui.people import BOX, go, join_room, make_room, two
from tests.ui.test_two_people import lines, say, sign_out, state_of

pytestmark = pytest.mark.browser

#: Files as the system's clipboard brings them: a picture of a colour and a size, or words.
BROUGHT = """(async () => {
    const data = new DataTransfer();
    for (const [name, type, colour] of %s) {
        let content = new Blob([colour]);
        if (type === 'image/png') {
            const canvas = document.createElement('canvas');
            [canvas.width, canvas.height] = [600, 400];
            const context = canvas.getContext('2d');
            context.fillStyle = colour;
            context.fillRect(0, 0, 600, 400);
            content = await new Promise((then) => canvas.toBlob(then, 'image/png'));
        }
        data.items.add(new File([content], name, { type }));
    }
    const one = document.querySelector('.composer textarea');
    const fields = { bubbles: true, cancelable: true, clipboardData: data };
    const event = new ClipboardEvent('paste', fields);
    // Firefox lets nobody but itself say what is on the clipboard.
    const said = event.clipboardData?.files.length > 0;
    if (!said) Object.defineProperty(event, 'clipboardData', { value: data });
    return one.dispatchEvent(event);
})()"""
#: What shows in the frame in which Enter was pressed, and the picture once it is read.
SENT = """new Promise((then) => {
    const fields = { key: 'Enter', bubbles: true, cancelable: true };
    const box = document.querySelector('.composer textarea');
    box.dispatchEvent(new KeyboardEvent('keydown', fields));
    requestAnimationFrame(async () => {
        const [one] = [...document.querySelectorAll('.picture')].slice(-1);
        const chips = document.querySelectorAll('.chip').length;
        const { height } = one.getBoundingClientRect();
        const image = one.querySelector('img');
        await image.decode();
        then({ chips, height, shown: image.naturalWidth });
    });
})"""
KEPT = """new Promise((done) => {
    const opening = indexedDB.open('chatd files', 1);
    opening.onsuccess = () => {
        const { result } = opening;
        if (!result.objectStoreNames.contains('files')) return done(0);
        const all = result.transaction('files').objectStore('files').count();
        all.onsuccess = () => (result.close(), done(all.result));
    };
})"""
RED, BLUE = ("red.png", "image/png", "#a00"), ("blue.png", "image/png", "#00a")
NOTES = ("notes.txt", "text/plain", "Steep for three minutes.")


def paste(window: Window, *files: tuple[str, str, str]) -> None:
    chips = window.count(".chip")
    assert window.js(BROUGHT % json.dumps(files)) is False
    window.wait(f"document.querySelectorAll('.chip').length === {chips + len(files)}")


def pictures(window: Window) -> list[int]:
    """The widths of the pictures of the conversation, as they are by themselves."""
    return list(
        window.js("[...document.querySelectorAll('.picture img')].map((one) => one.naturalWidth)")
    )


@pytest.mark.journey
def test_a_picture_is_pasted_sent_seen_looked_at_and_deleted(daemon, browser):
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    join_room(ben, "Tea")
    paste(anna, RED)
    anna.wait("document.querySelector('.chip img').naturalWidth === 600")
    anna.wait("document.querySelector('.chips + .ears').textContent === 'Picture added'")
    assert anna.js(SENT) == {"chips": 0, "height": 240, "shown": 600}
    ben.until(lambda: pictures(ben) == [600], "the picture")
    assert ben.js("document.querySelector('.picture img').alt") == "red.png"
    ben.wait("document.querySelector('.ears[role=log]').textContent === 'anna: Picture'")
    anna.until(lambda: anna.count(".message .progress.waiting") == 0, "stored")
    assert anna.js("document.querySelector('.picture img').src").startswith("blob:")

    # Large, with the keyboard, and back.
    ben.js("document.querySelector('.picture').focus()")
    ben.press("Enter")
    ben.wait("document.querySelector('dialog.viewer img')?.naturalWidth === 600")
    assert ben.js("document.querySelector('dialog.viewer a[download]').download") == "red.png"
    ben.press("Escape")
    ben.wait("document.activeElement.matches('.picture')")

    # A text that is answered by it, two files at once, and a reply that quotes them.
    anna.write(BOX, "How to")
    paste(anna, BLUE, NOTES)
    anna.press("Enter")
    ben.sees("notes.txt", ".files")
    read = "fetch(document.querySelector('a.file').href).then((one) => one.text())"
    assert ben.js(read) == NOTES[2]
    ben.until(lambda: pictures(ben) == [600, 600], "both pictures")
    ben.js("document.querySelector('.message').focus()")
    ben.click(".message:focus button", "Reply")
    ben.sees("Picture", ".strip")
    say(ben, "Red!")
    anna.sees("Picture", ".quote")

    seen = ben.js("document.querySelector('.picture img').src")
    for window, faults in ((anna, anna.complaints), (ben, ben.complaints)):
        assert faults == [], window
    anna.js("document.querySelector('.message').focus()")
    anna.click(".message:focus button", "More")
    anna.click(".menu button", "Delete")
    anna.click("dialog button", "Delete")
    for window in (anna, ben):
        window.until(lambda window=window: pictures(window) == [600], "one of them is gone")
    again = f"fetch({json.dumps(seen)}, {{ cache: 'no-store' }}).then((one) => one.status)"
    assert ben.js(again) == 404


def test_what_is_pasted_without_a_network_is_sent_once_and_in_order_also_by_the_next_page(
    daemon, browser
):
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    join_room(ben, "Tea")
    room = anna.js("location.hash")
    # What sends files is there a while after the page is.
    asked = "performance.getEntriesByType('resource').map(({ name }) => name).join()"
    anna.wait(f"{asked}.includes('/ui/upload.')")
    daemon.relay.cut()
    anna.write(BOX, "first")
    paste(anna, RED)
    assert anna.js(SENT)["shown"] == 600
    say(anna, "second")
    paste(anna, NOTES)
    anna.until(lambda: anna.js(KEPT) == 2, "both are kept")
    anna = anna.kill()
    daemon.relay.mend()
    anna.go(f"{daemon.url}/{room}")
    anna.until(lambda: lines(anna) == ["first", "second"], "both, in order", 40)
    anna.until(lambda: state_of(anna, "second").startswith(("Sent", "Deliv", "Seen")), "stored")
    ben.until(lambda: lines(ben) == ["first", "second"], "both, in order", 40)
    ben.until(lambda: pictures(ben) == [600], "the picture")
    # What was not sent yet was in the tab that is gone.
    assert anna.count(".chip") == 0

    # A reload and another room leave the files where they are.
    paste(anna, BLUE)
    anna.wait("document.querySelector('.chip progress') === null")
    anna.reload()
    anna.wait("document.querySelector('.chip img')?.naturalWidth === 600", 30)
    make_room(anna, "Cake")
    assert anna.count(".chip") == 0
    assert "Draft" in anna.js("document.querySelector('.sidebar').innerText")
    go(anna, "Tea")
    anna.wait("document.querySelector('.chip img') !== null")
    anna.click(".chip button", "Remove")
    anna.wait("document.querySelector('.chip') === null")
    assert anna.js("document.activeElement.matches('.composer textarea')")
    assert anna.complaints == ben.complaints == []


def test_files_are_limited_in_words_keep_their_place_and_end_with_the_session(daemon, browser):
    daemon.configure("[files]\nmax_bytes = 20000\n")
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    join_room(ben, "Tea")
    large = ("large.txt", "text/plain", "x" * 20_001)
    assert anna.js(BROUGHT % json.dumps([large])) is False
    anna.sees("large.txt is 21 kB; the limit is 20 kB.", ".toast")
    assert anna.count(".chip") == 0 and not any("/api/files" in url for url in anna.requests)

    paste(anna, RED)
    anna.press("Enter")
    ben.until(lambda: pictures(ben) == [600], "the picture")
    say(anna, "What is below stays where it is.")
    ben.sees("What is below", ".list")
    # The picture does not come; then it does, late.
    ben.call("Network.setBlockedURLs", urls=["*/files/*"])
    ben.call("Network.setCacheDisabled", cacheDisabled=True)
    ben.reload()
    ben.sees("This picture cannot be shown", ".picture.broken", 30)
    where = "[...document.querySelectorAll('.message')].at(-1).getBoundingClientRect().top"
    before = ben.js(where)
    ben.call("Network.setBlockedURLs", urls=[])
    ben.click(".picture.broken")
    ben.until(lambda: pictures(ben) == [600], "the picture, late")
    assert abs(ben.js(where) - before) <= 1

    paste(anna, RED, NOTES)
    anna.until(lambda: anna.count(".chip progress") == 0, "both are there")
    screens = Screens()
    screens.look(anna, "files above the box")
    anna.size(1280, 800)
    anna.click(".picture")
    anna.wait("document.querySelector('dialog.viewer img')?.naturalWidth === 600")
    screens.look(anna, "a picture as large as the window")
    anna.press("Escape")
    anna.size(1280, 800)
    assert screens.faults == []
    assert anna.js(KEPT) == 2
    sign_out(anna)
    assert anna.js(KEPT) == 0 and anna.js("Object.keys(sessionStorage).length") == 0
