"""People at windows: an administrator and whoever the server's command line made."""

from __future__ import annotations

import json

from tests.ui.browser import Browser, Window
from tests.ui.daemon import Daemon
from tests.ui.line import Line
from tests.ui.test_two_people import PASSWORD, first_administrator

BOX = ".composer textarea"


def somebody(daemon: Daemon, browser: Browser, anna: Window, *names: str) -> list[Window]:
    """Windows of people who were invited by anna."""
    link = invitation(anna, len(names))
    windows = []
    for name in names:
        window = browser.window()
        window.go(link)
        window.write("#name", name)
        window.write("#password", PASSWORD)
        window.press("Enter")
        window.sees(f"Welcome, {name}")
        windows.append(window)
    return windows


def invitation(anna: Window, uses: int) -> str:
    made = anna.js(
        f"""(async () => {{
            const {{ csrf }} = await (await fetch('/api/session')).json();
            const answer = await fetch('/api/invitations', {{
                method: 'POST',
                headers: {{ 'Content-Type': 'application/json', 'X-CSRF-Token': csrf }},
                body: JSON.stringify({{ uses: {uses} }}),
            }});
            return (await answer.json()).secret;
        }})()"""
    )
    return f"{anna.js('location.origin')}/#invitation={made}"


def two(daemon: Daemon, browser: Browser) -> tuple[Window, Window]:
    """anna, who is the administrator, and ben."""
    anna = browser.window()
    first_administrator(anna, daemon.link(daemon.start()))
    (ben,) = somebody(daemon, browser, anna, "ben")
    return anna, ben


def another(daemon: Daemon, browser: Browser, name: str, password: str = PASSWORD) -> Window:
    """One more window of somebody, in a profile of its own."""
    window = browser.window()
    window.go(daemon.url)
    window.write("#name", name)
    window.write("#password", password)
    window.press("Enter")
    window.wait("document.querySelector('.lists .notes') !== null")
    return window


def sit_down(window: Window, url: str, line: Line) -> None:
    """Whoever is on the line has signed in at this window as well; it is still empty."""
    name, value = line.cookie
    more = {"path": "/", "secure": True, "httpOnly": True, "sameSite": "Lax"}
    window.call("Network.setCookie", name=name, value=value, url=url, **more)


def make_room(window: Window, name: str, topic: str = "", *, private: bool = False) -> None:
    window.click(".place button", "More")
    window.click(".menu button", "Join or create a room")
    window.click("dialog button", "Create a new room")
    window.write("#field-name", name)
    if topic:
        window.write("#field-topic", topic)
    if private:
        window.click("dialog .switch", "Private")
    window.click("dialog button", "Create the room")
    window.sees(f"This is the beginning of {name}", ".talk")


def join_room(window: Window, name: str) -> None:
    window.click(".place button", "More")
    window.click(".menu button", "Join or create a room")
    window.click("dialog .choice", name)
    window.sees(f"This is the beginning of {name}", ".talk")


def go(window: Window, name: str) -> None:
    """To a room of the list."""
    window.click(".sidebar a.item", name)
    window.sees(name, ".head")


def menu_of(window: Window, name: str) -> None:
    """The menu of a room, by the right button."""
    window.click(".sidebar a.item", name, "right")
    window.wait("document.querySelector('.menu') !== null")


def section(window: Window, name: str) -> None:
    """One of a dialog with several sections."""
    window.click("dialog .entry", name)
    window.wait(f"document.querySelector('.panel-head h3').textContent === {json.dumps(name)}")


def choose(window: Window, selector: str, value: str) -> None:
    """An option of a select."""
    window.js(
        f"""(() => {{
            const one = document.querySelector({json.dumps(selector)});
            one.value = {json.dumps(value)};
            one.dispatchEvent(new Event('change', {{ bubbles: true }}));
        }})()"""
    )


def put_picture(window: Window, colour: str) -> None:
    """Into the dialog's field for a picture, as the browser's file chooser does."""
    window.js(
        f"""(async () => {{
            const canvas = document.createElement('canvas');
            canvas.width = 600;
            canvas.height = 400;
            const context = canvas.getContext('2d');
            context.fillStyle = {json.dumps(colour)};
            context.fillRect(0, 0, 600, 400);
            const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
            const files = new DataTransfer();
            files.items.add(new File([blob], 'a.png', {{ type: 'image/png' }}));
            const field = document.querySelector('dialog input[type=file]');
            field.files = files.files;
            field.dispatchEvent(new Event('change'));
        }})()"""
    )


def colour_of(window: Window, selector: str) -> list[int]:
    """The colour in the middle of an image, once it is there; [] before."""
    return list(
        window.js(
            f"""(async () => {{
                const image = document.querySelector({json.dumps(selector)});
                if (!image) return [];
                await image.decode();
                const canvas = document.createElement('canvas');
                canvas.width = canvas.height = 1;
                const context = canvas.getContext('2d');
                context.drawImage(image, 0, 0, 1, 1);
                return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
            }})()"""
        )
    )


def title_of(window: Window) -> str:
    return str(window.js("document.title"))
