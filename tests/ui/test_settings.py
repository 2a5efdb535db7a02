"""What people set for themselves, and what others see of it: real page, real daemon."""

import pytest

from tests.ui.people import (
    another,
    colour_of,
    join_room,
    make_room,
    put_picture,
    section,
    two,
)
from tests.ui.test_two_people import PASSWORD, say

pytestmark = pytest.mark.browser

NEW = "five even better leaves"


def settings(window, name):
    window.click(".sidebar button", "Settings")
    section(window, name)


def close(window):
    window.press("Escape")
    window.wait("document.querySelector('dialog') === null")


def in_one_room(daemon, browser):
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    join_room(ben, "Tea")
    anna.sees("Here now, 2", ".people")
    return anna, ben


def test_a_profile_and_a_status_are_seen_by_the_other(daemon, browser):
    anna, ben = in_one_room(daemon, browser)
    settings(ben, "Profile")
    ben.write("#field-name-that-people-see", "Ben Kettle")
    ben.write("#field-about-you", "Mostly water.")
    ben.click("dialog button", "Save")
    ben.sees("Saved", "dialog")
    put_picture(ben, "rgb(20, 120, 220)")
    section(ben, "Status")
    ben.click("dialog .ready button", "On holiday")
    ben.click("dialog button", "Set status")
    ben.sees("Your status is set", "dialog")
    close(ben)
    ben.sees("Ben Kettle", ".me")

    anna.sees("Ben Kettle", ".people")
    anna.wait("document.querySelector('.members .mood')?.textContent === '🌴'")
    picture = ".members .avatar img"
    anna.until(lambda: colour_of(anna, picture) == [20, 120, 220], "the picture")
    anna.click(".members .item", "Ben Kettle")
    for text in ("@ben", "Mostly water.", "🌴 On holiday", "Online"):
        anna.sees(text, "dialog")
    anna.click("dialog button", "Write")
    anna.sees("Ben Kettle", ".sidebar section[aria-label=People]")
    say(anna, "Hello")
    ben.click(".sidebar a.item", "anna")
    ben.click(".message button.author", "anna")
    ben.sees("@anna", "dialog")
    close(ben)

    settings(ben, "Status")
    ben.click("dialog button", "Clear status")
    ben.sees("You have no status", "dialog")
    anna.wait("document.querySelector('.mood') === null")
    assert anna.complaints == ben.complaints == []


def test_last_seen_is_on_the_card_unless_somebody_keeps_it_to_themselves(daemon, browser):
    anna, ben = in_one_room(daemon, browser)
    settings(ben, "Privacy")
    ben.click("dialog .segments label", "Nobody")
    ben.sees("Saved", "dialog")
    ben.close()
    anna.sees("Not here, 1", ".people", 40)
    anna.click(".members .item", "ben")
    anna.sees("@ben", "dialog")
    close(anna)
    ben = another(daemon, browser, "ben")
    settings(ben, "Privacy")
    ben.wait("document.querySelector('dialog .segments input[value=none]')?.checked === true")
    ben.click("dialog .segments label", "Everybody")
    ben.sees("Saved", "dialog")
    ben.close()
    anna.sees("Not here, 1", ".people", 40)
    anna.click(".members .item", "ben")
    anna.sees("Last seen", "dialog")


def test_who_is_blocked_cannot_write_until_they_are_free_again(daemon, browser):
    anna, ben = in_one_room(daemon, browser)
    anna.click(".members .item", "ben")
    anna.click("dialog button", "Block")
    anna.click("dialog:last-of-type button.danger", "Block")
    anna.sees("Unblock", "dialog")
    close(anna)
    ben.click(".members .item", "anna")
    ben.click("dialog button", "Write")
    ben.wait("document.querySelector('dialog .wrong:not(:empty)') !== null")
    settings(anna, "Blocked people")
    anna.sees("@ben", "dialog")
    anna.click("dialog button", "Unblock")
    anna.sees("You block nobody", "dialog")
    ben.click("dialog button", "Write")
    ben.sees("beginning of your conversation", ".talk")


def test_a_changed_password_ends_ones_other_sessions(daemon, browser):
    _, ben = two(daemon, browser)
    other = another(daemon, browser, "ben")
    settings(ben, "Security")
    ben.write("#field-your-password", "not this one")
    ben.write("#field-new-password", NEW)
    ben.click("dialog button", "Change password")
    ben.wait("document.querySelector('dialog .wrong:not(:empty)') !== null")
    ben.write("#field-your-password", PASSWORD)
    ben.click("dialog button", "Change password")
    ben.sees("Your password is changed", "dialog")
    other.sees("Your session has ended")
    another(daemon, browser, "ben", NEW)
    assert ben.count(".app") == 1, "the window that changed it stays"


def test_an_account_is_deleted_after_two_questions(daemon, browser):
    anna, ben = in_one_room(daemon, browser)
    say(ben, "I was here")
    anna.sees("I was here", ".talk")
    settings(ben, "Account")
    ben.click("dialog .switch", "Erase my messages")
    ben.write("#field-your-password", "not this one")
    ben.click("dialog button", "Delete my account")
    ben.click("dialog:last-of-type button.danger", "Delete my account")
    ben.wait("document.querySelector('dialog .wrong:not(:empty)') !== null")
    ben.write("#field-your-password", PASSWORD)
    ben.click("dialog button", "Delete my account")
    ben.click("dialog:last-of-type button.danger", "Delete my account")
    ben.wait("document.querySelector('#password') !== null")
    anna.sees("This message was deleted", ".list")
    anna.wait("!document.querySelector('.list').innerText.includes('I was here')")
    ben.write("#name", "ben")
    ben.write("#password", PASSWORD)
    ben.press("Enter")
    ben.wait("document.querySelector('.wrong').textContent.length > 0")


def test_members_invite_people_where_the_server_lets_them(daemon, browser):
    daemon.configure('invitations_by = "members"', under="accounts")
    _, ben = two(daemon, browser)
    ben.click(".sidebar button", "Invite people")
    ben.click("dialog button", "Make a link")
    ben.wait("document.querySelector('dialog .link')?.value.includes('#invitation=')")


def test_where_only_administrators_invite_there_is_no_button_for_others(daemon, browser):
    anna, ben = two(daemon, browser)
    assert anna.count('.me button[aria-label="Invite people"]') == 1
    assert ben.count('.me button[aria-label="Invite people"]') == 0


def test_who_may_begin_a_conversation_is_ones_own_choice(daemon, browser):
    anna, ben = in_one_room(daemon, browser)
    settings(ben, "Privacy")
    ben.wait("document.querySelectorAll('dialog .segments').length === 2")
    ben.js("document.querySelectorAll('dialog .segments')[1].querySelector('[value=none]').click()")
    ben.sees("Saved", "dialog")
    other = another(daemon, browser, "ben")
    settings(other, "Privacy")
    other.wait(
        "document.querySelectorAll('dialog .segments')[1]?.querySelector('[value=none]').checked"
    )
    anna.click(".members .item", "ben")
    anna.click("dialog button", "Write")
    anna.wait("document.querySelector('dialog .wrong:not(:empty)') !== null")
