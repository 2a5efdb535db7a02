"""The steps of the scenario language for files in messages."""

from tests.scenarios.language import Scenario, step

_FILE = r"(?P<file>[a-z]+\.[a-z]+)"


@step(rf"WHO brings {_FILE}")
async def brings(s: Scenario, who: str, file: str) -> None:
    s.files[file] = await s.world.bring(s.named(who).name, file)


@step(r"WHO sends (?P<files>[a-z.]+(?:, [a-z.]+)*) to ROOM(?:: TEXT)? REFUSED")
async def sends(
    s: Scenario, who: str, files: str, room: str, text: str | None, refused: str | None
) -> None:
    ids = [s.files[name] for name in files.split(", ")]
    frame = {"type": "send", "key": s.key(), "room": s.rooms[room], "text": text or ""}
    reply = await s.ask(who, refused, **frame, files=ids)
    if not refused:
        # Once more, as whoever got no answer: it is the same message.
        again = await s.ask(who, None, **frame, files=ids)
        assert again["seq"] == reply["seq"], f"{again} is not {reply}"


@step(r"WHO takes the words from ROOM N REFUSED")
async def takes_the_words(s: Scenario, who: str, room: str, n: str, refused: str | None) -> None:
    seq = s.seqs[s.rooms[room], int(n)]
    frame = {"type": "edit", "key": s.key(), "room": s.rooms[room], "seq": seq, "text": ""}
    await s.ask(who, refused, **frame)


@step(rf"WHO reads(?P<nothing> nothing of)? {_FILE}")
async def reads(s: Scenario, who: str, nothing: str | None, file: str) -> None:
    found = await s.world.reads(s.named(who).name, s.files[file])
    assert found is (nothing is None), f"{who} reads {'it' if found else 'nothing'}"
