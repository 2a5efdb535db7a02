"""Which handler answers a method and a path."""

import pytest

from chatd.edge.answers import Ask, Declined, Response
from chatd.edge.router import Route, Router, values


async def nothing(ask: Ask) -> Response:
    return Response(204)


ROUTER = Router(
    (
        Route("GET", "/rooms", nothing),
        Route("GET", "/rooms/{room}", nothing, 1),
        Route("DELETE", "/rooms/{room}", nothing, 2),
        Route("GET", "/rooms/{room}/members/{user}", nothing, 3),
        Route("GET", "/rooms/public", nothing, 4),
        Route("GET", "/ui/*", nothing, 5),
    )
)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/rooms", 0),
        ("/rooms/r1", 1),
        ("/rooms/public", 4),
        ("/rooms/r1/members/@a", 3),
        ("/ui/a/b", 5),
    ],
)
def test_a_name_stands_for_one_segment(path: str, body: int) -> None:
    assert ROUTER.find("GET", path).body == body
    assert ROUTER.find("HEAD", path).body == body


@pytest.mark.parametrize("path", ["/", "/rooms/", "/rooms/r1/", "/rooms/r1/members", "/room/r1"])
def test_what_fits_no_route_is_not_found(path: str) -> None:
    with pytest.raises(Declined) as caught:
        ROUTER.find("GET", path)
    assert caught.value.status == 404


def test_another_method_is_told_which_there_are() -> None:
    with pytest.raises(Declined) as caught:
        ROUTER.find("POST", "/rooms/r1")
    assert (caught.value.status, caught.value.headers) == (405, (("Allow", "DELETE, GET, HEAD"),))


def test_names_have_the_values_of_their_segments() -> None:
    assert values("/rooms/{room}/members/{user}", "/rooms/%23tea/members/@a") == {
        "room": "%23tea",
        "user": "@a",
    }
    assert values("/rooms/{room}", "/rooms/a/b") is None


def test_two_routes_for_the_same_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="two routes for GET /a"):
        Router((Route("GET", "/a/{x}", nothing), Route("GET", "/a/{x}", nothing)))
