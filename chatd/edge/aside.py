"""The page's `release` made in a process of its own: half a second of pure Python, which in a
thread would hold the interpreter while everybody waits.

If none can be started, or it fails, the release is made here: slower for others, with the same
result.
"""

import subprocess  # nosec B404: this very interpreter, with fixed arguments
import sys
from collections.abc import Mapping, Sequence

import msgspec
from twisted.logger import Logger

from chatd.edge.release import Release, release

log = Logger()

#: Seconds; longer than the slowest machine needs.
_PATIENCE = 30.0
#: -P: no modules from the directory the daemon happens to run in.
_PROGRAM = (sys.executable, "-P", "-m", "chatd.edge.release")


def release_aside(files: Mapping[str, bytes], program: Sequence[str] = _PROGRAM) -> Release:
    """Blocks until it is made, without holding the interpreter. BundleError as `release`."""
    try:
        done = subprocess.run(  # noqa: S603 # nosec B603
            program,
            input=msgspec.msgpack.encode(files),
            capture_output=True,
            check=True,
            timeout=_PATIENCE,
        )
        return msgspec.msgpack.decode(done.stdout, type=Release)
    except (OSError, subprocess.SubprocessError, msgspec.MsgspecError) as error:
        log.info("the page is joined in this process: {error}", error=error)
        return release(files)
