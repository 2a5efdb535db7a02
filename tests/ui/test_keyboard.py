"""A whole visit by the keyboard alone: where one is can be seen at every step, nothing is a trap,
and what opened gives the keyboard back."""

import json

import pytest

from tests.ui.line import Line
from tests.ui.test_messages import message
from tests.ui.test_two_people import PASSWORD

pytestmark = pytest.mark.browser

CODES = {
    "Tab": 9,
    "Enter": 13,
    "Escape": 27,
    " ": 32,
    "End": 35,
    "Home": 36,
    "ArrowUp": 38,
    "ArrowDown": 40,
    "k": 75,
}
SHIFT, CONTROL = 8, 2
#: Steps of Tab within which anything of the page is reached.
FAR = 120

#: What is wrong with how the focused element shows that it is focused, "" for nothing. Its outline,
#: that of the box drawn for it, or the shadow around the box that it lies in, stands out 3 : 1
#: against what lies behind (WCAG 2.2, 2.4.7 and 1.4.11), and it lies in the window (2.4.11).
INDICATOR = """(() => {
    const one = document.activeElement;
    // Between the last and the first of a page, the browser's own bar has it.
    if (!one || one === document.body) return '';
    const name = `${one.localName}.${one.className} "${one.ariaLabel ?? one.innerText ?? ''}"`;
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    const rgba = (colour) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const behind = (node) => {
        for (let at = node.parentElement; at; at = at.parentElement) {
            const colour = rgba(getComputedStyle(at).backgroundColor);
            if (colour[3] > 250) return colour;
        }
        return rgba(getComputedStyle(document.documentElement).colorScheme.includes('dark')
            && matchMedia('(prefers-color-scheme: dark)').matches ? '#121212' : '#fff');
    };
    const light = ([r, g, b]) => [r, g, b].map((part) => part / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
    const contrast = (a, b) => {
        const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
        return (high + 0.05) / (low + 0.05);
    };
    const outlined = (node) => {
        const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(node);
        return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1.5
            && contrast(rgba(outlineColor), behind(node)) >= 3;
    };
    const box = one.closest('.box');
    const shadow = box && /^(?:rgba?|color|oklab|oklch|lab)\\([^)]*\\)/
        .exec(getComputedStyle(box).boxShadow)?.[0];
    const shown = outlined(one) || (box && outlined(box))
        || (one.nextElementSibling && one.matches('input') && outlined(one.nextElementSibling))
        || (shadow && contrast(rgba(shadow), behind(box)) >= 3);
    if (!shown) return `no sign of the focus: ${name}`;
    const { top, bottom, left, right } = one.getBoundingClientRect();
    if (bottom <= 0 || right <= 0 || top >= innerHeight || left >= innerWidth) {
        return `out of the window: ${name} ${top} ${bottom} ${left} ${right}`;
    }
    return '';
})()"""


class Keyboard:
    """One's hands; `faults` are places where one could not see where one is."""

    def __init__(self, window):
        self._window = window
        self.faults = []
        #: Somebody else, on a line.
        self.ben = None
        self.steps = 0

    def press(self, name, modifiers=0):
        common = {
            "key": name,
            "code": f"Key{name.upper()}" if name.isalpha() and len(name) == 1 else name,
            "modifiers": modifiers,
            "windowsVirtualKeyCode": CODES[name],
        }
        text = {"Enter": "\r", " ": " "}.get(name)
        down = {"type": "keyDown", "text": text} if text else {"type": "rawKeyDown"}
        self._window.call("Input.dispatchKeyEvent", **down, **common)
        self._window.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def write(self, text):
        self._window.call("Input.insertText", text=text)

    def look(self):
        self.steps += 1
        fault = self._window.js(INDICATOR)
        if fault and fault not in self.faults:
            self.faults.append(fault)

    def at(self, selector):
        return self._window.js(f"document.activeElement?.matches({json.dumps(selector)}) ?? false")

    def arrives(self, selector):
        """The focus comes there by itself, and can be seen."""
        self._window.until(lambda: self.at(selector), f"the focus is at {selector}")
        self.look()

    def tab_to(self, selector, back=False):
        """Step by step, looking at each."""
        for _ in range(FAR):
            if self.at(selector):
                return
            self.press("Tab", SHIFT if back else 0)
            self.look()
        raise AssertionError(f"{selector} is not reached by Tab")


@pytest.fixture
def keyboard(daemon, browser):
    secret = daemon.link(daemon.start()).partition("#setup=")[2]
    anna = Line(daemon, "/api/setup", {"secret": secret, "name": "anna", "password": PASSWORD})
    tea = anna.do("create_room", name="Tea", kind="public")["room"]
    anna.do("create_room", name="Coffee", kind="public")
    anna.say(tea, "The kettle is on")
    invitation = anna.post("/api/invitations", {"uses": 1})["secret"]
    register = {"secret": invitation, "name": "ben", "password": PASSWORD}
    ben = Line(daemon, "/api/register", register)
    ben.do("join", room=tea)
    window = browser.window()
    window.go(daemon.url)
    keys = Keyboard(window)
    keys.ben = ben
    yield window, keys
    assert window.complaints == []
    for line in (anna, ben):
        line.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_whole_visit_by_the_keyboard_alone(keyboard, theme):
    window, keys = keyboard
    window.theme(theme)
    sign_in(window, keys)
    go_to_tea(window, keys)
    write_answer_and_react(window, keys)
    edit_and_delete(window, keys)
    search(window, keys)
    settings(window, keys)
    sign_out(window, keys)
    assert keys.faults == [], "\n".join(keys.faults)
    assert keys.steps > 60


def sign_in(window, keys):
    keys.arrives("#name")
    keys.write("anna")
    keys.press("Tab")
    keys.arrives("#password")
    keys.write(PASSWORD)
    keys.tab_to("button.main")
    keys.press("Enter")
    window.wait("document.querySelector('.sidebar .notes') !== null")


def go_to_tea(window, keys):
    keys.press("k", CONTROL)
    keys.arrives("dialog.switcher input")
    keys.write("tea")
    keys.press("Enter")
    window.wait("document.querySelector('.head h1')?.innerText === 'Tea'")
    keys.arrives(".composer textarea")


def to_the_last_message(window, keys):
    keys.tab_to(".list", back=True)
    keys.press("ArrowUp")
    keys.arrives(".message")


def write_answer_and_react(window, keys):
    keys.write("Which tea?")
    keys.press("Enter")
    window.wait(f"{message('Which tea?')}?.dataset.seq !== undefined")
    to_the_last_message(window, keys)
    keys.tab_to("[aria-label=React]")
    keys.press("Enter")
    keys.arrives(".picker button.emoji")
    keys.press("Enter")
    window.wait("document.querySelector('.reaction.mine') !== null")
    keys.arrives(".message *, .message")
    keys.tab_to("[aria-label=Reply]")
    keys.press("Enter")
    keys.arrives(".composer textarea")
    window.sees("Which tea?", ".strip")
    keys.write("The green one")
    keys.press("Enter")
    window.wait("document.querySelector('.quote') !== null")


def edit_and_delete(window, keys):
    window.wait(f"{message('The green one')}?.dataset.seq !== undefined")
    keys.press("ArrowUp")
    window.wait("document.querySelector('.composer textarea').value === 'The green one'")
    keys.press("End")
    keys.write(", please")
    keys.press("Enter")
    window.wait(f"{message('The green one, please')} !== undefined")
    keys.arrives(".composer textarea")
    to_the_last_message(window, keys)
    keys.tab_to(".message:last-child [aria-label=More]")
    keys.press("Enter")
    keys.arrives(".menu button")
    keys.press("End")
    keys.look()
    assert window.js("document.activeElement.innerText") == "Delete"
    keys.press("Enter")
    keys.arrives("dialog button.danger")
    keys.press("Enter")
    window.sees("This message was deleted.", ".list")
    keys.arrives(".message *, .message, .list, .composer textarea")


def search(window, keys):
    keys.tab_to(".head [aria-label=Search]", back=True)
    keys.press("Enter")
    keys.arrives("dialog input")
    keys.write("kettle")
    window.wait("document.querySelector('dialog .hit') !== null")
    keys.tab_to("dialog .hit, dialog .hit *")
    keys.press("Escape")
    keys.arrives(".head [aria-label=Search]")


def settings(window, keys):
    keys.tab_to(".me [aria-label=Settings]", back=True)
    keys.press("Enter")
    window.wait("document.querySelector('dialog .entry') !== null")
    labels = "[...document.querySelectorAll('dialog .entry')].map((one) => one.innerText)"
    for number, _ in enumerate(window.js(labels)):
        window.js(f"document.querySelectorAll('dialog .entry')[{number}].dataset.tried = '1'")
        keys.tab_to("dialog .entry[data-tried]")
        window.js("delete document.activeElement.dataset.tried")
        keys.press("Enter")
        inside = window.count("dialog .section :is(input, button, select, textarea)")
        for _ in range(min(inside, 20)):
            keys.press("Tab")
            keys.look()
            assert window.js("document.activeElement.closest('dialog') !== null") or (
                window.js("document.activeElement === document.body")
            ), "a dialog keeps the keyboard"
    keys.press("Escape")
    window.wait("document.querySelector('dialog') === null")
    keys.arrives(".me [aria-label=Settings]")


def sign_out(window, keys):
    keys.press("Enter")
    window.wait("document.querySelector('dialog') !== null")
    window.js(
        "[...document.querySelectorAll('dialog button')]"
        ".find((one) => one.innerText.includes('Sign out')).dataset.tried = '1'"
    )
    keys.tab_to("dialog [data-tried]")
    keys.press("Enter")
    window.wait("document.querySelector('#name') !== null")
    keys.arrives("#name, #password")


def test_what_is_drawn_anew_keeps_the_keyboard(keyboard):
    window, keys = keyboard
    sign_in(window, keys)
    go_to_tea(window, keys)
    window.sees("ben", ".members")
    keys.tab_to(".me [aria-label=Settings]", back=True)
    keys.ben.do("set_profile", display="Ben Kettle")
    window.sees("Ben Kettle", ".members")
    keys.arrives(".me [aria-label=Settings]")
    # What it came from is another element by the time the dialog is closed.
    keys.tab_to(".head [aria-label=Search]")
    keys.press("Enter")
    keys.arrives("dialog input")
    keys.ben.do("set_profile", display="Ben Pot")
    window.sees("Ben Pot", ".members")
    keys.press("Escape")
    window.wait("document.querySelector('dialog') === null")
    keys.arrives(".head [aria-label=Search]")


def test_an_answer_that_comes_late_pushes_nobody_out_of_sight(keyboard):
    window, keys = keyboard
    window.js(
        """const plain = fetch;
        fetch = async (path, options) => {
            if (String(path).endsWith('/factors'))
                await new Promise((then) => { window.answer = then; });
            return plain(path, options);
        };"""
    )
    sign_in(window, keys)
    window.size(1280, 800)
    window.click(".sidebar button", "Settings")
    window.click("dialog .entry", "Security")
    window.wait("window.answer !== undefined")
    keys.tab_to(".sessions-of button")
    keys.look()
    window.js("answer()")
    window.sees("Passkeys", ".section")
    keys.look()
    assert keys.faults == []


@pytest.mark.parametrize("feature", ["forced-colors", "prefers-reduced-motion"])
def test_the_focus_shows_in_the_systems_own_colours_and_without_motion(keyboard, feature):
    window, keys = keyboard
    sign_in(window, keys)
    go_to_tea(window, keys)
    value = {"forced-colors": "active", "prefers-reduced-motion": "reduce"}[feature]
    features = [{"name": feature, "value": value}]
    window.call("Emulation.setEmulatedMedia", features=features)
    keys.look()
    to_the_last_message(window, keys)
    assert keys.faults == []
    moving = "document.getAnimations().filter((one) => one.playState === 'running').length"
    if feature == "prefers-reduced-motion":
        window.js("document.querySelector('.message').classList.add('lit')")
        assert window.js(moving) == 0
    else:
        box = "getComputedStyle(document.querySelector('.box'))"
        keys.tab_to(".composer textarea")
        assert window.js(f"{box}.outlineStyle") == "solid"
        current = "getComputedStyle(document.querySelector('.item.active'))"
        assert window.js(f"{current}.outlineStyle") == "solid", "which room one is in"
