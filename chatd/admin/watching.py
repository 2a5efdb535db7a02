"""chatctl's commands for looking at a running daemon: top, trace, tap."""

from __future__ import annotations

import argparse
import socket
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chatd.admin.answering import Exit, No, done, no_file, not_running, streamed
from chatd.admin.office_commands import action
from chatd.admin.shown import pairs, paragraph, plain, second, yes
from chatd.admin.where import control_of

if TYPE_CHECKING:
    from chatd.admin.answers_watching import Frame, OpenConnection, Trace


def add_commands(commands: Any) -> None:
    top = commands.add_parser(
        "top",
        help="watch the daemon: rates, times, busy rooms and people",
        description="Watch the daemon, anew each second: connections, commands, times, busy rooms"
        " and people; nothing that anybody said. q quits. Once, where its output is no terminal.",
    )
    top.add_argument("--once", action="store_true", help="print one set of figures and end")
    top.set_defaults(run=_top)

    trace = action(commands, "trace", "trace", "say why somebody did or did not get a message")
    trace.description = (
        "Say where a message is and, with --user, why that person did or did not get"
        " it; and what is not recorded."
    )
    trace.add_argument("message", help="its link, or room and seq: r7h3n5d0qzw2/12, '#tea/12'")
    trace.add_argument("--user", metavar="NAME", help="the person it is about")

    tap = commands.add_parser(
        "tap",
        help="watch the frames of a person or connection pass",
        description="Watch types, sizes and times of the frames of a person's connections, or of"
        " one connection, until Ctrl-C. The log has a line about it.",
    )
    tap.add_argument("target", help="a user name, or a connection's id from the log")
    tap.add_argument(
        "--text", action="store_true", help="show what is said, too: somebody's private words"
    )
    tap.set_defaults(run=_tap)


def _top(options: argparse.Namespace) -> int:
    from chatd.admin import top
    from chatd.admin.control import NotRunning

    look = top.asking(control_of(options))
    try:
        if not (options.once or options.json) and sys.stdout.isatty() and sys.stdin.isatty():
            top.live(look)
            return Exit.DONE
        told = top.snapshot(look)
    except NotRunning:
        raise not_running() from None
    return done(options, told, top.shown(told))


def _tap(options: argparse.Namespace) -> int:
    import msgspec

    from chatd.admin.answers_watching import Frame

    control = control_of(options)
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(control))
            request = {"target": options.target, "text": options.text}
            connection.sendall(msgspec.json.encode({"action": "tap", "arguments": request}) + b"\n")
            for line in _lines(connection):
                if "refused" in line:
                    raise No(plain(line["refused"]["message"]), line["refused"]["code"])
                if "frame" in line:
                    frame = msgspec.convert(line["frame"], Frame)
                    streamed(options, frame, frame_line(frame))
    except BrokenPipeError:
        raise
    except (FileNotFoundError, ConnectionRefusedError):
        raise not_running() from None
    except OSError as error:
        raise no_file(error, str(control)) from None
    raise No("the daemon ended.", "not-running", Exit.NOT_RUNNING)


def _lines(connection: socket.socket) -> Iterator[dict[str, Any]]:
    import msgspec

    with connection.makefile("rb") as stream:
        for line in stream:
            if line.endswith(b"\n"):  # if the daemon ends, the last one may be cut
                yield msgspec.json.decode(line)


def frame_line(frame: Frame) -> str:
    """A line about one frame: when, where, which way, how large, what."""
    when = datetime.fromtimestamp(frame.time / 1000).astimezone()
    stamp = when.strftime("%H:%M:%S.%f")[:-3]
    missing = f" ({frame.left_out} left out before)" if frame.left_out else ""
    if frame.bytes is None:
        return f"{stamp} {frame.connection} {frame.way}{missing}"
    arrow = "->" if frame.way == "in" else "<-"
    text = f"  {plain(frame.text)}" if frame.text is not None else ""
    return (
        f"{stamp} {frame.connection} {arrow} {frame.bytes:>7} {plain(frame.type or '')}"
        f"{missing}{text}"
    )


def show_trace(told: Trace) -> Iterator[str]:
    """The answer of `trace` in lines."""
    for part, about in (("message", told.message), ("person", told.person)):
        if about is None:
            continue
        yield part
        names = [name for name in about.__struct_fields__ if _has(about, name)]
        yield from pairs(
            [(name.replace("_", " "), _shown(name, getattr(about, name))) for name in names],
            indent="  ",
        )
    if told.verdict is not None:
        yield ""
        yield from paragraph(told.verdict)
    yield ""
    yield from paragraph("Not recorded: " + "; ".join(told.not_recorded) + ".")


def _has(about: Any, name: str) -> bool:
    """Connections are known only of a running daemon."""
    return name != "connections_now" or about.connections_now is not None


def _connection(each: OpenConnection) -> str:
    state = "has the room open" if each.room_open else "has it not open"
    return f"{each.connection} from {each.address} {state}"


def _shown(name: str, value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, list):
        return ", ".join(_connection(each) for each in value) or "none"
    if isinstance(value, bool):
        return yes(value)
    if name.endswith("_at") or name == "seen":
        return second(value)
    return str(value)
