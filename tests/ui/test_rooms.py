"""Rooms as people find, keep and run them: the real page, the real daemon, two people."""

import pytest

from chatd.store.names import FILE
from chatd.store.sqlite import Sqlite
from tests.ui.people import (
    BOX,
    another,
    choose,
    colour_of,
    go,
    join_room,
    make_room,
    menu_of,
    put_picture,
    section,
    somebody,
    title_of,
    two,
)
from tests.ui.test_two_people import PASSWORD, lines, say

pytestmark = pytest.mark.browser


def settings(window):
    window.click(".people button", "Settings of this room")
    window.wait("document.querySelector('dialog .sections') !== null")


def close(window):
    window.press("Escape")
    window.wait("document.querySelector('dialog') === null")


def test_a_public_room_is_found_by_words_of_its_topic_and_joined(daemon, browser):
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea", "Leaves and water")
    make_room(anna, "Garden", "Roses and water")
    make_room(anna, "Cellar", private=True)
    ben.click(".sidebar .first", "Join or create a room")
    ben.wait("document.querySelectorAll('dialog .choice').length === 2")
    ben.write("dialog input[type=search]", "water leaves")
    ben.wait("document.querySelectorAll('dialog .choice').length === 1")
    ben.sees("1 member", "dialog")
    ben.sees("Leaves and water", "dialog")
    ben.write("dialog input[type=search]", "cellar")
    ben.sees("No public room has all of these words", "dialog")
    ben.write("dialog input[type=search]", "tea")
    ben.click("dialog .choice", "Tea")
    ben.sees("This is the beginning of Tea", ".talk")
    anna.click(".sidebar a.item", "Tea")
    anna.sees("Here now, 2", ".people")
    assert anna.complaints == ben.complaints == []


def test_a_link_leads_into_a_private_room_after_signing_in(daemon, browser):
    anna, ben = two(daemon, browser)
    make_room(anna, "Cellar", "Old wine", private=True)
    settings(anna)
    section(anna, "Invitations")
    anna.sees("No link leads here", "dialog")
    choose(anna, "#field-for", "1")
    anna.click("dialog button", "Make a link")
    link = str(anna.wait("document.querySelector('dialog .made .link')?.value"))
    anna.sees("for 1 more person", "dialog .section")

    stranger = browser.window()
    stranger.go(link)
    stranger.sees("Sign in to see the room that you are invited to")
    assert stranger.js("location.hash") == "", "the secret stays in no address"
    stranger.write("#name", "ben")
    stranger.write("#password", PASSWORD)
    stranger.press("Enter")
    stranger.sees("anna invites you", "dialog")
    stranger.sees("Old wine", "dialog")
    stranger.click("dialog button", "Join")
    stranger.sees("This is the beginning of Cellar", ".talk")
    ben.sees("Cellar", ".sidebar")

    # Its one use is used up, and whoever is in already is told so where a link still works.
    ben.go(link)
    ben.sees("This link leads nowhere any more", "dialog")
    anna.click("dialog button", "Make a link")
    anna.wait(f"document.querySelector('dialog .made .link').value !== '{link}'")
    second = anna.js("document.querySelector('dialog .made .link').value")
    ben.go(second)
    ben.sees("You are in this room already", "dialog")
    ben.click("dialog button", "Open")
    ben.sees("This is the beginning of Cellar", ".talk")
    anna.click("dialog .lines button", "End it")
    anna.sees("No link leads here", "dialog")


def test_an_invitation_by_name_is_accepted_or_declined(daemon, browser):
    anna, ben = two(daemon, browser)
    for name in ("Cellar", "Attic"):
        make_room(anna, name, private=True)
        settings(anna)
        section(anna, "Invitations")
        anna.write("dialog #field-person", "ben")
        anna.click("dialog button", "Invite")
        anna.sees("Take back", "dialog")
        close(anna)
    ben.sees("anna invites you to Cellar", ".sidebar")
    ben.sees("anna invites you to Attic", ".sidebar")
    other = another(daemon, browser, "ben")
    other.sees("anna invites you to Attic", ".sidebar")
    ben.js(
        "[...document.querySelectorAll('.invitation')].find((one) => "
        "one.innerText.includes('Attic')).querySelectorAll('button')[1].click()"
    )
    ben.wait("document.querySelectorAll('.invitation').length === 1")
    ben.click(".invitation button", "Accept")
    ben.sees("This is the beginning of Cellar", ".talk")
    for window in (ben, other):
        window.wait("document.querySelector('.invitation') === null")
    anna.click(".sidebar a.item", "Cellar")
    anna.sees("Here now, 2", ".people")


def test_a_menu_stays_when_the_button_or_the_finger_is_lifted_and_closes_by_a_press_elsewhere(
    daemon, browser
):
    anna, _ = two(daemon, browser)
    make_room(anna, "Tea")
    shown = "document.querySelector('.menu') !== null"
    gone = "document.querySelector('.menu') === null"
    settled = "new Promise((then) => setTimeout(() => setTimeout(then, 20), 20))"
    menu_of(anna, "Tea")
    anna.js(settled)
    assert anna.js(shown)
    anna.press("Escape")
    anna.wait(gone)
    menu_of(anna, "Tea")
    anna.click(".composer textarea")
    anna.wait(gone)

    anna.size(390, 800, touch=True)
    anna.click("[aria-label='Back to the list']")
    x, y = anna._middle(".sidebar a.item", "Tea")
    anna.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
    anna.wait(shown)
    anna.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    anna.js(settled)
    assert anna.js(shown)


def test_mentions_are_counted_beside_the_unread_and_a_muted_room_is_quiet(daemon, browser):
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    join_room(ben, "Tea")
    make_room(ben, "Garden")
    say(anna, "The kettle is on")
    ben.wait("document.querySelector('a.item.unread .count')?.textContent === '1'")
    # Of ordinary rooms one is told of mentions; what else is unread is but a dot.
    ben.until(lambda: title_of(ben) == "• chatd", "a dot in the title")
    say(anna, "@ben, come!")
    ben.wait("document.querySelector('a.item.unread .count.at')?.textContent === '@1'")
    ben.until(lambda: title_of(ben) == "(1) chatd", "one in the title")

    menu_of(ben, "Tea")
    ben.click(".menu button", "Notifications")
    ben.click(".menu button", "Mute for good")
    ben.wait("document.querySelector('a.item.quiet-room') !== null")
    assert ben.count("a.item .count") == 0
    ben.until(lambda: title_of(ben) == "chatd", "nothing in the title")
    other = another(daemon, browser, "ben")
    other.wait("document.querySelector('a.item.quiet-room') !== null")
    menu_of(other, "Tea")
    other.click(".menu button", "Notifications")
    other.click(".menu button", "All messages")
    ben.wait("document.querySelector('a.item.unread .count.at')?.textContent === '@1'")
    ben.until(lambda: title_of(ben) == "(2) chatd", "both in the title")

    menu_of(ben, "Tea")
    ben.click(".menu button", "Mark as read")
    for window in (ben, other):
        window.wait("document.querySelector('a.item .count') === null")
    menu_of(ben, "Tea")
    ben.click(".menu button", "Mark as unread")
    for window in (ben, other):
        window.wait("document.querySelector('a.item.unread .count.dot-only') !== null")
    go(other, "Tea")
    for window in (ben, other):
        window.wait("document.querySelector('a.item.unread') === null")


def test_favourites_come_first_in_ones_own_order_on_every_device(daemon, browser):
    anna, _ = two(daemon, browser)
    for name in ("Apples", "Berries", "Cherries"):
        make_room(anna, name)
    other = another(daemon, browser, "anna")
    menu_of(anna, "Cherries")
    anna.click(".menu button", "Make it a favourite")
    names = (
        "[...document.querySelectorAll('.sidebar section')].map((one) => one.ariaLabel + ': ' +"
        " [...one.querySelectorAll('a.item .name')].map((name) => name.textContent).join())"
    )
    anna.until(lambda: anna.js(names)[0] == "Favourites: Cherries", "the favourite")
    menu_of(anna, "Berries")
    anna.click(".menu button", "Move up")
    for window in (anna, other):
        window.until(
            lambda window=window: (
                window.js(names)[:2] == ["Favourites: Cherries", "Rooms: Berries,Apples"]
            ),
            "the order",
        )


def test_moderators_change_a_room_and_everybody_sees_it(daemon, browser):
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    join_room(ben, "Tea")
    settings(ben)
    ben.sees("Moderators and owners of this room change these", "dialog")
    assert ben.js("document.querySelector('#field-name').disabled") is True
    close(ben)

    settings(anna)
    anna.write("#field-name", "Tea & cake")
    anna.write("#field-topic", "Now with cake")
    anna.write("#field-short-name", "tea-cake")
    anna.click("dialog button", "Save")
    ben.sees("Tea & cake", ".head")
    ben.sees("Now with cake", ".head")
    put_picture(anna, "rgb(200, 30, 30)")
    picture = "a.item .sign img"
    ben.until(lambda: colour_of(ben, picture) == [200, 30, 30], "the picture")
    size = ben.js(f"[{picture!r}].map((one) => document.querySelector(one).naturalWidth)[0]")
    assert size == 256

    section(anna, "Writing")
    choose(anna, "#field-slow-mode", "60")
    ben.wait(f"document.querySelector('{BOX}').placeholder.includes('one every')")
    anna.click("dialog .switch", "Announcements")
    ben.sees("Only moderators write here", ".talk")
    anna.click("dialog .switch", "Announcements")
    ben.wait(f"!document.querySelector('{BOX}').disabled")
    anna.click("dialog button", "Archive this room")
    anna.click("dialog:last-of-type button.danger", "Archive")
    ben.sees("This room is archived", ".talk")
    ben.sees("Archived, 1", ".sidebar")
    ben.click(".archive summary")
    ben.sees("Tea & cake", ".archive")
    anna.click("dialog button", "Open it again")
    ben.wait("document.querySelector('.archive') === null")
    assert anna.complaints == ben.complaints == []


def test_owners_give_roles_and_put_people_out(daemon, browser):
    anna, ben = two(daemon, browser)
    (carla,) = somebody(daemon, browser, anna, "carla")
    make_room(anna, "Tea")
    for window in (ben, carla):
        join_room(window, "Tea")
    anna.sees("Here now, 3", ".people")

    def menu(window, name):
        selector = f'.members button[aria-label="What to do with {name}"]'
        window.js(f"document.querySelector({selector!r}).click()")
        window.wait("document.querySelector('.menu') !== null")

    menu(anna, "ben")
    anna.click(".menu button", "Moderator")
    ben.wait("document.querySelector('.members .more-about') !== null")
    assert ben.count('.members button[aria-label="What to do with anna"]') == 0
    menu(ben, "carla")
    assert ben.count(".menu [role=menuitemradio]") == 0, "roles are for owners"
    ben.click(".menu button", "Ban")
    ben.click("dialog button.danger", "Ban")
    carla.wait("document.querySelectorAll('a.item').length === 0")
    anna.sees("Here now, 2", ".people")
    carla.click(".sidebar .first", "Join or create a room")
    carla.click("dialog .choice", "Tea")
    carla.wait("document.querySelector('dialog .wrong').textContent.length > 0")
    settings(ben)
    section(ben, "Banned people")
    ben.sees("for good, by ben", "dialog .lines")
    ben.click("dialog .lines button", "Lift the ban of carla")
    ben.sees("Nobody is banned from this room", "dialog")
    carla.click("dialog .choice", "Tea")
    carla.sees("This is the beginning of Tea", ".talk")
    menu(anna, "anna")
    assert anna.count(".menu [role=menuitemradio]:disabled") == 3, "a room keeps an owner"
    anna.press("Escape")
    menu(anna, "ben")
    anna.click(".menu button", "Hand the room over")
    anna.click("dialog button.danger", "Hand it over")
    roles = "[...document.querySelectorAll('.members li')].map((one) => one.innerText).join(' | ')"
    anna.until(lambda: "you · moderator" in anna.js(roles), "anna is a moderator")
    ben.until(lambda: "you · owner" in ben.js(roles), "ben is the owner")


def test_a_draft_goes_on_in_another_window(daemon, browser):
    anna, _ = two(daemon, browser)
    make_room(anna, "Tea")
    make_room(anna, "Garden")
    other = another(daemon, browser, "anna")
    go(anna, "Tea")
    anna.write(BOX, "half a sen")
    other.sees("Draft", ".sidebar")
    go(other, "Tea")
    other.wait(f"document.querySelector('{BOX}').value === 'half a sen'")
    # What is under somebody's hands is not taken away; what is newest comes once they let go.
    other.write(BOX, "half a sentence")
    anna.js("document.activeElement.blur()")
    anna.wait(f"document.querySelector('{BOX}').value === 'half a sen'")
    other.call("Input.insertText", text=" more")
    anna.wait(f"document.querySelector('{BOX}').value === 'half a sentence more'")
    other.press("Enter")
    anna.wait(f"document.querySelector('{BOX}').value === ''")
    anna.until(lambda: lines(anna) == ["half a sentence more"], "said once")
    late = another(daemon, browser, "anna")
    late.wait("document.querySelectorAll('a.item').length >= 2")
    assert late.count(".draft") == 0


def test_a_message_waits_for_its_time_and_can_be_taken_back(daemon, browser):
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    join_room(ben, "Tea")

    def later(text):
        anna.write(BOX, text)
        anna.click(".composer button", "Send later")
        anna.sees(text, "dialog blockquote")

    later("See you tomorrow")
    anna.click("dialog .choice", "Tomorrow")
    anna.wait("document.querySelector('dialog') === null")
    anna.wait(f"document.querySelector('{BOX}').value === ''")
    anna.click(".place button", "More")
    anna.click(".menu button", "Scheduled messages")
    anna.sees("See you tomorrow", "dialog")
    anna.click("dialog button", "Edit")
    anna.wait(f"document.querySelector('{BOX}').value === 'See you tomorrow'")
    anna.click(".place button", "More")
    anna.click(".menu button", "Scheduled messages")
    anna.sees("Nothing waits", "dialog")
    close(anna)

    later("Now or never")
    anna.js(
        """(() => {
            const field = document.querySelector('dialog input[type=datetime-local]');
            const then = new Date(Date.now() + 3_600_000);
            const local = new Date(then - then.getTimezoneOffset() * 60_000);
            field.value = local.toISOString().slice(0, 16);
        })()"""
    )
    anna.click("dialog button", "Schedule")
    anna.wait("document.querySelector('dialog') === null")
    assert lines(ben) == []
    # The hour passes while the daemon is down.
    daemon.stop()
    database = Sqlite(daemon.state / FILE, writing=True)
    database.run("update scheduled set due = 1", {})
    database.close()
    daemon.start()
    ben.until(lambda: lines(ben) == ["Now or never"], "said at its time")
    anna.until(lambda: lines(anna) == ["Now or never"], "in the author's window, too")
