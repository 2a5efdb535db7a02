"""The catalogue: everything that is said on the wire, in the order of its documentation.

It is made from the features' table; schema, documentation and JavaScript are made from it.
"""

from dataclasses import dataclass

import msgspec

from chatd.wire.frames import COMMON, Command, Event, Keyed, Reply, Said, Signal

SUBPROTOCOL = "chatd.v1"


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """``errors`` are the codes that this command may get besides those that any may."""

    command: type[Command]
    reply: type[Reply]
    errors: tuple[str, ...]

    @property
    def keyed(self) -> bool:
        return issubclass(self.command, Keyed)


@dataclass(frozen=True, slots=True)
class FeatureEntry:
    """``about`` says in a paragraph what the feature is for."""

    name: str
    about: str
    commands: tuple[CommandEntry, ...]
    said: tuple[type[Said], ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    features: tuple[FeatureEntry, ...]

    @property
    def commands(self) -> tuple[CommandEntry, ...]:
        return tuple(entry for feature in self.features for entry in feature.commands)

    @property
    def said(self) -> tuple[type[Said], ...]:
        """Every frame a server may send, each once."""
        replies = (entry.reply for entry in self.commands)
        others = (kind for feature in self.features for kind in feature.said)
        return tuple(dict.fromkeys((*COMMON, *replies, *others)))

    @property
    def replies(self) -> tuple[type[Said], ...]:
        """What answers commands: replies and the error."""
        return tuple(kind for kind in self.said if not issubclass(kind, (Event, Signal)))

    @property
    def events(self) -> tuple[type[Said], ...]:
        return tuple(kind for kind in self.said if issubclass(kind, Event))

    @property
    def signals(self) -> tuple[type[Said], ...]:
        return tuple(kind for kind in self.said if issubclass(kind, Signal))


def tag(kind: type[msgspec.Struct]) -> str:
    """What ``type`` says on the wire."""
    word = kind.__struct_config__.tag
    assert isinstance(word, str)
    return word


def summary(kind: type) -> str:
    """The docstring as one line."""
    own = kind.__dict__.get("__doc__") or ""
    return " ".join(own.split()).replace("``", "`")
