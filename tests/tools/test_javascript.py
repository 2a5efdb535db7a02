"""The page's JavaScript has no mistakes that ESLint or TypeScript finds, and they do find some."""

import json
import shutil
from pathlib import Path

import pytest

from tools import javascript

ROOT = Path(__file__).parents[2]
checks = pytest.mark.node


@checks
def test_the_page_is_in_order():
    assert javascript.lint(*javascript.LOOKED_AT) == ""
    assert javascript.types() == ""


#: (file, what stands there, what is put in its place, what is said of it)
FAULTS = (
    (
        "chat.js",
        "tell('typing', { room, active",
        "tell('typing', { room, activ",
        "not assignable to type 'never'",
    ),
    (
        "chat.js",
        "ask('history', { room: id, before",
        "ask('history', { before",
        "'room' is missing",
    ),
    ("chat.js", "ask('open', { room: id, ", "ask('opne', { room: id, ", '"opne"'),
    (
        "acts/saying.js",
        "keep('send', fields",
        "keep('send', { key, room, txt: text }",
        "'txt' does not exist",
    ),
    (
        "chat.js",
        "#keep('delete', { room, seq })",
        "#keep('delete', { room, seq: '1' })",
        "'number'",
    ),
    # A field that was spread in, a reply's, and one of a command without any.
    (
        "talk.js",
        "...(after !== null && { after })",
        "...(after !== null && { aftr: after })",
        "aftr",
    ),
    ("talk.js", "page.messages, page.more_after", "page.messages, page.moreAfter", "moreAfter"),
    ("acts/rooms.js", "ask('invited')", "ask('invited', { rooms: [] })", "rooms"),
    ("acts/people.js", "const { people } = await", "const { persons } = await", "persons"),
    ("state/drafts.js", "reply_to: replyTo }", "replyTo }", "replyTo"),
)


@checks
@pytest.mark.parametrize(
    ("name", "old", "new", "told"), FAULTS, ids=[f"{one[0]}: {one[2]}" for one in FAULTS]
)
def test_a_command_or_reply_that_the_wire_does_not_have_is_found(tmp_path, name, old, new, told):
    page = tmp_path / "ui"
    shutil.copytree(ROOT / "chatd" / "ui", page)
    text = (page / name).read_text()
    assert old in text, "the test plants its fault where there is nothing any more"
    (page / name).write_text(text.replace(old, new))
    project = tmp_path / "tsconfig.json"
    base = ROOT / javascript.HOME / "tsconfig.json"
    project.write_text(
        json.dumps(
            {"extends": str(base), "include": ["ui/**/*.js", str(base.with_name("page.d.ts"))]}
        )
    )
    found = javascript.project_types(project)
    assert f"ui/{name}(" in found
    assert told in found


@checks
@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (
            "export const put = (node, text) => { node.innerHTML = text; };",
            "no-restricted-properties",
        ),
        (
            "export const put = (node) => node.insertAdjacentHTML('x', 'y');",
            "no-restricted-properties",
        ),
        ("export const put = (text) => document.write(text);", "no-restricted-properties"),
        (
            "export const put = (text) => new DOMParser().parseFromString(text, 'x');",
            "no-restricted",
        ),
        ("export const run = (text) => eval(text);", "no-eval"),
        ("export const run = (text) => setTimeout('go()', text);", "no-implied-eval"),
        ("export const run = (text) => new Function(text);", "no-new-func"),
        (
            "export const run = (node) => node.setAttribute('onclick', 'go()');",
            "no-restricted-syntax",
        ),
        ("export const run = () => open('JavaScript:go()');", "no-restricted-syntax"),
        ("export const run = () => nobody.knows();", "no-undef"),
        ("const unused = 1;", "no-unused-vars"),
    ],
)
def test_a_door_to_foreign_html_and_a_mistake_are_found(text, rule):
    name = "chatd/ui/view/planted.js"
    assert rule in javascript.lint("--stdin", "--stdin-filename", name, text=f"{text}\n")


class FakeNpm:
    def __init__(self, root: Path, exit_code: int = 0) -> None:
        self.calls = 0
        self._modules = root / javascript.HOME / "node_modules"
        self._exit_code = exit_code

    def __call__(self, command, folder, output) -> int:
        assert (command[:2], folder) == (("npm", "ci"), self._modules.parent)
        self.calls += 1
        self._modules.mkdir(exist_ok=True)
        return self._exit_code


@pytest.fixture
def root(tmp_path):
    (tmp_path / javascript.HOME).mkdir(parents=True)
    (tmp_path / javascript.HOME / "package-lock.json").write_text("{}")
    return tmp_path


def test_what_checks_is_installed_once_and_again_when_the_pins_change(root):
    npm = FakeNpm(root)
    assert not javascript.is_ready(root)
    assert javascript.build(root, lambda: None, npm)
    assert javascript.is_ready(root)
    (root / javascript.HOME / "package-lock.json").write_text('{"lockfileVersion": 3}')
    assert not javascript.is_ready(root)


def test_an_installation_that_failed_is_not_taken_for_one(root):
    npm = FakeNpm(root, exit_code=1)
    assert not javascript.build(root, lambda: None, npm)
    assert not javascript.is_ready(root)


def test_every_pinned_package_carries_its_hash():
    lock = json.loads((ROOT / javascript.HOME / "package-lock.json").read_text())
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert len(packages) > 50
    assert [name for name, one in packages.items() if "integrity" not in one] == []
