"""Modules joined into one script: the same in one file, or refused."""

import re

import pytest

from chatd.edge.bundle import BundleError, bundle
from chatd.edge.pages import ui_files
from chatd.edge.release import PAGES, release
from chatd.edge.script_words import words
from tests.edge.misleading import MODULES


def joined(main, **others):
    files = {"main.js": main, **{f"{name}.js": text for name, text in others.items()}}
    return bundle({path: text.encode() for path, text in files.items()}, "main.js").decode()


def refused(main, **others):
    with pytest.raises(BundleError) as why:
        joined(main, **others)
    return str(why.value)


def code_words(script):
    return [word.text for word in words(script) if word.kind != "comment"]


def test_each_module_is_a_function_before_those_that_need_it():
    script = joined(
        "import { b } from './b.js';\nimport { c } from './c.js';\nb(c);\n",
        b="import { c } from './c.js';\nexport const b = (x) => x + c;\n",
        c="export const c = 1;\n",
    )
    assert re.findall(r"^// (.*)$", script, re.M) == ["c.js", "b.js", "main.js"]
    assert script.startswith("'use strict';\n"), "a classic script is strict as a module is"
    assert "const { b } = module$1; const { c } = module$0;" in script
    assert "return Object.freeze({ b });" in script


def test_a_module_that_two_need_runs_once():
    script = joined(
        "import './a.js';\nimport './b.js';\n",
        a="import './c.js';",
        b="import './c.js';",
        c="globalThis.runs = (globalThis.runs ?? 0) + 1;",
    )
    assert script.count("globalThis.runs =") == 1


def test_lines_stay_where_they_were_so_that_a_stack_trace_is_found():
    main = "// one\n/* two\nthree */\nimport {\n  a,\n} from './a.js';\nthrow new Error(a);\n"
    script = joined(main, a="export const a = 1;").splitlines()
    assert script.index("throw new Error(a);") - script.index("// main.js") == 8, "as line 7"


def test_comments_are_left_out_and_what_looks_like_one_is_not():
    script = joined(
        "const a = '// kept'; // left out\nconst b = `/* kept */`;\n/* left out */ a(b);\n"
    )
    assert "left out" not in script
    assert script.count("kept") == 2


def test_a_comment_that_ends_a_line_goes_on_ending_it():
    script = joined("let a = 1\n/* one\ntwo */ ++a\nreturned()\n/**/\n")
    assert "let a = 1\n\n ++a" in script


def test_a_comment_between_two_words_keeps_them_apart():
    assert "typeof a" in joined("typeof/**/a;")


def test_lines_are_not_indented_but_what_is_within_words_is():
    main = "if (a) {\n  b(\n\t`\n  kept ${\n    c\n  } kept`,\n    'd', // e\n  );\n    // f\n}\n"
    script = joined(main)
    assert "if (a) {\nb(\n`\n  kept ${\nc\n} kept`,\n'd',  \n);\n\n}\n" in script
    assert " ".join(code_words(main)) in " ".join(code_words(script))


def test_the_text_of_templates_is_untouched():
    main = "const a = `\n   // no comment   \n import { b } from './b.js';  \n${ 1 /* one */ }\n`;"
    assert "`\n   // no comment   \n import { b } from './b.js';  \n${" in joined(main)


def test_no_import_or_export_is_left_of_modules_that_mislead():
    script = bundle(MODULES, "main.js").decode()
    found = code_words(script)
    left = [
        found[place - 1 : place + 2]
        for place, word in enumerate(found)
        if word in ("import", "export") and found[place - 1] != "." and found[place + 1] != ":"
    ]
    assert left == []
    assert script.count("import") > 10, "in strings, templates and expressions they stay"


@pytest.mark.parametrize(
    ("main", "why"),
    {
        "a default export": ("export default 1;", "line 1: export default is not joined"),
        "a default import": ("\nimport a from './a.js';", "line 2: a default import"),
        "default, renamed": ("import { default as b } from './a.js';", "a default is not joined"),
        "default in a list": ("const a = 1; export { a as default };", "a default is not joined"),
        "a variable that may change": ("export let a = 1;", "export let is not joined"),
        "var": ("export var a = 1;", "export var is not joined"),
        "a list with a variable": ("let a = 1; export { a };", "not a const, function or class"),
        "a pattern": ("export const { a } = { a: 1 };", "declares no single name"),
        "several at once": ("export const a = 1, b = 2;", "declares no single name"),
        "several, without an end": ("export const a = 1\nb(), c()", "declares no single name"),
        "from elsewhere": ("export { a } from './a.js';", "import it first"),
        "everything": ("export * from './a.js';", "export * is not joined"),
        "everything, named": ("export * as a from './a.js';", "export * is not joined"),
        "at any time": ("import('./a.js').then();", "line 1: import() has no place here"),
        "at any time, later": ("const a = () => { import('./a.js') };", "import() has no place"),
        "at any time, apart": ("const a = () => import /* of */\n('./a.js');", "line 2: import()"),
        "in a template": ("const a = `${import('./a.js')}`;", "import() has no place"),
        "what is worked out": ("import('./a' + '.js');", "anything but one path in quotes"),
        "with attributes": ("import('./a.json', {});", "anything but one path in quotes"),
        "about itself": ("console.log(import.meta.url);", "import.meta"),
        "waiting": ("await 1;", "await outside a function"),
        "waiting in a loop": ("for await (const a of b) c();", "await outside a function"),
        "attributes": ("import { a } from './a.js' with { type: 'json' };", "import attributes"),
        "a bare name": ("import { a } from 'lit';", "no path of a file"),
        "an address": ("import { a } from 'https://example.org/a.js';", "no path of a file"),
        "from the root": ("import { a } from '/a.js';", "no path of a file"),
        "a query": ("import { a } from './a.js?v=1';", "no path of a file"),
        "an escape": ("import { a } from './\\u0061.js';", "no path of a file"),
        "a template as path": ("import { a } from `./a.js`;", "the path of a module was to come"),
        "out of the folder": ("import { a } from '../a.js';", "there is no module ../a.js"),
        "no such file": ("import './none.js';", "there is no module none.js"),
        "no such export": ("import { c } from './a.js';", "a.js does not export c"),
        "twice": ("export const a = 1; export { a };", "a is exported twice"),
        "undeclared": ("export { a };", "not a const, function or class"),
        "an inner function": ("const b = function a() {}; export { a };", "not a const, function"),
        "text as a name": ("const a = 1; export { a as 'b c' };", "a name was to come"),
        "a taken name": ("const module$0 = 1;", "the name module$0 is taken"),
        "an escaped name": ("\\u0069mport('./a.js');", "a name with an escape"),
        "an escaped name's end": ("impor\\u0074('./a.js');", "a name with an escape"),
        "a program": ("#!/usr/bin/env node\n", "a module that is a program"),
        "an export inside": ("{ export const a = 1; }", "export inside brackets"),
        "an import inside": ("{ import { a } from './a.js'; }", "an import inside brackets"),
        "two on a line": ("import { a } from './a.js' import './a.js';", "does not end"),
        "assigned": ("export function f() {}\nf = 1;", "line 2: f is exported, and changes"),
        "assigned later": ("export class A {}\nconst g = () => { A ||= 1 };", "A is exported, and"),
        "counted": ("export function f() {}\n--f;", "f is exported, and changes"),
        "counted behind": ("export function f() {}\nf++;", "f is exported, and changes"),
        "looped": ("export function f() {}\nfor (f of []) 1;", "f is exported, and changes"),
        "taken apart": ("export function f() {}\n[f] = [1];", "f is exported, and changes"),
        "taken apart deep": (
            "export function f() {}\n({ a: [{ f }] } = b);",
            "f is exported, and changes",
        ),
        "an open string": ("const a = 'b\nc';", "line 1: a string without an end"),
        "an open template": ("\nconst a = `b", "line 2: a template without an end"),
        "an open substitution": ("const a = `${b`", "a template without an end"),
        "an open comment": ("/* a", "a comment without an end"),
        "an open expression": ("const a = /b\n/;", "a regular expression without an end"),
        "an open bracket": ("f(", "a ( is never closed"),
        "a bracket too many": ("f(]", "a ] that closes nothing"),
        "a slash behind a block": ("{}\n/a/.test(b);", "a slash after }"),
        "a slash behind ++": ("a++ / 2;", "a slash after ++"),
        "a slash behind a word": ("for (const a of /b/g) 1;", "a slash after of"),
    }.values(),
    ids=str,
)
def test_what_cannot_be_joined_is_refused_with_its_place(main, why):
    assert why in refused(main, a="export const a = 1;")


def test_modules_that_need_one_another_are_refused():
    a, b = "import { b } from './b.js'; export const a = 1;", "import './a.js'; export const b = 1;"
    assert "modules that need one another: a.js → b.js → a.js" in refused(
        "import './a.js';", a=a, b=b
    )
    assert "main.js → main.js" in refused("import './main.js';")


def later(main, **others):
    files = {"main.js": main, **{f"{name}.js": text for name, text in others.items()}}
    sources = {path: text.encode() for path, text in files.items()}
    return bundle(sources, "main.js", lambda path: f"./{path[:-3]}.1.js").decode()


def test_what_is_loaded_later_is_loaded_from_where_it_lasts():
    main = """const all = { a: () => import('./a.js'), b: () => import("./b.js" /* b */) };
// import('./c.js')
const text = "import('./a.js')";
"""
    script = later(main, a="export default 1;", b="export const b = 2;")
    assert """{ a: () => import("./a.1.js"), b: () => import("./b.1.js"  ) };""" in script
    assert "const text = \"import('./a.js')\";" in script
    assert "export" not in script


@pytest.mark.parametrize(
    ("main", "why"),
    [
        ("import './a.js'; import('./a.js');", "a.js would be there twice"),
        ("import('./b.js');", "b.js is loaded by itself, but imports others"),
        ("import('./c.js');", "there is no module c.js"),
    ],
)
def test_what_is_loaded_later_is_one_file_and_no_part_of_the_rest(main, why):
    with pytest.raises(BundleError, match=re.escape(why)):
        later(main, a="1;", b="import './a.js';")


def test_everything_of_the_page_can_be_joined():
    files = ui_files()
    made = release(files)
    assert set(made.pages) == set(PAGES)
    for script in (made.worker, *(made.lasting[name] for name in made.lasting if ".js" in name)):
        assert list(words(script.decode()))
    assert made.worker.count(b"// worker/") >= 3
