"""Joins an ES module and all that it needs into a single script.

Every module becomes a function that returns its exports, in the order in which a browser would run
them; what it imports it takes from those before. What `import()` loads stays a module of its own,
which needs no other. Not all of ECMA-262 §16.2 can be joined like this: whatever cannot, or is not
understood for certain, is a BundleError and never a script that does something else. Comments and
indentation are left out, and lines are kept, so that a place in a stack trace can be found: each
module begins with its path.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from chatd.edge.script_module import MODULE, Module, Reading
from chatd.edge.script_words import ScriptError, line_of, words


class BundleError(ValueError):
    """What cannot be joined: the file, the line, and what is there."""


#: The address at which a module loaded by itself is served.
Address = Callable[[str], str]


def bundle(files: Mapping[str, bytes], entry: str, address: Address | None = None) -> bytes:
    """The script that does what the module ``entry`` of ``files`` (by path) does.

    It is strict, has neither imports nor exports, and runs as a module or as a classic script.
    ``address``: see `Address`; without it nothing may be loaded later.
    """
    ordered: list[Module] = []
    _visit(files, entry, "", (), {}, ordered)
    joined = {module.path for module in ordered}
    codes = [module.code(_addresses(files, module, joined, address)) for module in ordered]
    numbers = {module.path: number for number, module in enumerate(ordered)}
    parts = ["'use strict';"]
    for module, code in zip(ordered, codes, strict=True):
        taken = "".join(f" const {what} = {MODULE}{numbers[path]};" for path, what in module.taken)
        given = ", ".join(
            name if name == local else f"{name}: {local}" for name, local in module.exports.items()
        )
        parts.append(
            f"// {module.path}\n"
            f"const {MODULE}{numbers[module.path]} = (() => {{{taken}\n{code}\n"
            f"return Object.freeze({{ {given} }});\n}})();"
        )
    return ("\n".join(parts) + "\n").encode()


def _addresses(
    files: Mapping[str, bytes], module: Module, joined: set[str], address: Address | None
) -> list[str]:
    """What replaces the paths that `import()` names."""
    found = []
    for word, path in module.later:
        where = f"{module.path}, line {line_of(module.source, word.start)}"
        if address is None:
            raise BundleError(f"{where}: import() has no place here")
        if path in joined:
            raise BundleError(f"{where}: {path} would be there twice: it is imported as well")
        _stands_alone(files, path, where)
        found.append(json.dumps(address(path)))
    return found


def _stands_alone(files: Mapping[str, bytes], path: str, where: str) -> None:
    if path not in files:
        raise BundleError(f"{where}: there is no module {path}")
    before = ""
    try:
        for word in words(files[path].decode("utf-8")):
            if word.kind == "name" and word.text == "import" and before != ".":
                raise BundleError(f"{where}: {path} is loaded by itself, but imports others")
            before = before if word.kind == "comment" else word.text
    except ScriptError as error:
        raise BundleError(f"{path}, {error}") from None


def _visit(
    files: Mapping[str, bytes],
    path: str,
    asked_by: str,
    above: tuple[str, ...],
    known: dict[str, Module],
    ordered: list[Module],
) -> Module:
    """Depth first, as a browser does; then the module with all it needs is in ``ordered``."""
    if path in above:
        circle = " → ".join((*above[above.index(path) :], path))
        raise BundleError(f"{asked_by}: modules that need one another: {circle}")
    if path in known:
        return known[path]
    body = files.get(path)
    if body is None:
        raise BundleError(f"{asked_by or path}: there is no module {path}")
    try:
        reading = Reading(Module(path, body.decode("utf-8")))
        module = reading.read()
    except ScriptError as error:
        raise BundleError(f"{path}, {error}") from None
    for needed, wanted in reading.wanted:
        other = _visit(files, needed, path, (*above, path), known, ordered)
        missing = [name for name in wanted if name not in other.exports]
        if missing:
            raise BundleError(f"{path}: {needed} does not export {', '.join(missing)}")
    known[path] = module
    ordered.append(module)
    return module
