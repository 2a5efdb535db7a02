// What is in a text: links, and what stands for a person in a small circle.

// What counts as a link is the same here and in `chatd/core/links.py`, which says why; the cases that
// both are held to stand in `tests/vectors/links.json`.
const OUTSIDE =
  '\\x00-\\x20\\x7f-\\xa0\\xad\\u1680\\u2000-\\u200b\\u200e\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff' +
  '<>"\'`\\\\\\u3001\\u3002\\u300a-\\u3011\\uff01\\uff08\\uff09\\uff0c\\uff1a\\uff1b\\uff1f';
const CANDIDATE = new RegExp(
  `(?<![A-Za-z0-9_])(?:[Hh][Tt][Tt][Pp][Ss]?://[^${OUTSIDE}]+` +
    `|[Mm][Aa][Ii][Ll][Tt][Oo]:[A-Za-z0-9._+\\-]{1,64}@[^${OUTSIDE}@/?#:]+)`,
  'gu',
);
/** What ends a sentence, not an address. */
const TRAILING = new Set('.,;:!?…»”’');
const BRACKETS = { ')': '(', ']': '[', '}': '{' };
const LABEL = /^[\p{L}\p{M}\p{N}_-]{1,63}$/u;
const NUMBER = /^(?:0x[0-9a-f]*|[0-9]+)$/i;
const IPV4 = /^(?:(?:0|[1-9][0-9]{0,2})(?:\.(?!$)|$)){4}$/;
const IPV6 = /^\[[0-9A-Fa-f:.]+\]$/;
const HOST = 253;
const HUES = 10;

/** The pieces of a text: {text} or {text, link}, in order. Links are http, https and mailto. */
export function pieces(text) {
  const found = [];
  let from = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const address = withoutTail(match[0]);
    const link = leadsSomewhere(address) && href(address);
    if (!link) continue;
    if (match.index > from) found.push({ text: text.slice(from, match.index) });
    found.push({ text: address, link });
    from = match.index + address.length;
  }
  if (from < text.length) found.push({ text: text.slice(from) });
  return found;
}

function withoutTail(address) {
  // A closing bracket belongs to the sentence unless it was opened within the address.
  const spare = {};
  for (const [close, open] of Object.entries(BRACKETS)) {
    spare[close] = address.split(close).length - address.split(open).length;
  }
  let kept = address.length;
  for (; kept > 0; kept -= 1) {
    const last = address[kept - 1];
    if (spare[last] > 0) spare[last] -= 1;
    else if (!TRAILING.has(last)) break;
  }
  return address.slice(0, kept);
}

/** No user name in front of the host: `https://bank.example@evil.example` leads to the latter. */
function leadsSomewhere(address) {
  const [, mail] = /^mailto:[^@]*@(.*)$/isu.exec(address) ?? [];
  if (mail !== undefined) return mail.includes('.') && isHost(mail);
  const [, authority] = /^https?:\/\/([^/?#]*)/i.exec(address) ?? [];
  if (authority === undefined) return false;
  const [, host, port] = /^(.*?)(?::([0-9]{1,5}))?$/su.exec(authority);
  return Number(port ?? 0) <= 65535 && isHost(host);
}

function isHost(host) {
  if (host.startsWith('[')) return IPV6.test(host);
  const labels = host.split('.');
  if (NUMBER.test(labels.at(-1))) {
    return IPV4.test(host) && labels.every((label) => Number(label) <= 255);
  }
  return [...host].length <= HOST && labels.every((label) => LABEL.test(label));
}

/** The address as a browser reads it; null where it is none. */
function href(address) {
  return URL.canParse(address) ? new URL(address).href : null;
}

/** One or two letters for a name. */
export function initials(name) {
  const words = name.split(/[\s._-]+/u).filter(Boolean);
  const first = (word) => [...word][0] ?? '';
  const letters = words.length > 1 ? first(words[0]) + first(words[1]) : first(words[0] ?? '?');
  return letters.toLocaleUpperCase();
}

/** One of ten colours for an id, always the same. */
export function hue(id) {
  let sum = 0;
  for (const char of id) sum = (sum * 31 + char.codePointAt(0)) >>> 0;
  return sum % HUES;
}

const RIGHT_TO_LEFT =
  /^[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

/**
 * "rtl" or "ltr", by the first letter, as Unicode UAX 9 (P2, P3) does for a paragraph; without one,
 * null: it goes the way of what it stands in.
 */
export function direction(text) {
  const letter = /\p{L}/u.exec(text)?.[0];
  if (!letter) return null;
  return RIGHT_TO_LEFT.test(letter) ? 'rtl' : 'ltr';
}

/** One drawing, as UTS 51 (ED-17) puts it together: with a colour of skin, a family, a flag. */
const ONE = '(?:\\p{RI}{2}|(?:\\p{Emoji_Presentation}|\\p{Extended_Pictographic}\ufe0f)\\p{EMod}?(?:\u200d\\p{Extended_Pictographic}\ufe0f?\\p{EMod}?)*)';
const EMOJI = new RegExp(`^${ONE}(?:\\s?${ONE}){0,2}$`, 'u');

/** Whether a text is up to three emoji and nothing else. */
export function onlyEmoji(text) {
  return EMOJI.test(text.trim());
}
