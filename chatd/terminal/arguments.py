"""What `chat` understands on its command line."""

import argparse
import math
from collections.abc import Callable, Sequence
from textwrap import fill

from chatd import __version__

ABOUT = """\
Talks in a chatd from a terminal. Without a command it opens the full screen.

  chat login https://HOST       sign in (by browser; --token-file for a token)
  chat                          the full screen; F1 tells its keys
  echo hi | chat send tea       say something in #tea
  chat history tea --json       what was said there
  chat follow tea               what is being said, line by line, until Ctrl-C
"""

MORE = """\
ROOM is #tea or tea, @alice for the conversation with alice, a room's id, or the
name of a room of yours.

exit codes:
  0  done (sent: only once the server has it on disk)
  1  refused by the server, in words
  2  used wrongly, or a file is not right
  3  not signed in
  4  not reachable, lost, or no chatd
  5  not trusted: the certificate is not the host's, or nobody vouches for it

environment:
  CHATD_PROFILE               which profile, where --profile is not given
  CHATD_URL, CHATD_TOKEN_FILE a server and a file with a token, instead of one
  CHATD_CA_FILE               the authority to trust with them, in PEM form
  NO_COLOR                    no colours
Profiles are kept in $XDG_CONFIG_HOME/chatd/chat.toml (~/.config/chatd).
"""


#: Most seconds that a command may be given: a day.
LONGEST = 86_400


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Ends the program with 2 for what is not understood."""
    made = parser()
    options, rest = made.parse_known_args(argv)
    # argparse takes the text to be empty if an option stands before it.
    if rest and getattr(options, "text", None) == [] and not any(map(_is_option, rest)):
        options.text, rest = rest, []
    if rest:
        made.error(f"not understood: {' '.join(rest)}")
    for name, value in (("profile", None), ("color", "auto"), ("timeout", 30.0)):
        if not hasattr(options, name):
            setattr(options, name, value)
    return options


def _is_option(word: str) -> bool:
    return word.startswith("-") and len(word) > 1


def _parser(**more: object) -> argparse.ArgumentParser:
    # 80 columns wherever it is read.
    def formatter(prog: str) -> argparse.HelpFormatter:
        return argparse.RawDescriptionHelpFormatter(prog, max_help_position=24, width=80)

    return argparse.ArgumentParser(formatter_class=formatter, allow_abbrev=False, **more)  # type: ignore[arg-type]


def _count(most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if not 1 <= value <= most:
            raise argparse.ArgumentTypeError(f"a number from 1 to {most}")
        return value

    return number


def _seconds(text: str) -> float:
    value = float(text)
    # `float` accepts "nan" and "inf", too.
    if not (math.isfinite(value) and 0 < value <= LONGEST):
        raise argparse.ArgumentTypeError(f"a number of seconds above 0, and {LONGEST} at most")
    return value


def parser() -> argparse.ArgumentParser:
    everywhere = argparse.ArgumentParser(add_help=False)
    # Without a default, so that what stands before the command is not overwritten by what is
    # missing after it.
    everywhere.add_argument(
        "-p",
        "--profile",
        default=argparse.SUPPRESS,
        metavar="NAME",
        help="which server and account",
    )
    everywhere.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default=argparse.SUPPRESS,
        help="colours (auto: on a terminal)",
    )
    everywhere.add_argument(
        "--timeout",
        type=_seconds,
        default=argparse.SUPPRESS,
        metavar="SECONDS",
        help="how long one command may take (30)",
    )
    top = _parser(
        prog="chat",
        usage="chat [COMMAND] [OPTIONS]",
        description=ABOUT,
        epilog=MORE,
        parents=[everywhere],
    )
    top.add_argument("--version", action="version", version=f"chat {__version__}")
    commands = top.add_subparsers(
        metavar="COMMAND", dest="command", title="commands", prog=top.prog
    )

    def command(name: str, text: str, about: str = "") -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = commands.add_parser(
            name,
            help=text,
            description=fill(about or text[0].upper() + text[1:] + ".", 80),
            parents=[everywhere],
            formatter_class=top.formatter_class,
            allow_abbrev=False,
        )
        return made

    def json(made: argparse.ArgumentParser) -> None:
        made.add_argument("--json", action="store_true", help="the frames of the wire, one a line")

    login = command(
        "login",
        "sign in to a server",
        "Signs in: shows an address to open in a browser where you are signed in, and waits until"
        " you allow it there. A private authority given with --ca is remembered.",
    )
    login.add_argument("url", metavar="URL", help="such as https://chat.example.org")
    login.add_argument(
        "--token-file", metavar="FILE", help="a token instead; - reads it from standard input"
    )
    login.add_argument("--ca", metavar="FILE", help="trust this authority (PEM) and no other")
    login.add_argument(
        "--no-browser", dest="browser", action="store_false", help="open no browser by itself"
    )
    command("logout", "end the token at the server and forget it")
    json(command("whoami", "who you are, and where"))
    profiles = command("profiles", "the servers and accounts known here")
    profiles.add_argument("--use", metavar="NAME", help="the one to use by itself from now on")

    rooms = command("rooms", "your rooms, with what is unread")
    rooms.add_argument("--public", action="store_true", help="every public room instead")
    json(rooms)

    send = command(
        "send",
        "say something in a room",
        "Says something and prints its seq. Without TEXT and --file it reads standard input to its"
        " end, as one message. It is said once: with the same --key also if the command is run"
        " again.",
    )
    send.add_argument("room", metavar="ROOM")
    _saying(send)
    json(send)
    direct = command("dm", "say something to one person")
    direct.add_argument("room", metavar="@PERSON")
    _saying(direct)
    json(direct)

    save = command(
        "save",
        "keep the files of a message",
        "Writes the files of a message into a folder and prints where they are. What is there"
        " already stays: the new one gets a number behind its name.",
    )
    save.add_argument("room", metavar="ROOM")
    save.add_argument("seq", metavar="SEQ", type=_count(1 << 53))
    save.add_argument("--into", metavar="FOLDER", default=".", help="which (the one you are in)")

    history = command("history", "what was said in a room")
    history.add_argument("room", metavar="ROOM")
    history.add_argument("--limit", type=_count(100_000), default=50, help="messages (50)")
    where = history.add_mutually_exclusive_group()
    where.add_argument("--before", type=_count(1 << 53), metavar="SEQ", help="those before SEQ")
    where.add_argument("--around", type=_count(1 << 53), metavar="SEQ", help="those around SEQ")
    json(history)

    follow = command(
        "follow",
        "what happens in rooms, as it happens",
        "One line for each event until Ctrl-C, through reconnects; without ROOM in all your rooms."
        " With --since (the cursor of an event) nothing that came after it is left out.",
    )
    follow.add_argument("room", metavar="ROOM", nargs="*")
    follow.add_argument("--since", metavar="CURSOR", help="begin after this event's cursor")
    json(follow)

    search = command(
        "search",
        "find messages",
        'Finds messages, the newest first. A "phrase in quotation marks" stands together, -word is'
        " not there; from:@alice, in:#tea, before:2026-01-31, after:2026-01-31, has:link filter.",
    )
    search.add_argument("words", metavar="WORD", nargs="+")
    search.add_argument("--room", metavar="ROOM", help="only there")
    search.add_argument("--limit", type=_count(1000), default=20, help="messages (20)")
    json(search)
    for name, text in (("join", "become a member of a public room"), ("leave", "leave a room")):
        command(name, text).add_argument("room", metavar="ROOM")
    return top


def _saying(made: argparse.ArgumentParser) -> None:
    made.add_argument("text", metavar="TEXT", nargs="*")
    made.add_argument(
        "-f",
        "--file",
        metavar="FILE",
        dest="files",
        action="append",
        default=[],
        help="send this along (and again for more)",
    )
    made.add_argument("--reply", type=_count(1 << 53), metavar="SEQ", help="answer that message")
    made.add_argument("--key", help="a word of your own for this message; said once")
    made.add_argument("-q", "--quiet", action="store_true", help="print no seq")
