"""What the writer carries through one transaction: the last position, and the unit in hand."""

from dataclasses import dataclass, field

from chatd.engine.rows import EventRow, MarkRow, Tell
from chatd.store.database import Database

NAMES = 20_000
"""How many user names the writer remembers before it starts over."""


class Work:
    """One for the writer's life; `begin` is called before each unit, `undo` if one failed."""

    def __init__(self, database: Database, position: int) -> None:
        self.database = database
        #: of the last event written, committed or not
        self.position = position
        #: messages whose body was replaced since the transaction began: (room, seq)
        self.replaced: set[tuple[str, int]] = set()
        self.unit = UnitInHand(position)
        self._names: dict[str, str] = {}

    def begin(self) -> None:
        self.unit = UnitInHand(self.position)

    def undo(self) -> None:
        self.position = self.unit.before
        for user in self.unit.renamed:
            self._names.pop(user, None)
        self.begin()

    def name(self, user: str) -> str:
        """The user name of an author, "" for one who has no account."""
        known = self._names.get(user)
        if known is None:
            row = self.database.row("select name from users where id = :user", {"user": user})
            known = row[0] if row else ""
            if row:
                if len(self._names) >= NAMES:
                    self._names.clear()
                self._names[user] = known
        return known

    def renamed(self, user: str) -> None:
        """The name of ``user`` has just changed."""
        self._names.pop(user, None)
        self.unit.renamed.append(user)


@dataclass(slots=True)
class UnitInHand:
    """What came of the unit so far. ``existing``: the direct conversation that existed already,
    with which the unit ends."""

    before: int
    events: list[EventRow] = field(default_factory=list)
    marks: list[MarkRow] = field(default_factory=list)
    members: list[tuple[str, int]] = field(default_factory=list)
    replaced: list[tuple[str, int]] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    #: what changes have to tell, which a handler could not know
    tells: list[Tell] = field(default_factory=list)
    #: whether the last appended event is a message, whose number the answer carries
    numbered: bool = False
    #: when something was made without an event; the answer carries it
    at: int | None = None
    created: str | None = None
    existing: str | None = None
