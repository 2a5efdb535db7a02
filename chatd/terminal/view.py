"""What one looks at: which room and pane, how far scrolled, what is chosen, what is open."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from chatd.terminal.editor import Editor
from chatd.terminal.width import Row

Pane = Literal["rooms", "talk", "members"]


@dataclass(slots=True)
class Popup:
    """A box over the picture. ``choices`` are rows and what they stand for; with an ``editor`` one
    types in it. ``kind`` says what happens with the choice."""

    kind: str
    title: str
    choices: list[tuple[Row, Any]] = field(default_factory=list)
    editor: Editor | None = None
    index: int = 0
    top: int = 0
    hint: str = ""
    #: whether one row is chosen, or everything is only read
    is_list: bool = True
    data: Any = None

    def move(self, step: int) -> None:
        if self.is_list:
            self.index = min(max(self.index + step, 0), max(len(self.choices) - 1, 0))
        else:
            self.top = min(max(self.top + step, 0), max(len(self.choices) - 1, 0))

    @property
    def choice(self) -> Any:
        return self.choices[self.index][1] if 0 <= self.index < len(self.choices) else None


@dataclass(slots=True)
class View:
    room: str | None = None
    pane: Pane = "talk"
    #: the block whose row is the lowest on the screen, and which row of it; None: the end
    anchor: tuple[object, int] | None = None
    #: the anchor goes in the middle, not at the lower edge
    center: bool = False
    #: on the first picture of a room: show where the unread begins
    to_unread: bool = False
    chosen: int | None = None
    reply_to: int | None = None
    editing: int | None = None
    popup: Popup | None = None
    members: bool = True
    #: a word to the user, above where one writes; is it a complaint?
    notice: str = ""
    is_complaint: bool = False
    #: why one is not connected, "" while one is
    offline: str = ""
    options: Sequence[str] = ()
    unseen_below: int = 0
