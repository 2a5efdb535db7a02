"""The table of routes: which handler answers a method and a path, and how large a body it takes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from chatd.edge.answers import Ask, Declined, Response

Handler = Callable[[Ask], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Route:
    """``path`` ending in "/*" stands for everything below it. ``body``: the most bytes it takes."""

    method: str
    path: str
    handler: Handler
    body: int = 0


class Router:
    def __init__(self, routes: Sequence[Route]) -> None:
        self._exact: dict[str, dict[str, Route]] = {}
        self._below: dict[str, dict[str, Route]] = {}
        for route in routes:
            table, path = self._exact, route.path
            if path.endswith("/*"):
                table, path = self._below, path[:-1]
            methods = table.setdefault(path, {})
            if route.method in methods:
                raise ValueError(f"two routes for {route.method} {route.path}")
            methods[route.method] = route
            if route.method == "GET":
                methods["HEAD"] = route

    def find(self, method: str, path: str) -> Route:
        """Declined 404 or 405 (with Allow, RFC 9110 §15.5.6) where there is none."""
        methods = self._exact.get(path) or self._match_below(path)
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

    def _match_below(self, path: str) -> dict[str, Route] | None:
        for prefix, methods in self._below.items():
            if path.startswith(prefix):
                return methods
        return None
