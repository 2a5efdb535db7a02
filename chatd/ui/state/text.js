// What is in a text: links, and what stands for a person in a small circle.

const LINK = /\bhttps?:\/\/[^\s<>"'`\u200b\u2028\u2029]+/giu;
/** What ends a sentence, not an address. */
const TRAILING = /[.,;:!?…'"»”’]+$/u;
const HUES = 10;

/** The pieces of a text: {text} or {text, link}, in order. */
export function pieces(text) {
  const found = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    const address = withoutTail(match[0]);
    const link = address && href(address);
    if (!link) continue;
    if (match.index > from) found.push({ text: text.slice(from, match.index) });
    found.push({ text: address, link });
    from = match.index + address.length;
  }
  if (from < text.length) found.push({ text: text.slice(from) });
  return found;
}

function withoutTail(address) {
  let kept = address;
  for (;;) {
    const before = kept;
    kept = kept.replace(TRAILING, '');
    // A closing bracket belongs to the sentence unless it was opened within the address.
    for (const [open, close] of ['()', '[]', '{}']) {
      if (kept.endsWith(close) && kept.split(open).length < kept.split(close).length) {
        kept = kept.slice(0, -1);
      }
    }
    if (kept === before) return kept;
  }
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

/** "rtl" or "ltr", by the first letter, as Unicode UAX 9 (P2, P3) does for a paragraph. */
export function direction(text) {
  const letter = /\p{L}/u.exec(text)?.[0] ?? '';
  return RIGHT_TO_LEFT.test(letter) ? 'rtl' : 'ltr';
}

/** Whether a text is up to three emoji and nothing else. */
export function onlyEmoji(text) {
  return /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f)(?:\s?(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f)){0,2}$/u.test(
    text.trim(),
  );
}
