"""What must not happen in a page, noticed from its first line on: a foreign script that ran, a word
from the security policy, an error, a warning on the console."""

from __future__ import annotations

from tests.ui.browser import Window

#: Foreign scripts call canary(), or alert and its kin.
_LISTEN = """(() => {
    const seen = [];
    Object.defineProperty(window, 'seen', { value: seen });
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
        seen.push(`policy: ${violatedDirective} ${blockedURI} ${sample}`), true);
    addEventListener('error', ({ message, target }) =>
        seen.push(`error: ${message ?? target?.outerHTML}`), true);
    addEventListener('unhandledrejection', ({ reason }) => seen.push(`rejection: ${reason}`));
    for (const name of ['error', 'warn', 'assert', 'trace']) {
        const was = console[name];
        console[name] = (...words) => {
            seen.push(`console.${name}: ${words.join(' ')}`);
            was.apply(console, words);
        };
    }
    for (const name of ['alert', 'confirm', 'prompt', 'print', 'canary']) {
        window[name] = () => seen.push(`a foreign script ran: ${name}`);
    }
})()"""

#: Elements and attributes by which a text would have become more than text.
_GROWN = """[...document.querySelectorAll('body *')].flatMap((one) => {
    const found = [];
    if (/^(script|iframe|frame|object|embed|style|link|base|meta|applet|marquee|video|audio|math)$/i
        .test(one.localName)) found.push(one.localName);
    for (const { name, value } of one.attributes) {
        const door = /^on|^srcdoc$|^xlink:|^formaction$/i.test(name);
        if (door) found.push(`${one.localName}[${name}]`);
        if (/^(href|src|action)$/i.test(name)) {
            const { protocol, origin } = new URL(value, location.href);
            const link = one.localName === 'a' && ['https:', 'http:', 'mailto:'].includes(protocol);
            const own = origin === location.origin || protocol === 'blob:';
            if (!link && !own) found.push(`${one.localName}[${name}=${value}]`);
        }
    }
    return found;
})"""

#: What reaches further than its box, and so makes something scroll sideways.
_WIDE = """[document.scrollingElement, ...document.querySelectorAll(
        '.list, .lists, .sidebar, .talk, .people, .members, .head, dialog, .section, .menu')]
    .filter((one) => one && one.getClientRects().length
        && one.scrollWidth > one.clientWidth + 1
        && (one === document.scrollingElement || getComputedStyle(one).overflowX !== 'hidden'))
    .map((one) => `${one.localName}.${one.className}: ${one.scrollWidth} > ${one.clientWidth}`)"""


def watch(window: Window) -> None:
    """From the next page on."""
    window.call("Page.addScriptToEvaluateOnNewDocument", source=_LISTEN)


def seen(window: Window) -> list[str]:
    """What happened in the page that is shown now, that must not."""
    return [*window.js("window.seen"), *window.complaints]


def grown(window: Window) -> list[str]:
    return list(window.js(_GROWN))


def wide(window: Window) -> list[str]:
    return list(window.js(_WIDE))
