"""chatctl's commands for looking at a running daemon: top, trace, tap."""

import argparse
import json
import socket
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from chatd.admin.shown import plain

#: What `Run` gets the control socket by.
Control = Callable[[argparse.Namespace], Path]
_NOT_RUNNING = "chatctl: the daemon is not running."


def add_commands(commands: Any, control: Control, perform: Callable[[Any], int]) -> None:
    """``perform`` carries an action of the office out."""
    top = commands.add_parser(
        "top",
        help="watch the daemon: rates, times, busy rooms and people",
        description="Watch the daemon, anew each second: connections, commands, times, busy rooms"
        " and people; nothing that anybody said. q quits. Once, where its output is no terminal.",
    )
    top.add_argument("--once", action="store_true", help="print one set of figures and end")
    _json(top)
    top.set_defaults(run=lambda options: _top(options, control(options)))

    trace = commands.add_parser(
        "trace",
        help="say why somebody did or did not get a message",
        description="Say where a message is and, with --user, why that person did or did not get"
        " it; and what is not recorded.",
    )
    trace.add_argument("message", help="its link, or room and seq: r7h3n5d0qzw2/12, '#tea/12'")
    trace.add_argument("--user", metavar="NAME", help="the person it is about")
    _json(trace)
    trace.set_defaults(run=perform, action="trace")

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
    _json(tap)
    tap.set_defaults(run=lambda options: _tap(options, control(options)))


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")


def _top(options: argparse.Namespace, control: Path) -> int:
    from chatd.admin import top
    from chatd.admin.control import NotRunning

    try:
        top.main(control, once=options.once, as_json=options.json)
    except NotRunning:
        print(_NOT_RUNNING, file=sys.stderr)
        return 1
    except BrokenPipeError:
        raise
    except (top.Refused, OSError) as error:
        print(f"chatctl: {error}", file=sys.stderr)
        return 1
    return 0


def _tap(options: argparse.Namespace, control: Path) -> int:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(control))
            request = {"target": options.target, "text": options.text}
            connection.sendall(msgspec.json.encode({"action": "tap", "arguments": request}) + b"\n")
            for line in _lines(connection):
                if "refused" in line:
                    print(f"chatctl: {plain(line['refused']['message'])}", file=sys.stderr)
                    return 1
                if "frame" in line:
                    frame = line["frame"]
                    print(json.dumps(frame) if options.json else frame_line(frame), flush=True)
    except BrokenPipeError:
        raise
    except (FileNotFoundError, ConnectionRefusedError):
        print(_NOT_RUNNING, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"chatctl: {control}: {error.strerror or error}.", file=sys.stderr)
        return 1
    print("chatctl: the daemon ended.", file=sys.stderr)
    return 1


def _lines(connection: socket.socket) -> Iterator[dict[str, Any]]:
    with connection.makefile("rb") as stream:
        for line in stream:
            yield msgspec.json.decode(line)


def frame_line(frame: dict[str, Any]) -> str:
    """A line about one frame: when, where, which way, how large, what."""
    when = datetime.fromtimestamp(frame["time"] / 1000).astimezone()
    stamp = when.strftime("%H:%M:%S.%f")[:-3]
    missing = f" ({frame['left_out']} left out before)" if frame.get("left_out") else ""
    if "bytes" not in frame:
        return f"{stamp} {frame['connection']} {frame['way']}{missing}"
    arrow = "->" if frame["way"] == "in" else "<-"
    text = f"  {plain(frame['text'])}" if "text" in frame else ""
    return (
        f"{stamp} {frame['connection']} {arrow} {frame['bytes']:>7} {plain(frame['type'])}"
        f"{missing}{text}"
    )


def show_trace(done: dict[str, Any]) -> Iterator[str]:
    """The answer of `trace` in lines."""
    for part in ("message", "person"):
        if part not in done:
            continue
        yield part
        for key, value in done[part].items():
            if isinstance(value, list):
                value = ", ".join(_connection(each) for each in value) or "none"
            yield f"  {key.replace('_', ' '):<19} {_shown(key, value)}"
    if "verdict" in done:
        yield ""
        yield plain(done["verdict"])
    yield ""
    yield "Not recorded: " + "; ".join(done["not_recorded"]) + "."


def _connection(each: dict[str, Any]) -> str:
    state = "has the room open" if each["room_open"] else "has it not open"
    return f"{each['connection']} from {each['address']} {state}"


def _shown(key: str, value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if key.endswith("_at") or key == "seen":
        when = datetime.fromtimestamp(value / 1000).astimezone()
        return when.strftime("%Y-%m-%d %H:%M:%S")
    return plain(str(value))
