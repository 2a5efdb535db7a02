"""Who is compared, and under which name people know them."""

CHATD = "chatd"
TITLES = {
    CHATD: "chatd",
    "floor": "C floor, joined",
    "floor-plain": "C floor, plain",
    "socketify": "socketify (uWebSockets)",
    "ws": "Node ws",
    "picows": "picows",
    "websockets": "websockets",
    "aiohttp": "aiohttp",
    "autobahn": "plain Autobahn",
    "ratchet": "Ratchet (PHP)",
}
ALL = tuple(TITLES)


def title(name: str) -> str:
    return TITLES.get(name, name)
