"""chat: the terminal client. Picks what was asked for, runs it on the reactor, and says how it
went."""

import argparse
import os
import re
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.logger import globalLogBeginner
from twisted.python.failure import Failure

from chatd.client.errors import Disconnected
from chatd.terminal import words
from chatd.terminal.arguments import parse
from chatd.terminal.ending import end_with_terminal
from chatd.terminal.lines import Style
from chatd.terminal.profiles import Profile, ProfileError, Profiles
from chatd.terminal.safe import safe
from chatd.terminal.words import DONE, INTERRUPTED, UNREACHABLE, USAGE, Trouble

KEY = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; the exit codes are those of `words`."""
    options = parse(argv)
    options.style = Style(_colours(options.color))
    # What the client logs is for its developers; people get one sentence.
    globalLogBeginner.beginLoggingTo([], discardBuffer=True, redirectStandardIO=False)
    try:
        return _run(options)
    except BrokenPipeError:
        return _nobody_reads()
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(options: argparse.Namespace) -> int:
    profiles = Profiles(os.environ)
    try:
        if options.command is None:
            return _full_screen(profiles, options)
        if options.command == "profiles":
            return _profiles(profiles, options)
        _check(options)
        profile = None if options.command == "login" else profiles.chosen(options.profile)
    except Exception as error:
        return _failed(error)
    return _on_reactor(options, profiles, profile)


def _check(options: argparse.Namespace) -> None:
    if options.command == "dm":
        options.room = "@" + options.room.removeprefix("@")
        options.command = "send"
    if getattr(options, "key", None) is not None and not KEY.fullmatch(options.key):
        raise Trouble("--key has 1 to 64 letters, digits, or _ . : - in it.", USAGE)
    if getattr(options, "key", None) is not None and options.files:
        # Brought again, a file is a different one, and so the message would be.
        raise Trouble("--key cannot stand beside --file: with a file nothing is the same.", USAGE)


def _on_reactor(options: argparse.Namespace, profiles: Profiles, profile: Profile | None) -> int:
    # Only now: importing it installs it, and --help needs none.
    from twisted.internet import reactor

    code = DONE if options.command == "follow" else INTERRUPTED
    running: Deferred[None] | None = None
    is_interrupted = False

    def over(result: int | Failure) -> None:
        nonlocal code
        if isinstance(result, int):
            code = result
        elif not is_interrupted:
            code = _failed(result.value or Disconnected("ended"), profile)
        if reactor.running and not is_interrupted:
            reactor.stop()

    def begin() -> None:
        nonlocal running
        doing = Deferred.fromCoroutine(_command(reactor, options, profiles, profile))
        running = doing.addBoth(over)

    def interrupted() -> Deferred[None] | None:
        nonlocal is_interrupted
        is_interrupted = True
        if running is not None:
            # It is told, and waited for, so that nothing half done is left behind.
            running.cancel()
        return running

    reactor.callWhenRunning(begin)
    reactor.addSystemEventTrigger("before", "shutdown", interrupted)
    end_with_terminal(reactor)
    reactor.run()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return _nobody_reads(code)
    return code


async def _command(
    reactor: Any, options: argparse.Namespace, profiles: Profiles, profile: Profile | None
) -> int:
    from chatd.terminal import follow, login, script
    from chatd.terminal.link import Link

    if options.command == "login":
        return await login.login(reactor, profiles, options)
    if options.command == "logout":
        return await login.logout(reactor, profiles, options)
    assert profile is not None
    if options.command == "follow":
        options.follower = follower = follow.Follower(options)
        link = Link(
            reactor,
            profile,
            on_event=follower.event,
            on_signal=follower.signal,
            on_lost_history=follower.lost,
            on_state=follower.state,
        )
    else:
        link = Link(reactor, profile)
    run: Callable[[Any, argparse.Namespace], Coroutine[Any, Any, int]] = (
        follow.follow if options.command == "follow" else getattr(script, options.command)
    )
    try:
        if options.command != "whoami":
            await link.open()
        running: Deferred[int] = Deferred.fromCoroutine(run(link, options))
        # What moves files has its own time limits for everything else it does.
        if options.command not in ("follow", "save") and not getattr(options, "files", None):
            running.addTimeout(options.timeout, reactor)
        return await running
    except Exception as error:
        raise await link.explain(error) from None
    finally:
        await _closed(reactor, link)


async def _closed(reactor: Any, link: Any) -> None:
    """Waits for the connection's end, but does not keep somebody at a shell for long."""
    closing = Deferred.fromCoroutine(link.close())
    closing.addErrback(lambda failure: None)
    waited: Deferred[None] = deferLater(reactor, 2.0)
    closing.addCallback(lambda _: waited.cancel())
    waited.addErrback(lambda failure: None)
    await waited


def _failed(error: BaseException, profile: Profile | None = None) -> int:
    if isinstance(error, BrokenPipeError):
        return _nobody_reads()
    found = words.trouble(error, profile.url if profile else "")
    if found is None:
        found = Trouble(f"Something went wrong that nobody expected: {error!r}", UNREACHABLE)
    print(f"chat: {safe(found.words)}", file=sys.stderr)
    return found.code


def _nobody_reads(code: int = DONE) -> int:
    """Whoever read our output is gone. Python would complain once more on its way out."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _profiles(profiles: Profiles, options: argparse.Namespace) -> int:
    if options.use:
        profiles.use(options.use)
    known, default = profiles.all()
    for profile in known:
        print("*" if profile.name == default else " ", profile.name, profile.url)
    return DONE


def _full_screen(profiles: Profiles, options: argparse.Namespace) -> int:
    term = os.environ.get("TERM", "")
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or term in ("", "dumb"):
        why = f", and TERM={term or 'unset'} is none that can draw" if sys.stdout.isatty() else ""
        raise Trouble(
            f"The full screen needs a terminal{why}. Without one there are `chat send ROOM`,"
            " `chat history ROOM` and `chat follow ROOM`: see `chat --help`.",
            USAGE,
        )
    try:
        profile = profiles.chosen(options.profile)
        screen = profiles.screen()
    except ProfileError as error:
        raise Trouble(str(error), USAGE) from None
    from chatd.terminal.full import run

    return run(profile, screen, options)


def _colours(wish: str) -> bool:
    if wish != "auto":
        return wish == "always"
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") in (None, "", "dumb"):
        return False
    return sys.stdout is not None and sys.stdout.isatty()


if __name__ == "__main__":
    sys.exit(main())
