"""`chatd/ui/wire.js`: the wire as the page's modules see it, JSDoc types and frozen tables."""

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from chatd.core.codes import CLOSES, CODES, Close
from chatd.wire import words
from chatd.wire.catalogue import SUBPROTOCOL, Catalogue, summary, tag

_HEAD = """\
// What is said on the wire. Generated from chatd/wire by `make generate`; changes here are lost.
"""


def javascript(catalogue: Catalogue) -> str:
    """The module's text."""
    frames = [entry.command for entry in catalogue.commands] + list(catalogue.said)
    names = _names(catalogue)
    parts = [
        _HEAD,
        *(_typedef(kind, names[kind]) for kind in (*_shapes(frames), *frames)),
        _union("AnyCommand", [names[entry.command] for entry in catalogue.commands]),
        _union("AnyReply", [names[kind] for kind in catalogue.replies]),
        _union("AnyEvent", [names[kind] for kind in catalogue.events]),
        _union("AnySignal", [names[kind] for kind in catalogue.signals]),
        _map("Commands", {tag(one.command): names[one.command] for one in catalogue.commands}),
        _map("Replies", {tag(one.command): names[one.reply] for one in catalogue.commands}),
        _SAYING,
        _const("SUBPROTOCOL", "The WebSocket subprotocol.", SUBPROTOCOL),
        _const(
            "COMMANDS",
            "Of each command, whether it takes a key and the type of its reply.",
            {
                tag(entry.command): {"keyed": entry.keyed, "reply": tag(entry.reply)}
                for entry in catalogue.commands
            },
        ),
        _const("EVENTS", "Types of events.", [tag(kind) for kind in catalogue.events]),
        _const("SIGNALS", "Types of signals.", [tag(kind) for kind in catalogue.signals]),
        _const(
            "CODES",
            "Why a command was refused, and whether the same one may succeed later.",
            {
                code.value: {"meaning": row.meaning, "retry": row.retry}
                for code, row in CODES.items()
            },
        ),
        _const(
            "CLOSES",
            "Why a connection was closed; whether to come back by oneself, and with the cursor.",
            {
                str(int(code)): {
                    "word": Close(code).word,
                    "meaning": row.meaning,
                    "comeBack": row.come_back,
                    "resume": row.resume,
                }
                for code, row in CLOSES.items()
            },
        ),
        _COMES_BACK,
    ]
    return "\n".join(parts)


#: The types of functions that send commands; `Only` also finds in a spread object a field that the
#: command does not have.
_SAYING = """\
/**
 * A command's type.
 * @typedef {keyof Commands} CommandType
 */

/**
 * What goes with a command beside its type and the id, which whoever sends it adds.
 * @template {CommandType} T
 * @typedef {Omit<Commands[T], 'type'|'id'>} Fields
 */

/**
 * The same where the key is added, too.
 * @template {CommandType} T
 * @typedef {Omit<Commands[T], 'type'|'id'|'key'>} FieldsWithoutKey
 */

/**
 * No field but those of `Known`.
 * @template Given
 * @template Known
 * @typedef {Given & {[K in Exclude<keyof Given, keyof Known>]: never}} Only
 */

/**
 * Commands that can go without any field.
 * @typedef {{[T in CommandType]: {} extends Fields<T> ? T : never}[CommandType]} BareCommand
 */

/**
 * Sends a command of the moment.
 * @typedef {{
 *   <T extends BareCommand>(type: T): Promise<Replies[T]>,
 *   <T extends CommandType, F extends Fields<T>>(
 *     type: T, fields: Only<F, Fields<T>>,
 *   ): Promise<Replies[T]>,
 * }} Ask
 */

/**
 * Sends a command that has its effect once; the key is the caller's.
 * @typedef {<T extends CommandType, F extends Fields<T>>(
 *   type: T, fields: Only<F, Fields<T>>, onSent?: () => void, isOld?: () => boolean,
 * ) => Promise<Replies[T]>} Keep
 */

/**
 * The same with a new key.
 * @typedef {<T extends CommandType, F extends FieldsWithoutKey<T>>(
 *   type: T, fields: Only<F, FieldsWithoutKey<T>>,
 * ) => Promise<Replies[T]>} KeepAnew
 */

/**
 * Says something of which no answer is awaited.
 * @typedef {<T extends CommandType, F extends Fields<T>>(
 *   type: T, fields: Only<F, Fields<T>>,
 * ) => void} Tell
 */
"""

_COMES_BACK = """\
/**
 * Whether to connect again by oneself after any close code, known or not.
 * @param {number} code
 * @returns {boolean}
 */
export function comesBack(code) {
  const known = CLOSES[code];
  return known ? known.comeBack : !(code >= 4500 && code <= 4999);
}
"""


def _names(catalogue: Catalogue) -> dict[type, str]:
    """A JavaScript name for each struct: its own, or with a word added if two share one."""
    names: dict[type, str] = {}
    taken: set[str] = set()
    commands = [entry.command for entry in catalogue.commands]
    for kind in (*catalogue.said, *commands, *_shapes([*commands, *catalogue.said])):
        name = kind.__name__ if kind.__name__ not in taken else f"{kind.__name__}Command"
        taken.add(name)
        names[kind] = name
    return names


def _shapes(frames: Iterable[type[msgspec.Struct]]) -> list[type[msgspec.Struct]]:
    """The parts of frames that are not frames themselves, in order of appearance."""
    found: dict[type[msgspec.Struct], None] = {}
    for kind in frames:
        for field in words.fields(kind):
            for part in words.structs(field.type):
                if not part.__struct_config__.tag_field and part not in found:
                    found.update(dict.fromkeys((*_shapes([part]), part)))
    return list(found)


def _typedef(kind: type[msgspec.Struct], name: str) -> str:
    lines = ["/**", f" * {_safe(summary(kind))}".rstrip(), f" * @typedef {{Object}} {name}"]
    if kind.__struct_config__.tag_field:
        lines.append(f' * @property {{"{tag(kind)}"}} type')
    for field in words.fields(kind):
        label = field.encode_name if field.required else f"[{field.encode_name}]"
        text = f" * @property {{{words.for_javascript(field.type)}}} {label}"
        lines.append(f"{text} {_safe(words.note(field.type))}".rstrip())
    return "\n".join([*lines, " */", ""])


def _union(name: str, kinds: list[str]) -> str:
    return f"/** @typedef {{{'|'.join(kinds)}}} {name} */\n"


def _map(name: str, kinds: dict[str, str]) -> str:
    lines = (f" * @property {{{kind}}} {word}" for word, kind in kinds.items())
    about = f" * By the type of command.\n * @typedef {{Object}} {name}"
    return "\n".join(["/**", about, *lines, " */", ""])


def _const(name: str, about: str, value: Any) -> str:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    frozen = text if isinstance(value, str) else f"Object.freeze({text})"
    return f"/** {about} */\nexport const {name} = {frozen};\n"


def _safe(text: str) -> str:
    return text.replace("*/", "* /")
