"""The steps of the scenario language for searching."""

from tests.scenarios.language import Frame, Scenario, step

#: A search waits a moment for the index itself; on a busy machine it takes a few of them.
ATTEMPTS = 50


async def found(s: Scenario, who: str, refused: str | None = None, **wanted: object) -> Frame:
    """The answer of an index that holds all of the log."""
    for _ in range(ATTEMPTS):
        reply = await s.ask(who, refused, type="search", **wanted)
        if not reply.get("behind"):
            return reply
    raise AssertionError(f"the index stays {reply['behind']} events behind")


@step(r"WHO searches for (?P<query>.+?) in vain")
async def searches_in_vain(s: Scenario, who: str, query: str) -> None:
    reply = await found(s, who, text=query)
    assert reply["hits"] == [], f"found: {reply['hits']}"


@step(r"WHO searches in ROOM for (?P<query>.+?) -> refused (?P<refused>[a-z-]+)")
async def search_refused(s: Scenario, who: str, room: str, query: str, refused: str) -> None:
    await s.ask(who, refused, type="search", text=query, room=s.rooms.get(room, room))


@step(r"WHO searches for (?P<query>.+?) with (?P<context>\d) around: TEXT")
async def searches_around(s: Scenario, who: str, query: str, context: str, text: str) -> None:
    """What is around the newest hit and the hit itself, in the order of the room."""
    reply = await found(s, who, text=query, context=int(context), limit=1)
    hit = reply["hits"][0]
    shown = [*hit.get("before", []), hit["message"], *hit.get("after", [])]
    said = " | ".join(s.words(message) for message in shown)
    assert said == text, f"found: {said}"


@step(r"WHO pages through (?P<query>.+?) by (?P<limit>\d+): TEXT")
async def pages_through(s: Scenario, who: str, query: str, limit: str, text: str) -> None:
    said: list[str] = []
    page = None
    while True:
        reply = await found(s, who, text=query, limit=int(limit), page=page)
        said += [s.words(hit["message"]) for hit in reply["hits"]]
        page = reply.get("next")
        if page is None:
            break
    assert " | ".join(said) == text, f"found: {said}"


@step(r"WHO searches for (?P<query>.+?): TEXT")
async def searches(s: Scenario, who: str, query: str, text: str) -> None:
    """The newest first, separated by |."""
    reply = await found(s, who, text=query)
    said = " | ".join(s.words(hit["message"]) for hit in reply["hits"])
    assert said == text, f"found: {said}"
