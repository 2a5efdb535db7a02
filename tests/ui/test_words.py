"""The page in German and in Arabic, and how it looks: chosen, kept, there at the first paint."""

import json
import re

import pytest

from tests.ui.browser import Window
from tests.ui.catalogue import CATEGORIES, catalogue, page
from tests.ui.people import go, make_room, section, two
from tests.ui.test_two_people import PASSWORD, say

pytestmark = pytest.mark.browser

BOX = ".composer textarea"
#: What a person wrote or a computer named: the same in all languages, though the page says it, too.
OWN = {"anna", "ben", "Tea"}


def english(window: Window, language: str) -> list[str]:
    """English words of the page that can be seen or heard right now."""
    said = page()
    words = catalogue(language)["page"]
    pieces: set[str] = set()
    for key in {*said.sentences, *said.plurals} - OWN:
        if words[key] == key:
            continue
        for piece in re.split(r"\{\w+\}", key):
            text = piece.strip(" ,.:…")
            if len(text) > 2 and text not in str(words[key]):
                pieces.add(text)
    seen = window.js(
        """(() => {
            const found = new Set();
            const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            while (walk.nextNode()) {
                const parent = walk.currentNode.parentElement;
                if (parent.checkVisibility()) found.add(walk.currentNode.data);
            }
            for (const one of document.querySelectorAll('[title], [aria-label], [placeholder]')) {
                for (const name of ['title', 'aria-label', 'placeholder']) {
                    if (one.checkVisibility()) found.add(one.getAttribute(name) ?? '');
                }
            }
            return [...found];
        })()"""
    )
    return sorted(text for text in seen if text.strip(" ,.:…") in pieces)


def word(language: str, text: str) -> str:
    return str(catalogue(language)["page"][text])


def choose_language(window: Window, language: str) -> None:
    """By the settings, from English."""
    window.click(".sidebar .me button", "Settings")
    section(window, "Appearance")
    window.js("window.before = true")
    window.js(
        f"""(() => {{
            const one = document.querySelector('#field-language');
            one.value = {json.dumps(language)};
            one.dispatchEvent(new Event('change'));
        }})()"""
    )
    window.wait("!window.before && document.querySelector('.lists .notes') !== null")
    assert window.js("document.documentElement.lang") == language


def sections_of(window: Window) -> list[str]:
    return list(
        window.js("[...document.querySelectorAll('dialog .entry')].map((e) => e.innerText)")
    )


def close(window: Window) -> None:
    window.press("Escape")
    window.wait("document.querySelector('dialog, .menu') === null")


@pytest.mark.parametrize(("language", "direction"), [("de", "ltr"), ("ar", "rtl")])
def test_somebody_signs_in_talks_and_sets_things_in_their_language(
    daemon, browser, language, direction
):
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")

    def t(text):
        return word(language, text)

    choose_language(ben, language)
    assert ben.js("getComputedStyle(document.body).direction") == direction
    assert english(ben, language) == []
    ben.click(".place button", t("More"))
    assert english(ben, language) == []
    ben.click(".menu button", t("Join or create a room"))
    ben.sees("Tea", "dialog")
    assert english(ben, language) == []
    ben.click("dialog .choice", "Tea")
    ben.wait("document.querySelector('.start') !== null")

    say(ben, "Hallo, مرحبا")
    anna.sees("Hallo", ".list")
    say(anna, "Good day")
    ben.sees("Good", ".list")
    ben.hover(".message.own")
    assert english(ben, language) == []
    ben.click(".message.own .tools button:last-child")
    ben.wait("document.querySelector('.menu') !== null")
    assert english(ben, language) == []
    ben.click(".menu button", t("Who has read it"))
    ben.sees("anna", "dialog")
    assert english(ben, language) == []
    close(ben)
    ben.click(".members .item", "anna")
    ben.sees("@anna", "dialog")
    assert english(ben, language) == []
    close(ben)

    ben.click(".me button", t("Settings"))
    assert len(sections_of(ben)) > 6
    for name in sections_of(ben):
        section(ben, name)
        assert english(ben, language) == []
    ben.click("dialog button", t("Sign out"))
    ben.wait("document.querySelector('#password') !== null")
    # The page is loaded anew behind somebody who is gone.
    ben.wait(f"document.documentElement?.dir === {direction!r}")
    assert english(ben, language) == []
    ben.write("#name", "ben")
    ben.write("#password", "not this one")
    ben.press("Enter")
    ben.sees(catalogue(language)["server"]["The name or the password is wrong."])
    ben.write("#password", PASSWORD)
    ben.press("Enter")
    go(ben, "Tea")
    ben.sees("Good", ".list")
    assert english(ben, language) == []
    assert anna.complaints == ben.complaints == []


def test_only_the_chosen_language_is_loaded(daemon, browser):
    anna, ben = two(daemon, browser)

    def loaded(window):
        names = (re.search(r"\b(de|ar)\.([0-9a-f]{16}\.)?js$", url) for url in window.requests)
        return {name[1] for name in names if name}

    assert loaded(anna) == set()
    choose_language(ben, "de")
    assert loaded(ben) == {"de"}


def test_without_a_choice_the_browsers_language_holds(daemon, browser):
    daemon.start()
    window = browser.window()
    agent = window.js("navigator.userAgent")
    window.call("Network.setUserAgentOverride", userAgent=agent, acceptLanguage="fr-FR,ar-EG,de")
    window.go(daemon.url)
    window.sees(word("ar", "Sign in"))
    assert window.js("[document.documentElement.lang, document.documentElement.dir]") == [
        "ar",
        "rtl",
    ]
    window.js("localStorage.setItem('language', 'de')")
    window.reload()
    window.sees("Anmelden")
    window.js("localStorage.setItem('language', 'constructor')")
    window.reload()
    window.sees(word("ar", "Sign in"))


#: Notes what the page's root has at the moment when there is a body: nothing was painted before.
WATCH = """
new MutationObserver((_, watcher) => {
    if (!document.body) return;
    watcher.disconnect();
    const { theme = null, density = null } = document.documentElement.dataset;
    const { lang, dir } = document.documentElement;
    const metas = [...document.querySelectorAll('meta[name=theme-color]')];
    const colours = metas.map((one) => one.content);
    window.atFirst = { theme, density, lang, dir, colours };
}).observe(document, { childList: true, subtree: true });
"""


def test_theme_density_and_language_are_there_before_the_body(daemon, browser):
    anna, _ = two(daemon, browser)
    anna.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
    anna.reload()
    plain = anna.js("atFirst")
    assert [plain["theme"], plain["density"], plain["lang"]] == [None, None, "en"]
    light, dark = plain["colours"]
    assert light != dark
    high = "document.querySelector('.lists .item').getBoundingClientRect().height"
    anna.wait("document.querySelector('.lists .item') !== null")
    before = anna.js(high)

    anna.click(".sidebar .me button", "Settings")
    section(anna, "Appearance")
    anna.click("dialog .segments label", "Dark")
    anna.click("dialog .segments label", "Compact")
    assert anna.js("document.documentElement.dataset.theme") == "dark"
    assert anna.js("getComputedStyle(document.documentElement).colorScheme") == "dark"
    assert anna.js(high) < before
    close(anna)
    choose_language(anna, "ar")
    first = anna.js("atFirst")
    assert first == {
        "theme": "dark",
        "density": "compact",
        "lang": "ar",
        "dir": "rtl",
        "colours": [dark, dark],
    }

    other = anna.another()
    other.go(daemon.url)
    other.wait("document.querySelector('.lists .item') !== null")
    other.click(".me button", word("ar", "Settings"))
    section(other, word("ar", "Appearance"))
    other.click("dialog .segments label", word("ar", "Light"))
    anna.wait("document.documentElement.dataset.theme === 'light'")
    other.click("dialog .segments label", word("ar", "System"))
    anna.wait("document.documentElement.dataset.theme === undefined")
    assert anna.js(
        "[...document.querySelectorAll('meta[name=theme-color]')].map((m) => m.content)"
    ) == [
        light,
        dark,
    ]
    assert anna.complaints == other.complaints == []


def test_a_browser_has_the_forms_for_numbers_that_the_catalogues_are_held_to(daemon, browser):
    daemon.start()
    window = browser.window()
    window.go(daemon.url)
    for language, forms in CATEGORIES.items():
        has = window.js(
            f"new Intl.PluralRules({json.dumps(language)}).resolvedOptions().pluralCategories"
        )
        assert {*has} == {*forms}
