"""The process of a browser and the way to it: JSON over a WebSocket, commands and what is told."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.ui.page import PageError

#: Seconds the browser may take: for one command, and until it listens.
ANSWER = 60.0
START = 60.0


def find(programs: Sequence[str]) -> str | None:
    """The first of these programs that there is."""
    return next(filter(None, map(shutil.which, programs)), None)


class Process(ABC):
    """One browser with a folder of its own, ``self.folder``, which goes when it ends."""

    programs: ClassVar[tuple[str, ...]]

    def __init__(self) -> None:
        program = find(self.programs)
        if program is None:
            raise RuntimeError(f"{self.programs[0]} is missing: apt-get install {self.programs[0]}")
        self._temporary = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.folder = Path(self._temporary.name)
        self._ids = itertools.count(1)
        self._opened = ExitStack()
        self._process = subprocess.Popen(
            [program, *self.arguments()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._socket = self._opened.enter_context(
                connect(self._address(), max_size=None, compression=None, proxy=None)
            )
            self.begin()
        except BaseException:
            self.end(patience=0)
            raise

    # ---- what each browser does in its own way ---------------------------------------------------

    @abstractmethod
    def arguments(self) -> list[str]:
        """What the program is called with; also makes ready what it finds in its folder."""

    @abstractmethod
    def listens(self) -> str | None:
        """The address to drive it at, once it has told it."""

    @abstractmethod
    def begin(self) -> None:
        """The first commands."""

    @abstractmethod
    def outcome(self, answer: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
        """What came of a command: its result, or None and what went wrong."""

    @abstractmethod
    def heard(self, told: dict[str, Any]) -> None:
        """Something that is no answer: an event, most often of a window."""

    @abstractmethod
    def leave(self) -> None:
        """Tells it to end."""

    # ---- its life --------------------------------------------------------------------------------

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def lives(self) -> bool:
        return self._process.poll() is None

    def _address(self) -> str:
        deadline = time.monotonic() + START
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"{self.programs[0]} ended with {self._process.returncode}")
            address = self.listens()
            if address is not None:
                return address
            time.sleep(0.02)
        raise RuntimeError(f"{self.programs[0]} did not open its port within {START} s.")

    def close(self) -> None:
        try:
            self.leave()
        except ConnectionClosed:
            pass  # it is gone already
        finally:
            self.end()

    def end(self, patience: float = 10) -> None:
        """Its end, by force where it takes more than ``patience`` seconds."""
        self._opened.close()
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._temporary.cleanup()

    # ---- talking to it ---------------------------------------------------------------------------

    def tell(self, method: str, params: dict[str, Any], **more: Any) -> int:
        """Sends a command; its number."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params, **more}))
        return number

    def ask(self, method: str, params: dict[str, Any], **more: Any) -> dict[str, Any]:
        """The result of a command; events that come meanwhile go to their windows."""
        number = self.tell(method, params, **more)
        for answer in self.answers(method):
            if answer.get("id") == number:
                result, wrong = self.outcome(answer)
                if result is None:
                    raise PageError(f"{method}: {wrong}")
                return result
            self.heard(answer)
        raise AssertionError

    def answers(self, to: str) -> Iterator[dict[str, Any]]:
        """What the browser says, events among it, for as long as it may take for one answer."""
        deadline = time.monotonic() + ANSWER
        while (left := deadline - time.monotonic()) > 0:
            yield json.loads(self._socket.recv(timeout=left))
        raise TimeoutError(f"{self.programs[0]} does not answer {to}.")


One = TypeVar("One", bound=Process)


class Kept(Generic[One]):
    """The processes of a run: one that is free is taken before one more is started."""

    def __init__(self, start: Callable[[], One]) -> None:
        self._start = start
        self._free: list[One] = []
        #: all of them: one that nobody could give back ends with the run, too
        self._started: list[One] = []

    def take(self) -> One:
        while self._free:
            process = self._free.pop()
            if process.lives:
                return process
            self._started.remove(process)
            process.end()
        process = self._start()
        self._started.append(process)
        return process

    def give_back(self, process: One) -> None:
        self._free.append(process)

    def close(self) -> None:
        for process in self._started:
            if process not in self._free:
                process.end(patience=0)
            else:
                process.close()
