"""A real Chromium, driven over the DevTools protocol: windows, typing, pictures, a network to cut.

Each `Window` is a profile of its own (a browser context: its own cookies and storage), so two
people can sit at one browser, and all tests of a run at one process.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed

from tests.ui.chromium import Chromium, Chromiums
from tests.ui.page import Page, PageError

KEYS = {
    "Enter": ("Enter", 13, "\r"),
    "Escape": ("Escape", 27, None),
    "Tab": ("Tab", 9, None),
    "ArrowUp": ("ArrowUp", 38, None),
    "ArrowDown": ("ArrowDown", 40, None),
}

#: How many notifications were shown here so far. Whoever asks for the list of them while one is on
#: its way to the screen makes Chromium forget that one, so that nobody may look for it in a loop.
COUNTED = """
    globalThis.shows ?? (globalThis.ServiceWorkerRegistration && (() => {
        globalThis.shows = 0;
        const plain = ServiceWorkerRegistration.prototype.showNotification;
        ServiceWorkerRegistration.prototype.showNotification = async function (...all) {
            await plain.apply(this, all);
            globalThis.shows += 1;
        };
        return 0;
    })());
"""


class Browser:
    """``chromiums``: whose process it is in; without, in one of its own, which takes a second more
    and has the browser's own profile to itself. ``trusted``, for that: certificates whose keys are
    believed, whoever signed them."""

    def __init__(self, *trusted: Path, chromiums: Chromiums | None = None) -> None:
        self._chromiums = Chromiums(*trusted) if chromiums is None else chromiums
        self._is_own = chromiums is None
        self._process: Chromium = self._chromiums.take()
        self._contexts: set[str] = set()

    @property
    def pid(self) -> int:
        return self._process.pid

    def call(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """One command; events that come meanwhile go to their windows."""
        return self._process.call(method, session, **params)

    def expect_crash(self, session: str) -> None:
        self._process.crash(session)

    def hears(self, window: Window) -> None:
        """What is told of a window reaches it from now on."""
        self._process.windows[window.session] = window

    def window(self, width: int = 1280, height: int = 800, context: str | None = None) -> Window:
        """A window of its own profile, or of one that is there, on an empty page. Every profile is
        a private one, but for the browser's own: ""."""
        if context is None:
            context = str(self.call("Target.createBrowserContext")["browserContextId"])
            self._contexts.add(context)
        where = {"browserContextId": context} if context else {}
        target = self.call("Target.createTarget", url="about:blank", **where)
        attached = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        window = Window(self, attached["sessionId"], context, target["targetId"])
        self.hears(window)
        window.begin(width, height)
        return window

    def forget(self, context: str) -> None:
        """Closes the windows of a profile; nothing of it is left."""
        self._contexts.discard(context)
        self.call("Target.disposeBrowserContext", browserContextId=context)

    def close(self) -> None:
        self._process.windows.clear()
        try:
            for context in [*self._contexts]:
                self.forget(context)
        except ConnectionClosed:
            # It died: who is next starts another.
            self._process.end()
        except BaseException:
            self._process.end(patience=0)
            raise
        else:
            self._chromiums.give_back(self._process)
        if self._is_own:
            self._chromiums.close()


class Window(Page):
    def __init__(self, browser: Browser, session: str, context: str, target: str = "") -> None:
        super().__init__()
        self._target = target
        self._browser = browser
        self.session = session
        self._context = context
        self._cover: str | None = None
        #: the addresses of requests that have no answer yet, by their ids
        self._asked: dict[str, str] = {}
        self._answers: dict[str, str] = {}
        #: ids of registered service workers by their scope, once `watch_workers` was called
        self.workers: dict[str, str] = {}

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        return self._browser.call(method, self.session, **params)

    def begin(self, width: int, height: int) -> None:
        for domain in ("Page", "Runtime", "Network", "Log", "Inspector"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)
        self.size(width, height)

    def heard(self, method: str, params: dict[str, Any]) -> None:
        if method == "Page.javascriptDialogOpening":
            # Until somebody presses a button of it, the page does nothing and answers nothing.
            self.call("Page.handleJavaScriptDialog", accept=True)
            raise PageError(f"The page asks: {params['message'] or params['type']}")
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description", str(details)))
        elif method == "Log.entryAdded" and params["entry"]["source"] == "security":
            self.complaints.append(params["entry"]["text"])
        elif method == "ServiceWorker.workerRegistrationUpdated":
            for each in params["registrations"]:
                self.workers[each["scopeURL"]] = each["registrationId"]
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
            self._asked[params["requestId"]] = params["request"]["url"]
        elif method == "Network.loadingFinished":
            self._asked.pop(params["requestId"], None)
        elif method == "Network.loadingFailed":
            url = self._asked.pop(params["requestId"], "?")
            self.failures.append(f"{url}: {params['errorText']}")
        elif method == "Fetch.requestPaused":
            body = base64.b64encode(self._answers[params["request"]["url"]].encode()).decode()
            headers = [{"name": "Content-Type", "value": "text/html"}]
            answer = {"responseCode": 200, "responseHeaders": headers, "body": body}
            self.call("Fetch.fulfillRequest", requestId=params["requestId"], **answer)
        elif method == "Network.webSocketHandshakeResponseReceived":
            headers = params["response"]["headers"].items()
            self.upgrades.append({name.lower(): value for name, value in headers})

    def told(self) -> list[str]:
        waits = [f"no answer yet: {url}" for url in self._asked.values() if url[:2] != "ws"]
        return [*super().told(), *waits]

    @contextmanager
    def answering(self, url: str, page: str) -> Iterator[None]:
        """A page that is asked for at ``url`` is this one, whatever the server has."""
        self._answers[url] = page
        self.call("Fetch.enable", patterns=[{"urlPattern": url}])
        yield
        self.call("Fetch.disable")

    # ---- service workers ------------------------------------------------------------------------

    def watch_workers(self) -> None:
        self.call("ServiceWorker.enable")

    def allow(self, *permissions: str) -> None:
        """What its owner would say where the browser asks."""
        origin = str(self.js("location.origin"))
        self._browser.call(
            "Browser.grantPermissions",
            origin=origin,
            permissions=list(permissions),
            browserContextId=self._context,
        )

    def push(self, data: str) -> None:
        """A push message arrives for the page's worker, as the browser gets it from its service,
        and is shown."""
        scope = self._home()
        self.until(lambda: self.js("1") and scope in self.workers, "the worker is registered")
        self.call("ServiceWorker.startWorker", scopeURL=scope)
        before = self.until(lambda: [self.in_worker(COUNTED)], "the worker runs")[0]
        self.call(
            "ServiceWorker.deliverPushMessage",
            origin=str(self.js("location.origin")) + "/",
            registrationId=self.workers[scope],
            data=data,
        )
        self.until(lambda: self.in_worker(COUNTED) > before, "the worker shows it")

    def in_worker(self, expression: str) -> Any:
        """The value of an expression in the page's service worker."""
        script = self._home() + "worker.js"
        targets = self._browser.call("Target.getTargets")["targetInfos"]
        found = [
            each
            for each in targets
            if each["type"] == "service_worker"
            and each["url"] == script
            and each.get("browserContextId") == self._context
        ]
        if len(found) != 1:
            raise PageError(f"{len(found)} workers of the page run")
        (target,) = found
        attached = self._browser.call(
            "Target.attachToTarget", targetId=target["targetId"], flatten=True
        )
        try:
            answer = self._browser.call(
                "Runtime.evaluate",
                attached["sessionId"],
                expression=expression,
                returnByValue=True,
                awaitPromise=True,
            )
        finally:
            self._browser.call("Target.detachFromTarget", sessionId=attached["sessionId"])
        if "exceptionDetails" in answer:
            raise PageError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def _home(self) -> str:
        """Where the page's server begins."""
        return str(self.js("new URL('.', location.href).href"))

    def size(self, width: int, height: int, *, touch: bool = False) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=touch,
        )
        self.call("Emulation.setTouchEmulationEnabled", enabled=touch)

    def theme(self, name: str) -> None:
        feature = {"name": "prefers-color-scheme", "value": name}
        self.call("Emulation.setEmulatedMedia", features=[feature])

    def look_away(self) -> None:
        """Somebody opens another tab in front of this one."""
        self.call("Emulation.setFocusEmulationEnabled", enabled=False)
        made = self._browser.call(
            "Target.createTarget", url="about:blank", browserContextId=self._context
        )
        self._cover = made["targetId"]
        self.wait("document.visibilityState === 'hidden' || !document.hasFocus()")
        if self.workers:
            seen = "all.some((one) => one.visibilityState === 'visible' && one.focused)"
            pages = "clients.matchAll({ type: 'window', includeUncontrolled: true })"
            unseen = f"{pages}.then((all) => !({seen}))"
            self.until(lambda: self.in_worker(unseen), "the worker hears of it, which takes longer")

    def look_back(self) -> None:
        self._browser.call("Target.closeTarget", targetId=self._cover)
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)
        self.call("Page.bringToFront")

    def kill(self) -> Window:
        """Its renderer dies at once, without a word; another window of the same profile."""
        self._browser.expect_crash(self.session)
        other = self.another()
        self._browser.call("Target.closeTarget", targetId=self._target)
        return other

    def close_tab(self) -> None:
        self._browser.call("Target.closeTarget", targetId=self._target)

    def another(self, width: int = 1280, height: int = 800) -> Window:
        """One more tab of the same profile."""
        return self._browser.window(width, height, self._context)

    def close(self) -> None:
        """The whole profile, with all that it had open."""
        self._browser.forget(self._context)

    def go(self, url: str) -> None:
        # Where only the fragment differs, that alone loads nothing.
        here = str(self.js("location.href"))
        if here.partition("#")[0].rstrip("/") == url.partition("#")[0].rstrip("/"):
            self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=url)
        self.wait("document.readyState === 'complete'")

    def reload(self) -> None:
        self.js("window.before = true")
        self.call("Page.reload")
        self.wait("!window.before && document.readyState === 'complete'")

    def offline(self, yes: bool) -> None:
        self.call(
            "Network.emulateNetworkConditions",
            offline=yes,
            latency=0,
            downloadThroughput=-1,
            uploadThroughput=-1,
        )

    # ---- looking --------------------------------------------------------------------------------

    def js(self, expression: str) -> Any:
        """The value of an expression in the page; promises are waited for."""
        answer = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise PageError(details.get("exception", {}).get("description", str(details)))
        return answer["result"].get("value")

    def picture(self, path: Path) -> None:
        shot = self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(shot["data"]))

    # ---- doing ----------------------------------------------------------------------------------

    def point(self, x: float, y: float) -> None:
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def press_at(self, x: float, y: float, button: str = "left") -> None:
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button=button, clickCount=1)

    def insert(self, text: str) -> None:
        self.call("Input.insertText", text=text)

    def press(self, name: str) -> None:
        key, code, text = KEYS[name]
        common: dict[str, Any] = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.call(
            "Input.dispatchKeyEvent", type="keyDown", **common, **({"text": text} if text else {})
        )
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)
