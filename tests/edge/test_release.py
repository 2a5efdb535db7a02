"""One version of the page: what its pages name, under which names, and what is refused."""

import gzip
import json
import re

import pytest
import pytest_twisted
from site_rig import Rig

from chatd.edge.bundle import BundleError
from chatd.edge.pages import ui_files
from chatd.edge.release import joined_styles, release
from tools.icons import drawn, files

FOREVER = ["public, max-age=31536000, immutable"]
INDEX = b"""<!doctype html>
<head>
    <link rel="icon" href="ui/icon.svg" type="image/svg+xml">
    <script src="ui/theme.js"></script>
    <link rel="stylesheet" href="ui/a.css">
    <link rel="stylesheet" href="ui/b.css">
    <script type="module" src="ui/main.js"></script>
</head>
"""
UI = {
    "index.html": INDEX,
    "icon.svg": b"<svg/>",
    "theme.js": b"// theme",
    "a.css": b"a { color: red; }\n",
    "b.css": b"b::before { content: '}'; }\n",
    "main.js": b"import { a } from './a.js';\na();\n",
    "a.js": b"export function a() {}\n",
    "worker/main.js": b"import { FILES, VERSION } from './files.js';\nstart(VERSION, FILES);\n",
    "worker/files.js": b"export const VERSION = '';\nexport const FILES = [];\n",
}


def named(page):
    return re.findall(r'(?:href|src)="ui/([^"]+)"', page.decode())


def test_the_page_names_one_script_one_stylesheet_and_nothing_that_may_change():
    made = release(UI)
    names = named(made.pages["index.html"])
    shapes = [re.sub(r"[0-9a-f]{16}", "#", name) for name in names]
    assert shapes == ["icon.#.svg", "start.#.js", "app.#.css", "app.#.js"]
    assert set(names) == set(made.lasting)


@pytest.mark.parametrize("path", ["a.js", "a.css", "theme.js", "icon.svg"])
def test_another_content_has_another_name_and_the_rest_keeps_its_own(path):
    one, two = release(UI), release({**UI, path: UI[path] + b"\n"})
    assert len(set(one.lasting) ^ set(two.lasting)) == 2
    assert one.pages["index.html"] != two.pages["index.html"]


def test_the_worker_knows_its_version_and_all_that_the_page_names():
    made = release(UI)
    (told,) = re.findall(r"FILES = (\[.*\]);", made.worker.decode())
    shell = json.loads(told)
    assert shell[0] == "/"
    assert set(shell[1:]) == {f"/ui/{name}" for name in named(made.pages["index.html"])}
    other = release({**UI, "a.css": b"a {}\n"})
    version = re.compile(rb'VERSION = "[0-9a-f]{16}"')
    assert version.search(made.worker)[0] != version.search(other.worker)[0]


def test_what_a_script_loads_later_lasts_too_and_is_there_without_a_network():
    words = {
        "a.js": b"export const a = () => import('./de.js');\n",
        "de.js": b"export default 1;\n",
    }
    made = release({**UI, **words})
    (name,) = [name for name in made.lasting if name.startswith("de.")]
    (script,) = [
        body for path, body in made.lasting.items() if path.startswith("app.") and "js" in path
    ]
    assert made.lasting[name] == words["de.js"]
    assert f'import("./{name}")'.encode() in script
    assert f"/ui/{name}".encode() in made.worker


def test_stylesheets_follow_one_another_in_the_order_of_the_page():
    assert joined_styles(UI, ["a.css", "b.css"]).decode() == (
        "/* a.css */\na { color: red; }\n\n/* b.css */\nb::before { content: '}'; }\n"
    )


def test_a_stylesheet_goes_without_its_comments_and_no_line_moves():
    sheet = b"a/* of\n two lines */{ content: '/* text */'; }\nb/**/c { top: 0 }\n"
    assert joined_styles({"a.css": sheet}, ["a.css"]).decode() == (
        "/* a.css */\na\n{ content: '/* text */'; }\nb c { top: 0 }\n"
    )


@pytest.mark.parametrize(
    "sheet",
    [
        "@import 'b.css';",
        "@CHARSET 'utf-8';",
        "a { background: url(picture.png); }",
        "a { background: url( '../picture.png' ); }",
        "a { background: url(/ui/picture.png); }",
        "a { color: red; ",
        "a { } }",
        "a { } /* no end",
    ],
)
def test_a_stylesheet_that_would_mean_something_else_is_refused(sheet):
    with pytest.raises(BundleError, match=r"^a\.css: "):
        joined_styles({"a.css": sheet.encode()}, ["a.css"])


def test_a_page_that_names_what_is_not_there_is_refused():
    for path in ("main.js", "b.css", "theme.js"):
        with pytest.raises(BundleError, match=f"there is no (module|file) {path}"):
            release({name: body for name, body in UI.items() if name != path})


@pytest.mark.parametrize("end", ['<a href="/">x</a>', '<img src="/ui/icon.svg">'])
def test_a_page_that_takes_the_whole_host_for_its_own_is_refused(end):
    with pytest.raises(BundleError, match='="/[^ ]* leaves out the path'):
        release({**UI, "index.html": INDEX + end.encode()})


def test_the_pages_that_are_shipped_name_only_what_lasts():
    made = release(ui_files())
    assert set(made.pages) == {"index.html", "embed.html"}
    for page in made.pages.values():
        assert named(page)
        assert set(named(page)) <= set(made.lasting)
        assert page.count(b'rel="stylesheet"') == 1
        assert page.count(b"<script type=") == 1


def test_the_icons_are_those_that_the_program_draws_and_the_manifest_names():
    found = ui_files()
    for name, size, maskable in files():
        if size < 512:
            assert found[f"icons/{name}"] == drawn(size, maskable=maskable), "python -m tools.icons"
    manifest = json.loads(found["manifest.webmanifest"])
    for icon in manifest["icons"]:
        body = found[icon["src"].removeprefix("ui/")]
        assert f"{int.from_bytes(body[16:20])}x{int.from_bytes(body[20:24])}" == icon["sizes"]


# On the wire.


@pytest_twisted.async_yield_fixture
async def rig():
    made = Rig(ui=UI)
    yield made
    await made.stop()


@pytest_twisted.ensureDeferred
async def test_what_the_page_names_need_never_be_asked_for_again_and_the_page_always(rig):
    page = await rig.call("GET", "/")
    assert page.headers["cache-control"] == ["no-cache"]
    assert page.headers["etag"]
    for name in named(page.body):
        answer = await rig.call("GET", f"/ui/{name}")
        assert (answer.status, answer.headers["cache-control"]) == (200, FOREVER)
    again = await rig.call("GET", "/", If_None_Match=page.headers["etag"][0])
    assert again.status == 304


@pytest_twisted.ensureDeferred
async def test_the_modules_by_themselves_are_served_as_they_are_and_asked_for_again(rig):
    answer = await rig.call("GET", "/ui/main.js")
    assert answer.body == UI["main.js"]
    assert answer.headers["cache-control"] == ["no-cache"]


@pytest_twisted.ensureDeferred
async def test_a_file_of_another_version_is_not_there_and_the_answer_says_why(rig):
    answer = await rig.call("GET", "/ui/app.0123456789abcdef.js")
    assert answer.status == 404
    assert "of another version" in answer.json["detail"]
    assert "load that page again" in answer.json["detail"]
    assert answer.headers["cache-control"] == ["no-store"]


@pytest_twisted.ensureDeferred
async def test_the_worker_may_speak_for_all_addresses_and_is_asked_for_again(rig):
    answer = await rig.call("GET", "/worker.js", Accept_Encoding="gzip")
    assert answer.status == 200
    # It lies at the top: no header has to allow it what it speaks for anyway.
    assert "service-worker-allowed" not in answer.headers
    assert answer.headers["cache-control"] == ["no-cache"]
    assert answer.headers["content-type"] == ["text/javascript; charset=utf-8"]
    # Pictures that a page drew are for notifications, and for the worker alone.
    (policy,) = answer.headers["content-security-policy"]
    assert "img-src 'self' data:" in policy and "default-src 'none'" in policy
    body = answer.body
    if answer.headers.get("content-encoding") == ["gzip"]:
        body = gzip.decompress(body)
    assert body == release({**rig_ui()}).worker


def rig_ui():
    return {"js/main.js": b"export {};", **UI}
