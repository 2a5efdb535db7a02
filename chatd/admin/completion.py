"""What lets a shell complete chatctl's words, made from the parser: `chatctl completion bash`.

A script is a table: what may come next after each command, and what follows an option. It asks
nobody while somebody types, so it is as quick as the shell.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from chatd.admin.parser_tree import groups_of, help_of
from chatd.admin.shells import SHELLS

#: Stands for a file's name in the table.
FILE: Final = "<file>"
#: Nothing is offered if only the person can know.
ANY: Final = "<any>"


@dataclass
class Place:
    """Where one is after some words. ``words``: commands and what they do; ``options``: these and
    what they do; ``follows``: what follows an option: choices, FILE or ANY; ``values``: the same
    for arguments that stand by themselves, in order."""

    path: str
    words: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    follows: dict[str, str] = field(default_factory=dict)
    values: list[str] = field(default_factory=list)


def places(parser: argparse.ArgumentParser, path: str = "") -> Iterator[Place]:
    """All of them, the parser's own first."""
    groups = groups_of(parser)
    place = Place(path, words=help_of(parser))
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            continue
        if not action.option_strings:
            place.values.append(_expected(action))
        for option in action.option_strings:
            place.options[option] = action.help or ""
            if action.nargs != 0:
                place.follows[option] = _expected(action)
    yield place
    for name, below in groups.items():
        yield from places(below, f"{path} {name}".strip())


def _expected(action: argparse.Action) -> str:
    if action.choices is not None:
        return " ".join(map(str, action.choices))
    paths = ("file", "folder", "target", "config", "root", "public", "certificate", "key", "ca")
    return FILE if action.dest in paths else ANY


def script(shell: str, parser: argparse.ArgumentParser) -> str:
    """The script for one of `SHELLS`."""
    name = parser.prog
    found = list(places(parser))
    made = dict(zip(SHELLS, (_bash, _zsh, _fish), strict=True))[shell](name, found)
    return f"{made.strip()}\n"


BASH: Final = """\
# bash completion for {name}, made by `{name} completion bash`.
_{name}() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}
    local path= next= word skip= at
    COMPREPLY=()
    for ((at = 1; at < COMP_CWORD; at++)); do
        word=${{COMP_WORDS[at]}}
        if [[ $skip ]]; then skip=; continue; fi
        _{name}_follows "$path" "$word" && {{ skip=yes; continue; }}
        [[ $word == -* ]] && continue
        _{name}_is "${{path:+$path }}$word" && path="${{path:+$path }}$word"
    done
    if [[ $skip ]]; then
        next=$(_{name}_after "$path" "$previous")
    elif [[ $current == -* ]]; then
        next=$(_{name}_options "$path")
    else
        next=$(_{name}_words "$path")
    fi
    if [[ $next == "{file}" ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    else
        COMPREPLY=($(compgen -W "$next" -- "$current"))
    fi
}}
_{name}_is() {{ case "$1" in {paths}) return 0 ;; esac; return 1; }}
_{name}_words() {{ case "$1" in
{words}
esac; }}
_{name}_options() {{ case "$1" in
{options}
esac; }}
_{name}_after() {{ case "$1:$2" in
{after}
esac; }}
_{name}_follows() {{ case "$1:$2" in {takes}) return 0 ;; esac; return 1; }}
complete -F _{name} {name}
"""


def _bash(name: str, found: list[Place]) -> str:
    def rows(pairs: Iterator[tuple[str, str]]) -> str:
        return "\n".join(f"    '{path}') echo '{text}' ;;" for path, text in pairs if text)

    after = [
        (f"{place.path}:{option}", _offered(expected))
        for place in found
        for option, expected in place.follows.items()
    ]
    return BASH.format(
        name=name,
        file=FILE,
        paths="|".join(f"'{place.path}'" for place in found if place.path),
        words=rows((place.path, _next(place)) for place in found),
        options=rows((place.path, " ".join(place.options)) for place in found),
        after=rows(iter(after)),
        takes="|".join(f"'{path}'" for path, _ in after),
    )


def _offered(expected: str) -> str:
    return "" if expected == ANY else expected


def _next(place: Place) -> str:
    """What may stand there without a dash: commands, otherwise the first value that is known."""
    if place.words:
        return " ".join(place.words)
    return next((value for value in place.values if value != ANY), "")


ZSH: Final = """\
#compdef {name}
# zsh completion for {name}, made by `{name} completion zsh`.
_{name}() {{
    local place= word skip= at
    local -a offered
    for ((at = 2; at < CURRENT; at++)); do
        word=${{words[at]}}
        if [[ -n $skip ]]; then skip=; continue; fi
        case "$place:$word" in {takes}) skip=yes; continue ;; esac
        [[ $word == -* ]] && continue
        case "${{place:+$place }}$word" in {paths}) place="${{place:+$place }}$word" ;; esac
    done
    if [[ -n $skip ]]; then
        case "$place:${{words[CURRENT-1]}}" in
{after}
        esac
    elif [[ $PREFIX == -* ]]; then
        case "$place" in
{options}
        esac
    else
        case "$place" in
{words}
        esac
    fi
}}
if [[ $funcstack[1] == _{name} ]]; then _{name} "$@"; else compdef _{name} {name}; fi
"""


def _zsh(name: str, found: list[Place]) -> str:
    def described(path: str, offered: dict[str, str]) -> str:
        each = " ".join(f"'{_zsh_text(word)}:{_zsh_text(text)}'" for word, text in offered.items())
        return f"            '{path}') offered=({each}); _describe -t words {name} offered ;;"

    def plainly(path: str, expected: str) -> str:
        what = "_files" if expected == FILE else f"compadd -- {expected}"
        return f"            '{path}') {what} ;;"

    after = [
        (f"{place.path}:{option}", expected)
        for place in found
        for option, expected in place.follows.items()
    ]
    words = [
        described(place.path, place.words) if place.words else plainly(place.path, _next(place))
        for place in found
        if _next(place)
    ]
    return ZSH.format(
        name=name,
        paths="|".join(f"'{place.path}'" for place in found if place.path),
        takes="|".join(f"'{path}'" for path, _ in after),
        after="\n".join(plainly(path, what) for path, what in after if what != ANY),
        options="\n".join(described(place.path, place.options) for place in found),
        words="\n".join(words),
    )


def _zsh_text(text: str) -> str:
    return text.replace("'", "’").replace(":", "\\:").replace("%%", "%")


FISH: Final = """\
# fish completion for {name}, made by `{name} completion fish`.
function __{name}_at
    set -l path
    set -l skip
    for word in (commandline -opc)[2..-1]
        if set -q skip[1]
            set -e skip
            continue
        end
        if contains -- "$path:$word" {takes}
            set skip yes
            continue
        end
        string match -q -- '-*' $word; and continue
        set -l longer (string trim -- "$path $word")
        contains -- $longer {paths}; and set path $longer
    end
    test "$path" = "$argv[1]"
end
complete -c {name} -f
{lines}
"""


def _fish(name: str, found: list[Place]) -> str:
    def quoted(text: str) -> str:
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("%%", "%") + "'"

    lines = []
    for place in found:
        at = f"complete -c {name} -n {quoted(f'__{name}_at {quoted(place.path)}')}"
        for word, text in place.words.items():
            lines.append(f"{at} -a {word} -d {quoted(text)}")
        if not place.words and (value := _next(place)):
            lines.append(f"{at} -F" if value == FILE else f"{at} -a {quoted(value)}")
        for option, text in place.options.items():
            kind = f"-l {option[2:]}" if option.startswith("--") else f"-s {option[1:]}"
            expected = place.follows.get(option)
            takes = {None: "", FILE: " -r -F", ANY: " -x"}.get(expected)
            takes = f" -x -a {quoted(expected or '')}" if takes is None else takes
            lines.append(f"{at} {kind}{takes} -d {quoted(text)}")
    takes_value = [f"{place.path}:{option}" for place in found for option in place.follows]
    return FISH.format(
        name=name,
        takes=" ".join(map(quoted, takes_value)),
        paths=" ".join(quoted(place.path) for place in found if place.path),
        lines="\n".join(lines),
    )
