"""As much of man(7) as the pages need."""

import argparse
import re
from collections.abc import Collection, Iterable, Iterator
from textwrap import dedent

from chatd import __version__
from chatd.admin.parser_tree import commands_of

Lines = Iterator[str]


def escaped(text: str) -> str:
    """Our own text for roff: nothing in it is a request or an escape."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def prose(text: str) -> str:
    """`code` becomes bold."""
    parts = re.split(r"`([^`]+)`", " ".join(text.split()))
    shown = [bold(part) if number % 2 else escaped(part) for number, part in enumerate(parts)]
    whole = "".join(shown)
    return "\\&" + whole if whole.startswith(".") else whole


def bold(text: str) -> str:
    return f"\\fB{escaped(text)}\\fR"


def slanted(text: str) -> str:
    return f"\\fI{escaped(text)}\\fR"


def head(name: str, section: int, about: str) -> Lines:
    yield f'.TH {name.upper()} {section} "" "chatd {__version__}"'
    yield ".ad l"
    yield ".nh"
    yield ".SH NAME"
    yield f"{escaped(name)} \\- {escaped(about)}"


def section(title: str, *paragraphs: str) -> Lines:
    yield f".SH {title}"
    for number, text in enumerate(paragraphs):
        if number:
            yield ".PP"
        yield prose(text)


def entries(pairs: Iterable[tuple[str, str]]) -> Lines:
    """A term, already formatted, with its text below."""
    for term, text in pairs:
        yield ".TP"
        yield term
        yield prose(text)


def laid_out(text: str) -> Lines:
    """Text whose lines stay as they are, up to 78 columns wide."""
    yield ".in 2n"
    yield ".nf"
    yield from escaped(dedent(text)).splitlines()
    yield ".fi"
    yield ".in"


def usage(parser: argparse.ArgumentParser, without: Collection[str]) -> str:
    """What follows a command's words, ``without`` what is said for all commands."""
    parts = []
    for action in parser._actions:
        if action.help == argparse.SUPPRESS or action.dest in without:
            continue
        if action.option_strings:
            shown = bold(action.option_strings[-1])
            if action.nargs != 0:
                shown += f" {slanted(_value(action))}"
            parts.append(shown if action.required else f"[{shown}]")
        elif not isinstance(action, argparse._SubParsersAction):
            name = slanted(_value(action))
            parts.append(f"[{name}]" if action.nargs in ("?", "*") else name)
    return " ".join(parts)


def options(parser: argparse.ArgumentParser, without: Collection[str] = ()) -> Lines:
    """Each with what its help says."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction) or not action.help:
            continue
        if action.help == argparse.SUPPRESS or action.dest in without:
            continue
        names = ", ".join(map(bold, action.option_strings)) or slanted(_value(action))
        if action.option_strings and action.nargs != 0:
            names += f" {slanted(_value(action))}"
        yield from entries([(names, action.help.replace("%%", "%"))])


def _value(action: argparse.Action) -> str:
    if isinstance(action.metavar, str):
        return action.metavar
    if action.choices is not None:
        return "|".join(map(str, action.choices))
    return action.dest.upper() if action.option_strings else action.dest


def commands(parser: argparse.ArgumentParser) -> Lines:
    """Every command: how it is typed, what it does, its options."""
    everywhere = {action.dest for action in parser._actions}
    for words, each in commands_of(parser):
        yield ".TP 4"
        yield f"{bold(' '.join(words))} {usage(each, everywhere)}".rstrip()
        yield prose(" ".join((each.description or "").split()))
        below = list(options(each, everywhere))
        if below:
            yield ".RS"
            yield from below
            yield ".RE"
