"""docs/protocol.md: a hand-written template with tables made from the declarations."""

import re
from collections.abc import Callable, Mapping

import msgspec
from msgspec import inspect

from chatd.core.codes import CLOSES, CODES, Close
from chatd.wire import words
from chatd.wire.catalogue import Catalogue, CommandEntry, FeatureEntry, summary, tag
from chatd.wire.examples import Examples
from chatd.wire.frames import COMMON, Event, Limits, Signal

_PLACE = re.compile(r"^\{\{(\w+)\}\}$", re.MULTILINE)
#: Fields that every frame of its kind has, documented once.
_EVERY_COMMAND = frozenset({"id", "key"})
_EVERY_EVENT = frozenset(Event.__struct_encode_fields__)


def document(template: str, catalogue: Catalogue) -> str:
    """``template`` with each line ``{{word}}`` replaced by what is generated for it."""
    page = _Page(catalogue)
    makers: dict[str, Callable[[], str]] = {
        "errors": _errors,
        "closes": _closes,
        "limits": page.limits,
        "event_fields": page.event_fields,
        "common_frames": page.common,
        "features": page.features,
        "shapes": page.shapes,
    }

    def fill(match: re.Match[str]) -> str:
        return makers[match[1]]().rstrip("\n")

    return _PLACE.sub(fill, template)


class _Page:
    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._examples = Examples(catalogue)
        self._shapes: dict[type[msgspec.Struct], None] = {}

    def features(self) -> str:
        return "\n".join(self._feature(feature) for feature in self._catalogue.features)

    def common(self) -> str:
        return "\n".join(self._frame(kind) for kind in COMMON)

    def event_fields(self) -> str:
        return self._fields(Event, frozenset())

    def limits(self) -> str:
        names = Limits.__struct_encode_fields__
        rows = [f"| `{name}` | {_LIMITS[name]} |" for name in names]
        return _table("limit", "what it bounds", rows)

    def shapes(self) -> str:
        done: set[type[msgspec.Struct]] = set()
        parts = []
        while more := [kind for kind in self._shapes if kind not in done]:
            for kind in more:
                done.add(kind)
                parts.append(
                    f"### {kind.__name__}\n\n{_paragraph(kind)}{self._fields(kind, frozenset())}\n"
                )
        return "\n".join(parts)

    def _feature(self, feature: FeatureEntry) -> str:
        own = {entry.reply for entry in feature.commands} - set(COMMON)
        parts = [f"## {feature.name.capitalize()}\n\n{feature.about}\n"]
        parts += [self._command(entry) for entry in feature.commands]
        parts += [
            self._frame(kind)
            for kind in dict.fromkeys((*sorted(own, key=tag), *feature.said))
            if kind not in COMMON
        ]
        return "\n".join(parts)

    def _command(self, entry: CommandEntry) -> str:
        name = tag(entry.command)
        errors = ", ".join(f"`{code}`" for code in entry.errors)
        lines = [
            f"### `{name}`: command\n",
            f"{_paragraph(entry.command)}{self._fields(entry.command, _EVERY_COMMAND)}",
            f"Takes a key: {'yes' if entry.keyed else 'no'}. Reply: `{tag(entry.reply)}`."
            + (f" May be refused with {errors}." if errors else ""),
            f"\n```json\n{self._examples.line(entry.command)}\n```\n",
        ]
        return "\n".join(lines)

    def _frame(self, kind: type[msgspec.Struct]) -> str:
        sort = _sort(kind)
        told = _EVERY_EVENT if sort == "event" else frozenset({"id"} if sort == "reply" else ())
        return (
            f"### `{tag(kind)}`: {sort}\n\n{_paragraph(kind)}{self._fields(kind, told)}\n"
            f"```json\n{self._examples.line(kind)}\n```\n"
        )

    def _fields(self, kind: type[msgspec.Struct], told: frozenset[str]) -> str:
        rows = []
        for field in words.fields(kind):
            if field.encode_name in told and kind is not Event:
                continue
            for part in words.structs(field.type):
                if not part.__struct_config__.tag_field and part.__name__ != "Limits":
                    self._shapes[part] = None
            rows.append(
                f"| `{field.encode_name}` | {words.for_people(field.type, _named)} |"
                f" {_presence(field)} | {words.note(field.type)} |"
            )
        if not rows:
            return ""
        head = ["| field | is | | |", "|---|---|---|---|"]
        return "\n".join([*head, *rows]) + "\n"


def _named(kind: type) -> str:
    if kind is Event:
        return "event"
    config = getattr(kind, "__struct_config__", None)
    if config is not None and config.tag_field:
        return f"`{config.tag}`"
    return kind.__name__


def _sort(kind: type[msgspec.Struct]) -> str:
    if issubclass(kind, Event):
        return "event"
    return "signal" if issubclass(kind, Signal) else "reply"


def _presence(field: inspect.Field) -> str:
    if field.required:
        return "always"
    if field.default in (msgspec.NODEFAULT, None) or isinstance(field.default, (list, dict)):
        return "optional"
    return f"optional, else `{msgspec.json.encode(field.default).decode()}`"


def _paragraph(kind: type) -> str:
    text = summary(kind)
    return f"{text}\n\n" if text else ""


def _errors() -> str:
    rows = [
        f"| `{code.value}` | {'yes' if row.retry else 'no'} | {row.meaning} |"
        for code, row in CODES.items()
    ]
    return _table("code", "retry", "meaning", rows)


def _closes() -> str:
    rows = [
        f"| {int(code)} | {Close(code).word} | {'yes' if row.come_back else 'no'} |"
        f" {'yes' if row.resume else 'no'} | {row.meaning} |"
        for code, row in CLOSES.items()
    ]
    return _table("code", "name", "come back", "cursor good", "meaning", rows)


def _table(*parts: str | list[str]) -> str:
    head = [part for part in parts if isinstance(part, str)]
    rows = [row for part in parts if isinstance(part, list) for row in part]
    return "\n".join([f"| {' | '.join(head)} |", "|" + "---|" * len(head), *rows])


_LIMITS: Mapping[str, str] = {
    "frame_bytes": "Bytes of one message to the server, all its fragments; above: close 1009.",
    "text_code_points": "Characters (Unicode code points) of a message's text, in NFC.",
    "data_bytes": "Bytes of a message's `data`, encoded.",
    "json_depth": "Levels of objects and lists in a frame, the frame itself being the first.",
    "messages_per_second": "Commands a second on this connection; most cost 1, some less or more.",
    "messages_burst": "How many may be saved up.",
    "bytes_per_second": "Bytes a second to the server on this connection.",
    "bytes_burst": "How many may be saved up.",
    "user_messages_per_second": "Commands a second over all connections of this user.",
    "user_messages_burst": "How many may be saved up.",
    "rooms_open": "Rooms open at once on this connection.",
    "commands_in_flight": "Unanswered commands; beyond, the server stops reading for a while.",
    "reader_bytes": "Bytes that may wait to be read by the client; beyond, `resync`.",
    "reader_seconds": "How long they may wait; beyond, `resync`.",
    "history_page": "Messages in one page of history at most.",
    "files": "`max_bytes` of a file, and how many files `each` message has; null: bring none.",
}
