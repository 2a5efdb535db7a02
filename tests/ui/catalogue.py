"""The page's words: what its source says, what the catalogues have, and where the two differ."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.ui.javascript import Text, texts

ROOT = Path(__file__).parents[2]
UI = ROOT / "chatd" / "ui"
#: The categories of Intl.PluralRules (CLDR, cardinal); test_words asks a browser for them, too.
CATEGORIES = {
    "de": ("one", "other"),
    "ar": ("zero", "one", "two", "few", "many", "other"),
}
#: Forms that may leave the number out, as "one message" does.
WITHOUT_NUMBER = ("zero", "one", "two")
#: Not for people who use the chat: the developer's page, the script for sites, what is generated.
FOREIGN = ("try/", "embed.js", "wire.js", "words/de.js", "words/ar.js")

_HOLE = re.compile(r"\{(\w+)\}")
_WORD = re.compile(r"[A-Za-z]{2}")
_SENTENCE = re.compile(r"[A-Za-z’]{2,} [A-Za-z]+")
_CAPITAL = re.compile(r"[A-Z][a-z]+(?:[ .,…]|$)")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Properties whose values people see or hear.
_SEEN = _words("""
    title placeholder label hint alt notice lead text empty button about textContent
    aria-label
""")
#: Names that code has, and words of the search, which are the same in all languages.
_NAMES = {
    "NoToken",
    "Unreachable",
    "Refused",
    "Lost",
    "Home",
    "End",
    "XXXX-XXXX",
    "chatd",
    "chatd tab ",
    "chatd tabs",
    "chatd hub ",
    "px sans-serif",
    "Stale",
    "Something was missed.",
    "chatd outbox",
    "chatd files",
    "from:anna",
    "before:2026-01-31",
    "has:file",
    "in:#kitchen",
    "text large",
    "room",
    "English",
    "Deutsch",
    "a sentence needs {",
}
_CALLS = {"t": (0,), "parts": (0,), "many": (1, 2), "manyParts": (1, 2)}
#: What other arguments hold is seen by nobody.
_UNSEEN_CALLS = _words("""
    querySelector querySelectorAll closest matches matchMedia addEventListener
    removeEventListener setAttribute removeAttribute getItem setItem removeItem createElement
    createElementNS RegExp emulate request execCommand toggleAttribute toLocaleUpperCase kept
    choose Event normalize indexOf includes startsWith endsWith replaceAll replace split join
    insertAdjacentElement getContext toBlob
""")
#: Properties that hold no words.
_UNSEEN = _words("""
    class type role id for href rel target accept autocomplete sandbox allow autocapitalize
    enterkeyhint spellcheck name method credentials cache redirect Accept Authorization icon
    key behavior block d headers
""")


@dataclass
class Source:
    """What the page says: single sentences, and those about numbers (by their English plural
    form); and texts that look like words for people and are not handed to the catalogue."""

    sentences: dict[str, str] = field(default_factory=dict)
    plurals: dict[str, str] = field(default_factory=dict)
    unwrapped: list[str] = field(default_factory=list)
    emoji: set[str] = field(default_factory=set)

    def read(self, name: str, source: str) -> Source:
        for one in texts(source):
            place = f"{name}:{one.line}"
            holes = _CALLS.get(one.call or "", ())
            if (
                one.property is None
                and one.argument in holes
                and one.before in ("(", ",", "?", ":")
            ):
                if one.in_template:
                    self.unwrapped.append(f"{place}: {one.text!r} is put together, not whole")
                elif one.call in ("t", "parts"):
                    self.sentences.setdefault(one.text, place)
                elif one.argument == 2:
                    self.plurals.setdefault(one.text, place)
            elif seems_seen(one):
                self.unwrapped.append(f"{place}: {one.text!r}")
        return self


def page() -> Source:
    found = Source()
    for path in sorted(UI.rglob("*.js")):
        name = str(path.relative_to(UI))
        if name.startswith(FOREIGN) or name in FOREIGN:
            continue
        if name == "state/emoji.js":
            found.emoji = emoji_names(path.read_text())
            continue
        found.read(name, path.read_text())
    return found


def seems_seen(one: Text) -> bool:
    """Whether a text looks as if people would read it: a guess that errs on the side of asking."""
    text = one.text
    if not _WORD.search(text) or one.before in ("import", "from", "case", "===", "!=="):
        return False
    if text in _NAMES or (one.call == "bdi" and one.argument > 0):
        return False
    if one.property in _SEEN:
        return text not in ("off",)
    if one.property in _UNSEEN or one.call in _UNSEEN_CALLS or one.after in ("===", "!==", "in"):
        return False
    if one.call in ("h", "iconButton", "fill", "append", "hidden", "bdi") and one.property is None:
        # The first names an element or a drawing; the others are what it says.
        return one.argument > 0 or one.call in ("hidden", "bdi")
    if one.before == "=" and text[:1].isupper():
        return True
    return bool(
        re.search(r"[A-Za-z’]{2,} [A-Za-z]+", text) or re.match(r"[A-Z][a-z]+(?:[ .,…]|$)", text)
    )


def emoji_names(source: str) -> set[str]:
    names = set(re.findall(r"^  (\w+): `", source, re.MULTILINE))
    for table in re.findall(r"`([^`]*)`", source):
        for entry in table.split("|"):
            words = entry.split()
            if len(words) > 1:
                names.add(" ".join(words[1:]))
    return names


def catalogue(language: str) -> dict[str, Any]:
    """Comment lines, `export default`, one JSON object, a semicolon."""
    source = (UI / "words" / f"{language}.js").read_text()
    body = "\n".join(line for line in source.splitlines() if not line.startswith("//"))
    found: dict[str, Any] = json.loads(
        body.strip().removeprefix("export default").removesuffix(";"), object_pairs_hook=_once
    )
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    twice = {key for key, _ in pairs if [one for one, _ in pairs].count(key) > 1}
    if twice:
        raise ValueError(f"stands twice: {sorted(twice)}")
    return dict(pairs)


def faults(language: str, words: dict[str, Any], said: Source) -> list[str]:
    """What is missing in a catalogue, of no use in it, or names other things than the English."""
    found = []
    have = words["page"]
    for key in sorted({*said.sentences, *said.plurals} - {*have}):
        found.append(f"missing: {key!r} ({said.sentences.get(key) or said.plurals[key]})")
    found += [f"of no use: {key!r}" for key in sorted({*have} - {*said.sentences, *said.plurals})]
    for key, value in have.items():
        if key in said.plurals and not isinstance(value, dict):
            found.append(f"no forms for numbers: {key!r}")
        elif key in said.sentences and key not in said.plurals and not isinstance(value, str):
            found.append(f"forms, though there is no number: {key!r}")
        elif isinstance(value, dict):
            found += _form_faults(language, key, value)
        else:
            found += _hole_faults(key, value)
    for key in sorted(said.emoji - {*words["emoji"]}):
        found.append(f"missing emoji: {key!r}")
    found += [f"emoji of no use: {key!r}" for key in sorted({*words["emoji"]} - said.emoji)]
    return found


def _form_faults(language: str, key: str, forms: dict[str, str]) -> Iterator[str]:
    if tuple(forms) != CATEGORIES[language]:
        yield f"the forms of {key!r} are {tuple(forms)}, not {CATEGORIES[language]}"
    for name, text in forms.items():
        without = ("count",) if name in WITHOUT_NUMBER else ()
        yield from _hole_faults(f"{key} [{name}]", text, without)


def _hole_faults(key: str, text: str, without: tuple[str, ...] = ()) -> Iterator[str]:
    if not text.strip():
        yield f"empty: {key!r}"
    wanted, named = set(_HOLE.findall(key)), _HOLE.findall(text)
    if len(named) != len(set(named)):
        yield f"names something twice: {key!r} {named}"
    if set(named) - wanted or wanted - set(named) - set(without):
        yield f"names other things: {key!r} {sorted(wanted)}, {sorted(named)}"


# ---- what the server says ------------------------------------------------------------------------


def server_sentences() -> set[str]:
    """Every text of the server, with {} for what is put into it."""
    found: set[str] = set()
    for path in (ROOT / "chatd").rglob("*.py"):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                found.add("".join(_piece(value) for value in node.values))
    return found


def _piece(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    return "{}"


def server_faults(words: dict[str, Any]) -> list[str]:
    """Sentences of a catalogue that the server does not say, or that name other things."""
    said = server_sentences()
    found = [f"never said: {key!r}" for key in words["server"] if _HOLE.sub("{}", key) not in said]
    for key, value in words["server"].items():
        found += _hole_faults(key, value)
    return found
