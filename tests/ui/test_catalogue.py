"""Every word of the page is in every language, and every language has only words of the page."""

import re
from pathlib import Path

import pytest

from chatd.core.codes import Code
from tests.ui import catalogue
from tests.ui.catalogue import Source
from tests.ui.javascript import texts

LANGUAGES = sorted(catalogue.CATEGORIES)


@pytest.fixture(scope="module")
def page() -> Source:
    return catalogue.page()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_what_the_page_says_and_nothing_else(language, page):
    assert len(page.sentences) > 300 and page.plurals and page.emoji
    assert catalogue.faults(language, catalogue.catalogue(language), page) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_servers_sentences_in_a_catalogue_are_those_it_says(language):
    words = catalogue.catalogue(language)
    assert len(words["server"]) > 50
    assert catalogue.server_faults(words) == []
    assert {*words["codes"]} == {code.value for code in Code}


def test_no_words_that_people_see_go_past_the_catalogue(page):
    assert page.unwrapped == []


def test_all_languages_translate_the_same_sentences_of_the_server():
    first, *others = (catalogue.catalogue(language)["server"] for language in LANGUAGES)
    assert all(other.keys() == first.keys() for other in others)


@pytest.mark.parametrize(
    "planted",
    [
        "h('p', {}, 'Nothing to see here')",
        "h('button', { type: 'button' }, busy ? 'Wait' : t('Go'))",
        "h('span', {}, 'more')",
        "h('input', { placeholder: 'filter', type: 'text' })",
        "h('img', { 'aria-label': `Picture of ${name}` })",
        "iconButton('close', 'Close', {})",
        "wrong.textContent = 'Failed';",
        "const WAYS = { in: { title: 'Sign in' } };",
        "throw new Error('This file is no picture.');",
        "say(`${name} is here now`)",
        "openDialog('Settings', node)",
        "t(`${name} joined`)",
    ],
)
def test_the_check_finds_a_planted_text(planted):
    assert Source().read("planted.js", planted).unwrapped


@pytest.mark.parametrize(
    "harmless",
    [
        "h('p', { class: 'two words', role: 'alert' }, t('Nothing to see here'))",
        "h('button', {}, busy ? t('Wait') : t('Go'))",
        "node.querySelector('.message .author button')",
        "import { Chat } from './chat.js';",
        "if (event.key === 'Escape') close();",
        "// 'A comment says what it likes'",
        "const found = /'Not a text'/u.test(word);",
        "bdi(room.name, 'name')",
    ],
)
def test_the_check_lets_pass_what_nobody_reads(harmless):
    assert Source().read("harmless.js", harmless).unwrapped == []


WORDS = {
    "page": {"Sign in": "Anmelden", "{count} days": {"one": "Ein Tag", "other": "{count} Tage"}},
    "emoji": {},
}
SAYS = "t('Sign in'); many(count, '{count} day', '{count} days')"


def test_a_whole_catalogue_has_no_faults():
    assert catalogue.faults("de", WORDS, Source().read("x.js", SAYS)) == []


@pytest.mark.parametrize(
    ("says", "page", "fault"),
    [
        (SAYS + "; t('Sign out')", {}, "missing: 'Sign out'"),
        (SAYS, {"Old words": "Alte Worte"}, "of no use: 'Old words'"),
        (SAYS, {"{count} days": {"one": "Ein Tag", "other": "Tage"}}, "names other things"),
        (SAYS, {"{count} days": {"other": "{count} Tage"}}, "the forms of"),
        (SAYS, {"{count} days": "{count} Tage"}, "no forms for numbers"),
        (SAYS, {"Sign in": "{name} anmelden"}, "names other things"),
        (SAYS, {"Sign in": " "}, "empty"),
    ],
)
def test_the_check_finds_a_planted_fault_of_a_catalogue(says, page, fault):
    words = {**WORDS, "page": {**WORDS["page"], **page}}
    found = catalogue.faults("de", words, Source().read("x.js", says))
    assert [one for one in found if one.startswith(fault)], found


def test_a_sentence_that_the_server_no_longer_says_is_found():
    words = {"server": {"The name or the password is wrong.": "…", "Nobody ever said this.": "…"}}
    assert catalogue.server_faults(words) == ["never said: 'Nobody ever said this.'"]


def test_texts_are_found_within_templates_and_choices():
    source = "f(`a ${ok ? t('Yes, {n}') : `b ${t('No')}`} c`, /['\"`]/u, { label: 'Deep' })"
    found = [(one.text, one.call, one.property) for one in texts(source) if one.text.strip()]
    assert found == [
        ("a ", "f", None),
        ("Yes, {n}", "t", None),
        ("b ", None, None),
        ("No", "t", None),
        (" c", "f", None),
        ("Deep", "f", "label"),
    ]


def test_every_language_is_offered_by_the_page_and_known_before_the_first_paint():
    ui = Path(catalogue.UI)
    for language in LANGUAGES:
        assert f"  {language}: '" in (ui / "words" / "words.js").read_text() or (
            f", {language}: '" in (ui / "words" / "words.js").read_text()
        )
        assert f"'{language}'" in (ui / "theme.js").read_text()


#: What stands on one side whatever the direction of the page; a name's own side is set with both.
PHYSICAL = re.compile(
    r"""(?:^|[\s;{])(?:(?:margin|padding|border)-(?:left|right)|left|right|float|clear)\s*:
      | text-align:\s*(?:left|right)
      | (?:padding|margin):\s*[^\s;]+\s+(?P<right>[^\s;]+)\s+[^\s;]+\s+(?P<left>[^\s;]+);""",
    re.VERBOSE,
)


def physical(css: str) -> list[str]:
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\([^()]*(?:\([^()]*\)[^()]*)*\)", "()", css)
    found = []
    for line in css.splitlines():
        for match in PHYSICAL.finditer(line):
            both_sides_alike = match["left"] is not None and match["left"] == match["right"]
            if not both_sides_alike:
                found.append(line.strip())
    return found


def test_no_style_names_a_side_of_the_screen():
    allowed = {
        ".item .name, .choice .name, .lines .name, .place > bdi, .title bdi { text-align: left; }",
        '[dir="rtl"] :is() { text-align: right; }',
    }
    for path in sorted(catalogue.UI.rglob("*.css")):
        if "try" not in path.parts:
            assert {*physical(path.read_text())} <= allowed, path.name


@pytest.mark.parametrize(
    "css",
    [
        "a { margin-left: 4px; }",
        "a { left: 0; }",
        "a { text-align: right; }",
        "a { padding: 1px 2px 3px 4px; }",
        "a { float: left; }",
    ],
)
def test_the_check_finds_a_planted_side(css):
    assert physical(css)


def test_the_check_lets_pass_what_is_alike_on_both_sides():
    assert (
        physical("a { padding: 1px 2px 3px 2px; margin-inline-start: 4px; } .left { flex: 1; }")
        == []
    )


def test_a_page_of_a_site_has_words_for_visitors_in_every_language():
    script = (Path(catalogue.UI) / "embed.js").read_text("utf-8")
    spoken = re.findall(r"^    ([a-z]{2}): \{ gone: '.+', again: '.+' \},$", script, re.MULTILINE)
    assert sorted(spoken) == sorted([*LANGUAGES, "en"])
