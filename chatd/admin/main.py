"""chatctl: the operator's command."""

import os
import sys
from collections.abc import Sequence

from chatd.admin.answering import Exit, No, no_file, refused
from chatd.admin.parser import WrongUse, parser
from chatd.config.reading import ConfigError

#: Most bytes of all arguments together: they travel to the daemon in one line of 64 KiB, in which
#: JSON may turn one into six.
LONGEST = 10_000


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; returns one of `Exit`."""
    words = sys.argv[1:] if argv is None else list(argv)
    try:
        _check(words)
        options = parser().parse_args(words)
    except WrongUse as wrong:
        as_json = "--json" in words
        if not as_json:
            sys.stderr.write(wrong.usage)
        return int(refused(No(str(wrong), "usage", Exit.USAGE), "", as_json=as_json))
    try:
        return int(options.run(options))
    except BrokenPipeError:
        return int(Exit.WRONG)
    except KeyboardInterrupt:
        return int(Exit.INTERRUPTED)
    except Exception as error:
        return int(refused(_known(error), options.command, as_json=options.json))


def _check(words: Sequence[str]) -> None:
    """`WrongUse` for what cannot be told to a daemon, or printed."""
    for number, word in enumerate(words, 1):
        try:
            word.encode()
        except UnicodeEncodeError:
            shown = os.fsencode(word[:60]).decode("utf-8", "backslashreplace")
            raise WrongUse("", f"argument {number} is not UTF-8: {shown!r}.") from None
    if sum(len(word.encode()) for word in words) > LONGEST:
        raise WrongUse("", f"the arguments are too long: at most {LONGEST:,} bytes in all.")


def _known(error: Exception) -> No:
    """What is in the way, in words; a bug is raised on."""
    # Only now: most calls of chatctl need none of it.
    from chatd.admin.backup.archive import BackupError
    from chatd.admin.control import Unanswered
    from chatd.store.errors import StoreError

    if isinstance(error, No):
        return error
    if isinstance(error, ConfigError):
        return No(str(error), "configuration", Exit.CONFIGURATION)
    if isinstance(error, StoreError):
        return No(str(error), "store")
    if isinstance(error, BackupError):
        return No(str(error), "backup")
    if isinstance(error, Unanswered):
        return No(
            "the daemon ended before it answered, so nobody knows whether this was done: look once"
            " it runs again (systemctl status chatd), and repeat it if it was not.",
            "not-running",
            Exit.NOT_RUNNING,
        )
    if isinstance(error, OSError):
        return no_file(error)
    raise error


if __name__ == "__main__":
    sys.exit(main())
