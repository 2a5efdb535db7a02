"""Every address of the page goes through ui/net/base.js, which knows the path that the server may
have, and so does every name in what browsers keep for all pages of a host together."""

import re

import pytest

from chatd.edge.pages import ui_files
from chatd.edge.script_words import words

#: A path of this server, as it stands in a string.
PATH = re.compile(r"['\"`]/(?:#|(?:api|auth|embed|files|pictures|protocol|ui|ws)\b|worker\.js)")
#: The top, which a slash by itself is where one of these gets it.
TOP = re.compile(r"['\"`]/['\"`]")
LEADS = {"assign", "fetch", "getRegistration", "href", "openWindow", "replace", "replaceState"}
#: What takes a path and puts the server's own in front of it.
TAKES = {"at", "whole", "call", "#call", "#asked"}
#: What all pages of a host share.
SHARED = {"localStorage", "sessionStorage", "indexedDB"}
#: Where they are made this server's own: as a name, or by `ownStorage`.
OWN = {"again.js", "net/base.js", "net/database.js", "theme.js"}


def strays(source: str) -> list[str]:
    """Addresses that no function of TAKES is given, and storage that is not wrapped."""
    found: list[str] = []
    before: list[str] = []
    for word in words(source):
        if word.kind == "comment":
            continue
        near = set(before[-16:])
        leads = PATH.match(word.text) or (TOP.fullmatch(word.text) and LEADS & near)
        if word.kind != "name" and leads and not TAKES & near:
            found.append(word.text)
        if word.text in SHARED and before[-2:] != ["ownStorage", "("]:
            found.append(word.text)
        before = [] if word.text == ";" else [*before, word.text]
    return found


SCRIPTS = {
    path: body.decode()
    for path, body in ui_files().items()
    if path.endswith(".js") and path not in OWN and not path.startswith("words/")
}


def test_no_address_and_no_storage_is_taken_for_the_whole_host():
    assert len(SCRIPTS) > 100
    found = {path: strays(source) for path, source in SCRIPTS.items()}
    assert {path: strayed for path, strayed in found.items() if strayed} == {}


def test_no_document_and_no_manifest_names_an_address_from_the_top():
    documents = [path for path in ui_files() if path.endswith((".html", ".webmanifest"))]
    assert len(documents) == 4
    assert [path for path in documents if b'"/' in ui_files()[path]] == []


@pytest.mark.parametrize(
    "source",
    [
        "fetch('/api/session');",
        "const address = '/ui/icon.svg';",
        "location.assign(`/#/room/${room}`);",
        "history.replaceState(null, '', '/');",
        "h('a', { href: `/files/${id}` });",
        "new WebSocket('/ws');",
        "new Wants(localStorage);",
        "const text = await fetch('/protocol/schema.json');",
    ],
)
def test_the_check_finds_what_it_looks_for(source):
    assert len(strays(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "fetch(at('/api/session'));",
        "this.#call('GET', '/api/session');",
        "whole(`/#join=${secret}`);",
        "location.replace(at('/'));",
        "new Wants(ownStorage(localStorage));",
        "go(at(back ? `/#${back}` : '/'));",
        "const half = text.split('/'); // fetch('/api/session')",
    ],
)
def test_it_leaves_alone_what_is_right(source):
    assert strays(source) == []
