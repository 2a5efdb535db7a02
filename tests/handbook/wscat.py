"""`wscat` as the documents call it: each line of the input is sent once what came before it is
answered; what arrives is printed behind ``< ``, what is sent behind ``> ``.

    wscat --ca FILE -s PROTOCOL -H HEADER -c ADDRESS
"""

import argparse
import json
import ssl
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tests.one_thread import OneThread

#: Seconds within which a frame has to come, and those in which one more may.
PATIENCE, A_MOMENT = 10.0, 0.5


def main() -> None:
    parser = argparse.ArgumentParser(prog="wscat", allow_abbrev=False)
    parser.add_argument("--ca", required=True)
    parser.add_argument("-s", required=True)
    parser.add_argument("-H", required=True)
    parser.add_argument("-c", required=True)
    options = parser.parse_args()
    name, _, value = options.H.partition(": ")
    trust = ssl.create_default_context(cafile=options.ca)
    with OneThread(options.c, trust, {name: value}, [options.s]) as connection:
        hear(connection, lambda frame: frame["type"] == "welcome")
        for line in sys.stdin:
            print(f"> {line.strip()}")
            connection.send(line.strip())
            number = json.loads(line)["id"]
            hear(connection, lambda frame, number=number: frame.get("id") == number)
        # What the last one brings to everybody follows its answer.
        with suppress(TimeoutError):
            while True:
                print(f"< {connection.recv(A_MOMENT)}")


def hear(connection: OneThread, last: Callable[[dict[str, Any]], bool]) -> None:
    """Prints frames until ``last`` is there."""
    there = False
    while not there:
        frame = connection.recv(PATIENCE)
        print(f"< {frame}")
        there = last(json.loads(frame))


if __name__ == "__main__":
    main()
