"""The page as one version: its modules and stylesheets joined, named by their content, and the
pages that name them, all by addresses relative to the page's own.

A name stands for its bytes for ever, so browsers need not ask again; a page names only what was
made with it, so no page mixes two versions. All of it is made only from the files of ui/.

    python -P -m chatd.edge.release < files > release

runs a process that makes one, for `aside`; both are MessagePack.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from chatd.edge.bundle import BundleError, bundle

#: The pages whose files are joined, and the names of the joined ones.
PAGES: Mapping[str, str] = {"index.html": "app", "embed.html": "embed"}
#: The service worker, and the module in which it finds the names of what it keeps.
WORKER = "worker/main.js"
WORKER_FILES = "worker/files.js"
MANIFEST = "manifest.webmanifest"
#: The joined name of the scripts that run before the first paint.
START = "start.js"

_STYLES = re.compile(r'(?:[ \t]*<link rel="stylesheet" href="ui/[^"]+">\n)+')
_HREF = re.compile(r'href="ui/([^"]+)"')
_PLAIN = re.compile(r'(?:[ \t]*<script src="ui/[^"]+"></script>\n)+')
_SRC = re.compile(r'src="ui/([^"]+)"')
_MODULE = re.compile(r'<script type="module" src="ui/([^"]+)">')
_OTHER = re.compile(r'(href|src)="ui/([^"]+)"')
#: Addresses relative to the whole host, which the server may share with others.
_WHOLE = re.compile(r'(href|src)="/[^"]*"')
#: What would mean something else, or nothing, in the middle of a joined stylesheet.
_UNJOINED = re.compile(r"@import|@charset|@namespace|url\(\s*[\"']?(?!data:|#)", re.IGNORECASE)
_CSS_WORDS = re.compile(r"/\*.*?\*/|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Release:
    """``lasting``: what is named by its content, by path below ui/, including what is loaded later.
    ``pages``: those of PAGES. ``worker`` is b"" if the files have none."""

    lasting: Mapping[str, bytes]
    pages: Mapping[str, bytes]
    worker: bytes


def release(files: Mapping[str, bytes]) -> Release:
    """``files`` by path below ui/; BundleError if they cannot be joined."""
    lasting: dict[str, bytes] = {}
    pages: dict[str, bytes] = {}
    shell: list[str] = []
    for path, name in PAGES.items():
        if path in files:
            named: dict[str, bytes] = {}
            pages[path] = _page(files, path, name, named)
            lasting.update(named)
            shell = shell or list(named)
    worker = b""
    if WORKER in files:
        worker = bundle({**files, WORKER_FILES: _kept(pages, files, shell)}, WORKER)
    return Release(lasting, pages, worker)


def joined_styles(files: Mapping[str, bytes], paths: list[str]) -> bytes:
    """One after the other, without their comments; no line moves."""
    parts = []
    for path in paths:
        text = _text(files, path)
        bare = _CSS_WORDS.sub("", text)
        found = _UNJOINED.search(text)
        if found:
            raise BundleError(f"{path}: {found.group()} cannot be joined")
        if bare.count("{") != bare.count("}") or "/*" in bare:
            raise BundleError(f"{path}: a bracket or a comment is not closed")
        parts.append(f"/* {path} */\n{_CSS_WORDS.sub(_without_comment, text)}")
    return "\n".join(parts).encode()


def _without_comment(found: re.Match[str]) -> str:
    word = found.group()
    # Between two words it keeps them apart, and so must what replaces it.
    return "\n" * word.count("\n") or " " if word.startswith("/*") else word


def _page(files: Mapping[str, bytes], path: str, name: str, lasting: dict[str, bytes]) -> bytes:
    text = _text(files, path)

    def styles(found: re.Match[str]) -> str:
        body = joined_styles(files, _HREF.findall(found.group()))
        return f'    <link rel="stylesheet" href="{_keep(lasting, f"{name}.css", body)}">\n'

    def alone(path: str) -> str:
        # As seen by the joined script, which lies beside it.
        return f"./{posixpath.basename(_keep(lasting, posixpath.basename(path), files[path]))}"

    def plain(found: re.Match[str]) -> str:
        start = "".join(f"import './{path}';\n" for path in _SRC.findall(found.group()))
        script = bundle({**files, START: start.encode()}, START)
        return f'    <script src="{_keep(lasting, START, script)}"></script>\n'

    def module(found: re.Match[str]) -> str:
        script = bundle(files, found.group(1), alone)
        kept = _keep(lasting, f"{name}.js", script)
        return f'<script type="module" src="{kept}">'

    def other(found: re.Match[str]) -> str:
        attribute, file = found.groups()
        if file in lasting:
            return found.group()
        if file not in files:
            raise BundleError(f"{path}: there is no file {file}")
        return f'{attribute}="{_keep(lasting, posixpath.basename(file), files[file])}"'

    if whole := _WHOLE.search(text):
        raise BundleError(f"{path}: {whole.group()} leaves out the path that this server may have")
    text = _MODULE.sub(module, _PLAIN.sub(plain, _STYLES.sub(styles, text)))
    return _OTHER.sub(other, text).encode()


def _keep(lasting: dict[str, bytes], name: str, body: bytes) -> str:
    """The address of the bytes, as the page sees it: ui/app.0123456789abcdef.js"""
    stem, ending = posixpath.splitext(name)
    kept = f"{stem}.{hashlib.sha256(body).hexdigest()[:16]}{ending}"
    lasting[kept] = body
    return f"ui/{kept}"


def _kept(pages: Mapping[str, bytes], files: Mapping[str, bytes], shell: list[str]) -> bytes:
    """The module that tells the worker which version it belongs to and what that consists of."""
    index = pages.get("index.html", b"")
    version = hashlib.sha256(index + files.get(MANIFEST, b"")).hexdigest()[:16]
    addresses = ["/", *(f"/ui/{name}" for name in shell)]
    return (
        f"export const VERSION = {json.dumps(version)};\n"
        f"export const FILES = {json.dumps(addresses)};\n"
    ).encode()


def _text(files: Mapping[str, bytes], path: str) -> str:
    if path not in files:
        raise BundleError(f"there is no file {path}")
    return files[path].decode("utf-8")


def main() -> None:
    files = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=dict[str, bytes])
    sys.stdout.buffer.write(msgspec.msgpack.encode(release(files)))


if __name__ == "__main__":
    main()
