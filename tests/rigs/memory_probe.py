"""Inside a daemon that is measured: says what its memory consists of, whenever it is asked.

Asked over a Unix socket, from a thread of its own; nothing of the daemon knows about it.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import re
import socket
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any


class Mallinfo2(ctypes.Structure):
    """mallinfo(3); in bytes."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in [
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        ]
    ]


def start(path: Path) -> None:
    """Listens on `path`; each connection is told the state of things and closed."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    threading.Thread(target=_serve, args=(listener,), daemon=True).start()


def _serve(listener: socket.socket) -> None:
    while True:
        asking, _ = listener.accept()
        with asking:
            doing = asking.recv(100).decode()
            if doing == "collect":
                gc.collect()
            elif doing == "trim":
                ctypes.CDLL("libc.so.6").malloc_trim(0)
            told = totals() | ({"types": census()} if doing == "census" else {})
            asking.sendall(json.dumps(told).encode())


def totals() -> dict[str, int]:
    """Bytes: private to the process; taken and free in malloc's heaps and in Python's."""
    libc = ctypes.CDLL("libc.so.6")
    libc.mallinfo2.restype = Mallinfo2
    heap = libc.mallinfo2()
    python = _pymalloc()
    return {
        "private": _private(),
        "of it files": _mapped_files(),
        "malloc used": heap.uordblks + heap.hblkhd,
        "malloc free": heap.fordblks,
        "python used": python["# bytes in allocated blocks"],
        "python free": python["# bytes in available blocks"] + python.get("unused pools", 0),
        "python arenas": python["# arenas allocated current"],
    }


def _private() -> int:
    text = Path("/proc/self/smaps_rollup").read_text()
    return 1024 * sum(map(int, re.findall(r"Private_(?:Clean|Dirty): +(\d+)", text)))


def _mapped_files() -> int:
    """Private pages of libraries and stores; the rest of the private ones is anonymous."""
    total, file = 0, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if mapping := re.match(r"[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ (\d+)", line):
            file = mapping[1] != "0"
        elif file and line.startswith("Private_"):
            total += 1024 * int(line.split()[1])
    return total


def _pymalloc() -> dict[str, int]:
    """What CPython prints to file descriptor 2."""
    with tempfile.TemporaryFile() as file:
        kept = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            sys._debugmallocstats()
        finally:
            os.dup2(kept, 2)
            os.close(kept)
        file.seek(0)
        text = file.read().decode()
    figures = {
        name.strip(): int(number.replace(",", ""))
        for name, number in re.findall(r"^(.*?) *= +([\d,]+)$", text, re.MULTILINE)
    }
    pools = re.search(r"^(\d[\d,]*) unused pools \* (\d+) bytes", text, re.MULTILINE)
    if pools:
        figures["unused pools"] = int(pools[1].replace(",", "")) * int(pools[2])
    return figures


def census() -> dict[str, tuple[int, int]]:
    """By type: how many objects, how many bytes by `sys.getsizeof`, the collector's head included.
    A dict of attributes counts as ``TYPE.__dict__``, the others by what their keys are."""
    objects = gc.get_objects()
    of_instance: dict[int, str] = {}
    for thing in objects:
        if not isinstance(thing, type | ModuleType | FunctionType):
            attributes = _attributes(thing)
            if attributes is not None:
                of_instance[id(attributes)] = f"{_name(thing)}.__dict__"
    seen: set[int] = {id(objects), id(of_instance)}
    count: Counter[str] = Counter()
    size: Counter[str] = Counter()
    pending: list[Any] = objects
    while pending:
        further = []
        for thing in pending:
            if id(thing) in seen:
                continue
            seen.add(id(thing))
            kind = of_instance.get(id(thing)) or _name(thing)
            count[kind] += 1
            size[kind] += sys.getsizeof(thing)
            # A dict or tuple of texts alone is not the collector's, so it is among these too.
            further += [held for held in gc.get_referents(thing) if not gc.is_tracked(held)]
        pending = further
    return {kind: (count[kind], size[kind]) for kind in count}


def _attributes(thing: Any) -> Any:
    """The dict of the attributes, where there is one already made: asking would make it."""
    for held in gc.get_referents(thing):
        if type(held) is dict and getattr(type(thing), "__dictoffset__", 0):
            own = thing.__dict__
            return own if isinstance(own, dict) else None
    return None


def _name(thing: Any) -> str:
    kind = type(thing)
    return f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
