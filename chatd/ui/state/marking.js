// Which parts of a text were looked for: the words of a search, which come folded, in the text as it
// was written.

const SPECIAL = { ß: 'ss', ı: 'i', ς: 'σ', æ: 'ae', ø: 'o', ł: 'l', đ: 'd' };
const JOINED = /[\p{L}\p{M}\p{N}]/u;
/** Scripts without spaces between words: there a word is found anywhere. */
const DENSE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]/u;

/** [{text, marked}], in order. `words`: lower case, without accents. */
export function marked(text, words) {
  const { folded, places } = fold(text);
  const inside = new Array(text.length).fill(false);
  for (const word of words) {
    if (!word) continue;
    for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + 1)) {
      if (at > 0 && JOINED.test(folded[at - 1]) && JOINED.test(word[0]) && !DENSE.test(word[0])) continue;
      const end = places[at + word.length] ?? text.length;
      for (let place = places[at]; place < end; place += 1) inside[place] = true;
    }
  }
  const found = [];
  for (let place = 0; place < text.length; place += 1) {
    const last = found.at(-1);
    if (last?.marked === inside[place]) last.text += text[place];
    else found.push({ text: text[place], marked: inside[place] });
  }
  return found;
}

/** The text as the search compares it, and for each unit of it where it comes from. */
function fold(text) {
  let folded = '';
  const places = [];
  let at = 0;
  for (const char of text) {
    const lower = char.toLowerCase();
    const plain = SPECIAL[lower] ?? lower.normalize('NFKD').replaceAll(/\p{M}/gu, '');
    for (let unit = 0; unit < plain.length; unit += 1) places.push(at);
    folded += plain;
    at += char.length;
  }
  places.push(text.length);
  return { folded, places };
}

/** The part of a long text around the first word found, with … where something is left out. */
export function extract(text, words, length = 240) {
  if (text.length <= length) return text;
  const first = marked(text, words)[0];
  const at = first && !first.marked ? first.text.length : 0;
  let from = Math.max(0, Math.min(at - Math.floor(length / 3), text.length - length));
  let to = Math.min(text.length, from + length);
  // Neither half of a surrogate pair stays alone.
  if (from > 0 && isLow(text, from)) from += 1;
  if (to < text.length && isLow(text, to)) to -= 1;
  return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`;
}

function isLow(text, at) {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
}
