"""The program that gets one certificate, for a daemon that starts it:

    python -P -m chatd.acme.order

A line of JSON comes in: a `Wish`. Lines go out: {"present": {NAME: KEY AUTHORIZATION}}, after which
it waits for a line; then {"kind": "", ...} if the certificate is in its file, or why not.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import msgspec

from chatd.acme.authority import Authority
from chatd.acme.failures import seconds, told
from chatd.acme.files import CERTIFICATE
from chatd.acme.lines import LARGEST, Outcome, Presented, Wish
from chatd.admin.files import write_private


def run(incoming: BinaryIO, outgoing: BinaryIO) -> None:
    def say(line: Presented | Outcome) -> None:
        outgoing.write(msgspec.json.encode(line) + b"\n")
        outgoing.flush()

    def present(authorizations: Mapping[str, str]) -> None:
        say(Presented(dict(authorizations)))
        if not incoming.readline(LARGEST):
            raise SystemExit(1)  # whoever wanted it is gone

    wish = msgspec.json.decode(incoming.readline(LARGEST), type=Wish)
    authority = None
    try:
        authority = Authority(wish)
        write_private(Path(wish.folder) / CERTIFICATE, authority.certificate(present))
    except OSError as error:
        # requests' own errors are OSErrors, too, without a number.
        if error.errno is None:
            say(_failed(error, authority))
        else:
            say(Outcome("fault", f"{error.filename or wish.folder}: {error.strerror}"))
    except Exception as error:
        say(_failed(error, authority))
    else:
        say(Outcome())


def _failed(error: Exception, authority: Authority | None) -> Outcome:
    kind, why = told(error)
    return Outcome(kind, why, seconds(authority.network.retry_after) if authority else 0.0)


if __name__ == "__main__":
    run(sys.stdin.buffer, sys.stdout.buffer)
