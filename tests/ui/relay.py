"""A TCP port that passes all on to another as a network does: slow, lossy, half-open, cut."""

from __future__ import annotations

import queue
import random
import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

#: What one read takes at most: the grain of what is slow, held up or lost.
CHUNK = 4096


@dataclass(frozen=True)
class Weather:
    """How the network is.

    Of every chunk: it takes ``latency`` seconds, one way, and its share of ``rate`` bytes/s; with
    ``stall`` as its chance it comes ``held`` seconds later, as what TCP has to send again; with
    ``reset`` as its chance the connection ends there.
    """

    latency: float = 0.0
    rate: float | None = None
    stall: float = 0.0
    held: float = 0.0
    reset: float = 0.0


FINE = Weather()


class Relay:
    def __init__(self, port: int, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", port))
        self._pairs: set[_Pair] = set()
        self._lock = threading.Lock()
        self._whole = True
        self._swallows = False
        #: as it is for all connections, also those that are there
        self.weather = FINE
        #: the same chances in each run
        self.chance = random.Random(5)
        #: seconds for which a connection waits where nobody listens
        self.patience = 0.0
        #: how many connections the weather ended
        self.resets = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Ends every connection and lets none pass until `mend`."""
        with self._lock:
            self._whole = False
            pairs = list(self._pairs)
        for pair in pairs:
            pair.end()

    def swallow(self) -> None:
        """Half-open until `mend`: takes connections and bytes, passes none on, and ends nothing.

        What has swallowed a byte swallows for ever, as a way that a router forgot.
        """
        with self._lock:
            self._swallows = True
            for pair in self._pairs:
                pair.lost = True

    def mend(self) -> None:
        with self._lock:
            self._whole = True
            self._swallows = False
            self.weather = FINE

    @property
    def connections(self) -> int:
        """How many are open."""
        with self._lock:
            return len(self._pairs)

    def close(self) -> None:
        self.cut()
        _end(self._listener)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _reach(self) -> socket.socket | None:
        deadline = time.monotonic() + self.patience
        while True:
            try:
                far = socket.create_connection(("127.0.0.1", self._target), timeout=5)
            except OSError:
                if time.monotonic() >= deadline:
                    return None
                time.sleep(0.02)
            else:
                far.settimeout(None)
                return far

    def _join(self, near: socket.socket) -> None:
        far = self._reach()
        if far is None:
            _end(near)
            return
        pair = _Pair(self, near, far)
        with self._lock:
            self._pairs.add(pair)
            pair.lost = self._swallows
            whole = self._whole
        if not whole:
            pair.end()
        pair.carry()
        with self._lock:
            self._pairs.remove(pair)


class _Pair:
    """One connection: what comes from either side goes to the other."""

    def __init__(self, relay: Relay, near: socket.socket, far: socket.socket) -> None:
        self._relay = relay
        self._near = near
        self._far = far
        self.lost = False
        self._how = socket.SHUT_RDWR

    def end(self) -> None:
        _end(self._near, self._how)
        _end(self._far, self._how)

    def carry(self) -> None:
        """Until both sides have ended."""
        ways = [(self._near, self._far), (self._far, self._near)]
        threads = []
        for source, sink in ways:
            road: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
            threads += [
                threading.Thread(target=self._take, args=(source, road), daemon=True),
                threading.Thread(target=self._bring, args=(road, sink), daemon=True),
            ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._near.close()
        self._far.close()

    def _take(self, source: socket.socket, road: queue.SimpleQueue[tuple[float, bytes]]) -> None:
        free = 0.0
        try:
            while data := source.recv(CHUNK):
                weather, chance = self._relay.weather, self._relay.chance
                now = time.monotonic()
                if self.lost:
                    continue
                if chance.random() < weather.reset:
                    self._relay.resets += 1
                    self._reset()
                    break
                # Bytes keep their order: what is behind a held one comes after it.
                free = max(free, now)
                if weather.rate is not None:
                    free += len(data) / weather.rate
                if chance.random() < weather.stall:
                    free += weather.held
                road.put((free + weather.latency, data))
        except OSError:
            pass
        road.put((0.0, b""))

    def _bring(self, road: queue.SimpleQueue[tuple[float, bytes]], sink: socket.socket) -> None:
        while True:
            due, data = road.get()
            if not data:
                break
            while (left := due - time.monotonic()) > 0:
                time.sleep(left)
            if self.lost:
                continue
            try:
                sink.sendall(data)
            except OSError:
                break
        # An end of one side is an end of both, unless that too is swallowed.
        if not self.lost:
            self.end()

    def _reset(self) -> None:
        """With RST in place of FIN, as a middlebox ends what it does not know."""
        for one in (self._near, self._far):
            with suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._how = socket.SHUT_RD
        self.end()


def _end(one: socket.socket, how: int = socket.SHUT_RDWR) -> None:
    try:
        one.shutdown(how)
    except OSError:
        one.close()
