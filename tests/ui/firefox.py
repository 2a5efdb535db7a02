"""A real Firefox, driven by WebDriver BiDi, with the interface of `tests.ui.browser`.

https://w3c.github.io/webdriver-bidi/ . In Firefox only one window has the focus, so people who sit
at two machines are at two processes. Starting one takes two seconds: those of a run are kept, and
a window is a profile of its own (a user context) in one that is free.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.ui import marionette
from tests.ui.marionette import Marionette
from tests.ui.page import Page, PageError
from tests.ui.process import Kept, Process, find

#: https://w3c.github.io/webdriver/#keyboard-actions
KEYS = {
    "Enter": "\ue007",
    "Escape": "\ue00c",
    "Tab": "\ue004",
    "ArrowUp": "\ue013",
    "ArrowDown": "\ue015",
}
SHIFT, DELETE = "\ue008", "\ue017"
BUTTONS = {"left": 0, "right": 2}
#: A mouse, which a machine without a screen does not have: FINE | HOVER of nsLookAndFeel.
MOUSE, FINGER = 2 | 4, 1
PREFERENCES = {
    "ui.primaryPointerCapabilities": MOUSE,
    "ui.allPointerCapabilities": MOUSE,
    "intl.accept_languages": "en-GB, en",
    "browser.startup.homepage": "about:blank",
    "browser.startup.page": 0,
    "dom.ipc.processCount": 1,
    "dom.ipc.processPrelaunch.enabled": False,
    # Nothing of what Firefox does by itself: updates, experiments, measurements, lists of phishers.
    "app.normandy.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "",
    "toolkit.telemetry.server": "",
    # What Firefox says of a way that is closed, it may say again at once: no waiting of its own.
    "network.websocket.delay-failed-reconnects": False,
    **marionette.PREFERENCES,
}
PROMPTS = {"unhandledPromptBehavior": {"default": "accept"}}
#: The first long-term release that has all of it by BiDi: its own frame, a network that is gone.
BY_BIDI_ALONE = 153
EVENTS = [
    "browsingContext.userPromptOpened",
    "log.entryAdded",
    "network.beforeRequestSent",
    "network.responseCompleted",
]
#: Errors in the console that are the network's and no fault of the page's.
NETWORK = ("can’t establish a connection", "was interrupted while the page was loading")


class Gecko(Process):
    """One Firefox; ``windows`` by context."""

    programs = ("firefox-esr", "firefox")

    def __init__(self) -> None:
        self.windows: dict[str, Window] = {}
        self._marionette: Marionette | None = None
        self.older = version(self.programs) < BY_BIDI_ALONE
        super().__init__()

    def arguments(self) -> list[str]:
        lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in PREFERENCES.items())
        (self.folder / "user.js").write_text("".join(lines))
        return [
            *("--headless", "--no-remote", "--profile", str(self.folder)),
            *("--remote-debugging-port", "0", "--remote-allow-system-access"),
            *(marionette.ARGUMENTS if self.older else ()),
            "about:blank",
        ]

    def listens(self) -> str | None:
        try:
            found = json.loads((self.folder / "WebDriverBiDiServer.json").read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        if not self.older:
            return f"ws://{found['ws_host']}:{found['ws_port']}/session"
        port = marionette.port(self.folder)
        if port is None:
            return None
        self._marionette = Marionette(port, PROMPTS)
        return self._marionette.address

    def begin(self) -> None:
        if not self.older:
            self.call("session.new", capabilities={"alwaysMatch": PROMPTS})
        self.call("session.subscribe", events=EVENTS)
        if self.older:
            return
        # The frame around the pages, where Firefox itself is asked for what BiDi cannot say.
        tree = self.call("browsingContext.getTree", **{"moz:scope": "chrome", "maxDepth": 0})
        self._chrome = tree["contexts"][0]["context"]

    def outcome(self, answer: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
        return answer.get("result"), answer.get("message", "")

    def heard(self, told: dict[str, Any]) -> None:
        if told["type"] == "event":
            params = told["params"]
            context = params.get("context") or params.get("source", {}).get("context")
            window = self.windows.get(context)
            if window is not None:
                window.heard(told["method"], params)

    def leave(self) -> None:
        if self._marionette is not None:
            self._marionette.quit()
        else:
            self.call("browser.close")

    def end(self, patience: float = 10) -> None:
        if self._marionette is not None:
            self._marionette.close()
        super().end(patience)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        return self.ask(method, params)

    def evaluate(self, context: str, expression: str) -> Any:
        """The value of an expression in a window's page; promises are waited for."""
        answer = self.call(
            "script.evaluate",
            expression=expression,
            target={"context": context},
            awaitPromise=True,
            serializationOptions={"maxDomDepth": 0},
        )
        if answer["type"] == "exception":
            raise PageError(answer["exceptionDetails"]["text"])
        return plain(answer["result"])

    def chrome(self, script: str) -> None:
        """Does this where Firefox's own code runs."""
        if self._marionette is not None:
            self._marionette.run(script)
        else:
            # Not everything that a script is worth can be told.
            self.evaluate(self._chrome, f"{script}; 1")

    def trust(self, authority: Path) -> str:
        """Believes what this authority signs; gives the words that `doubt` takes."""
        certificate = x509.load_pem_x509_certificate(authority.read_bytes())
        der = json.dumps(base64.b64encode(certificate.public_bytes(Encoding.DER)).decode())
        self.chrome(f"{DATABASE}.addCertFromBase64({der}, 'CT,,')")
        return der

    def doubt(self, der: str) -> None:
        found = f"{DATABASE}.constructX509FromBase64({der})"
        self.chrome(f"{DATABASE}.deleteCertificate({found})")


DATABASE = "Cc['@mozilla.org/security/x509certdb;1'].getService(Ci.nsIX509CertDB)"


@cache
def version(programs: tuple[str, ...]) -> int:
    """The first number of what is installed, 0 where nothing is."""
    program = find(programs)
    if program is None:
        return 0
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"\d+", told.stdout)
    return int(found.group()) if found else 0


def plain(value: dict[str, Any]) -> Any:
    """What BiDi says of a value, as JSON would have it; None for what JSON does not know."""
    inner = value.get("value")
    match value["type"]:
        case "array" | "nodelist" | "htmlcollection":
            return [plain(one) for one in inner or ()]
        case "object":
            return {key: plain(one) for key, one in inner or ()}
        case "string" | "boolean":
            return inner
        case "number":
            return inner if isinstance(inner, int | float) else None
        case "node" | "window":
            return {}
    return None


class Firefoxes(Kept[Gecko]):
    def __init__(self) -> None:
        super().__init__(Gecko)


class Firefox:
    """As `Browser`; ``trusted``: authorities that are believed."""

    def __init__(self, firefoxes: Firefoxes, *trusted: Path) -> None:
        self._firefoxes = firefoxes
        self._trusted = trusted
        #: each process in use: its own person's, and what undoes what was changed in it
        self._taken: list[tuple[Gecko, str, list[str]]] = []

    def window(self, width: int = 1280, height: int = 800) -> Window:
        """A window of its own profile, on an empty page."""
        process = self._firefoxes.take()
        doubts = [process.trust(path) for path in self._trusted]
        context = process.call("browser.createUserContext")["userContext"]
        self._taken.append((process, context, doubts))
        return open_window(process, context, width, height)

    def close(self) -> None:
        for process, context, doubts in self._taken:
            process.windows.clear()
            process.call("browser.removeUserContext", userContext=context)
            for der in doubts:
                process.doubt(der)
            point_with(process, MOUSE)
            self._firefoxes.give_back(process)


def open_window(process: Gecko, context: str, width: int, height: int) -> Window:
    made = process.call("browsingContext.create", type="window", userContext=context)
    window = Window(process, context, made["context"])
    process.windows[made["context"]] = window
    window.size(width, height)
    return window


def point_with(process: Gecko, what: int) -> None:
    for name in ("ui.primaryPointerCapabilities", "ui.allPointerCapabilities"):
        process.chrome(f"Services.prefs.setIntPref({json.dumps(name)}, {what})")


class Window(Page):
    #: A `scrollTop` of 10.85 is 10.
    scrolls_by = 1.0

    def __init__(self, process: Gecko, profile: str, context: str) -> None:
        super().__init__()
        self._process = process
        self._profile = profile
        self._context = context
        self._cover: str | None = None

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        return self._process.call(method, context=self._context, **params)

    def heard(self, method: str, params: dict[str, Any]) -> None:
        if method == "browsingContext.userPromptOpened":
            raise PageError(f"The page asks: {params['message'] or params['type']}")
        if method == "log.entryAdded":
            text = params["text"] or ""
            fault = params["type"] == "javascript" and params["level"] == "error"
            if fault and not any(words in text for words in NETWORK):
                self.complaints.append(text)
        elif method == "network.beforeRequestSent":
            self.requests.append(params["request"]["url"])
        elif method == "network.responseCompleted" and params["response"]["status"] == 101:
            headers = params["response"]["headers"]
            self.upgrades.append({one["name"].lower(): one["value"]["value"] for one in headers})

    def size(self, width: int, height: int, *, touch: bool = False) -> None:
        self.call("browsingContext.setViewport", viewport={"width": width, "height": height})
        self._tab(f"touchEventsOverride = '{'enabled' if touch else 'none'}'")
        point_with(self._process, FINGER if touch else MOUSE)

    def theme(self, name: str) -> None:
        self._tab(f"prefersColorSchemeOverride = {json.dumps(name)}")

    def _tab(self, change: str) -> None:
        """Changes what Firefox itself holds of the tab (a BrowsingContext)."""
        manager = "TabManager" if self._process.older else "NavigableManager"
        module = f"chrome://remote/content/shared/{manager}.sys.mjs"
        found = f"ChromeUtils.importESModule('{module}').{manager}"
        context = json.dumps(self._context)
        self._process.chrome(f"{found}.getBrowsingContextById({context}).{change}")

    def look_away(self) -> None:
        cover = self._process.call(
            "browsingContext.create", type="tab", referenceContext=self._context
        )
        self._cover = cover["context"]
        self.wait("document.visibilityState === 'hidden' && !document.hasFocus()")

    def look_back(self) -> None:
        self._process.call("browsingContext.close", context=self._cover)
        self.activate()

    def activate(self) -> None:
        """Comes to the front, of all windows of this person's."""
        self.call("browsingContext.activate")
        self.wait("document.visibilityState === 'visible' && document.hasFocus()")

    def another(self, width: int = 1280, height: int = 800) -> Window:
        return open_window(self._process, self._profile, width, height)

    def close_tab(self) -> None:
        del self._process.windows[self._context]
        self.call("browsingContext.close")

    def close(self) -> None:
        """What a profile kept goes with the last window: see `Firefox.close`."""
        for context, window in [*self._process.windows.items()]:
            if window._profile == self._profile:
                del self._process.windows[context]
                self._process.call("browsingContext.close", context=context)

    def go(self, url: str) -> None:
        # Only the fragment may differ, and that alone loads nothing.
        self.call("browsingContext.navigate", url="about:blank", wait="complete")
        self.call("browsingContext.navigate", url=url, wait="complete")

    def reload(self) -> None:
        self.call("browsingContext.reload", wait="complete")

    def offline(self, yes: bool) -> None:
        if self._process.older:
            self._tab(f"forceOffline = {json.dumps(yes)}")
            # It knows then, and does not tell.
            self.js(f"dispatchEvent(new Event('{'offline' if yes else 'online'}'))")
            return
        self._process.call(
            "emulation.setNetworkConditions",
            contexts=[self._context],
            networkConditions={"type": "offline"} if yes else None,
        )

    def js(self, expression: str) -> Any:
        return self._process.evaluate(self._context, expression)

    def picture(self, path: Path) -> None:
        shot = self.call("browsingContext.captureScreenshot")
        path.write_bytes(base64.b64decode(shot["data"]))

    def point(self, x: float, y: float) -> None:
        self._mouse({"type": "pointerMove", "x": round(x), "y": round(y)})

    def press_at(self, x: float, y: float, button: str = "left") -> None:
        number = BUTTONS[button]
        self._mouse(
            {"type": "pointerMove", "x": round(x), "y": round(y)},
            {"type": "pointerDown", "button": number},
            {"type": "pointerUp", "button": number},
        )

    def _mouse(self, *actions: dict[str, Any]) -> None:
        parameters = {"pointerType": "mouse"}
        source = {"type": "pointer", "id": "mouse", "parameters": parameters}
        self.call("input.performActions", actions=[{**source, "actions": list(actions)}])

    def press(self, name: str) -> None:
        self._keys(KEYS[name])

    def insert(self, text: str) -> None:
        # Enter may send: a new line is one with the shift key.
        if text:
            self._keys(*(SHIFT + KEYS["Enter"] if one == "\n" else one for one in text))
        else:
            self._keys(DELETE)

    def _keys(self, *strokes: str) -> None:
        """One after the other; of a stroke's keys all but the last are held meanwhile."""
        actions = []
        for keys in strokes:
            actions += [{"type": "keyDown", "value": key} for key in keys]
            actions += [{"type": "keyUp", "value": key} for key in reversed(keys)]
        source = {"type": "key", "id": "keyboard", "actions": actions}
        self.call("input.performActions", actions=[source])
