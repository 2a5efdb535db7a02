"""The table of routes: which handler answers a method and path, and how large a body it accepts."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from chatd.edge.answers import Ask, Declined, Response
from chatd.edge.incoming import Intake

Handler = Callable[[Ask], Awaitable[Response]]
Methods = dict[str, "Route"]


@dataclass(frozen=True, slots=True)
class Route:
    """``path`` ending in "/*" stands for everything below it, a segment "{name}" for any one.
    ``body``: the most bytes accepted. With ``intake`` the body is read piece by piece and answered
    at its end; ``handler`` answers requests without one, and ``intake`` decides how much to accept.
    """

    method: str
    path: str
    handler: Handler
    body: int = 0
    intake: Callable[[Ask], Coroutine[Any, Any, Intake]] | None = None


def values(template: str, path: str) -> dict[str, str] | None:
    """What ``path`` has for each "{name}" of ``template``; None if the two do not match."""
    wanted, found = template.split("/"), path.split("/")
    if len(wanted) != len(found):
        return None
    named: dict[str, str] = {}
    for word, text in zip(wanted, found, strict=True):
        if word.startswith("{") and text:
            named[word[1:-1]] = text
        elif word != text:
            return None
    return named


class Router:
    def __init__(self, routes: Sequence[Route]) -> None:
        self._exact: dict[str, Methods] = {}
        self._named: dict[str, Methods] = {}
        self._below: dict[str, Methods] = {}
        for route in routes:
            table, path = self._exact, route.path
            if path.endswith("/*"):
                table, path = self._below, path[:-1]
            elif "{" in path:
                table = self._named
            methods = table.setdefault(path, {})
            if route.method in methods:
                raise ValueError(f"two routes for {route.method} {route.path}")
            methods[route.method] = route
            if route.method == "GET":
                methods["HEAD"] = route

    def find(self, method: str, path: str) -> Route:
        """Declined 404 or 405 (with Allow, RFC 9110 §15.5.6) if there is none."""
        methods = self._exact.get(path) or self._match_named(path) or self._match_below(path)
        if methods is None:
            raise Declined(404, "not-found", "There is nothing at this address.")
        route = methods.get(method)
        if route is None:
            allowed = ", ".join(sorted(methods))
            raise Declined(
                405,
                "method-not-allowed",
                f"This address answers to {allowed}.",
                headers=(("Allow", allowed),),
            )
        return route

    def _match_named(self, path: str) -> Methods | None:
        for template, methods in self._named.items():
            if values(template, path) is not None:
                return methods
        return None

    def _match_below(self, path: str) -> Methods | None:
        for prefix, methods in self._below.items():
            if path.startswith(prefix):
                return methods
        return None
