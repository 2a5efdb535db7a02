// The page's words in its reader's language. The English text is the key, so that code stays readable; the
// other languages are catalogues, and only the chosen one is loaded (speak.js). What a sentence names (a
// person, a number) is put where that language wants it, as text or as a node.

/** Each is called what its own speakers call it. */
export const LANGUAGES = { en: 'English', de: 'Deutsch', ar: 'العربية' };
const RIGHT_TO_LEFT = new Set(['ar']);
/** English is what the code says. */
const NONE = { page: {}, server: {}, codes: {}, emoji: {} };
/** First Strong Isolate and its end (Unicode UAX 9): what is between them has its own direction. */
const ISOLATE = '\u2068';
const END = '\u2069';

let language = 'en';
let catalogue = NONE;
let locale = localeOf('en', navigator.languages);
let templates = [];

/** The language in use, and the BCP 47 tag by which Intl writes dates, numbers and lists. */
export const spoken = () => ({ language, locale });

/** The first of our languages among `wanted` (BCP 47 tags, the preferred first), English for none. */
export function pick(wanted) {
  const base = (tag) => tag.toLowerCase().split('-')[0];
  return wanted.map(base).find((one) => Object.hasOwn(LANGUAGES, one)) ?? 'en';
}

/** `one` is spoken from now on, with its catalogue; `wanted` as in `speak`. */
export function use(one, found = NONE, wanted = navigator.languages) {
  language = one;
  catalogue = found;
  locale = localeOf(language, wanted);
  templates = Object.keys(catalogue.server).filter((key) => key.includes('{')).map(template);
}

export function direction() {
  return RIGHT_TO_LEFT.has(language) ? 'rtl' : 'ltr';
}

/** With the reader's region, which decides the clock and the order of a date. */
function localeOf(one, wanted) {
  try {
    const own = wanted.find((tag) => tag.toLowerCase().split('-')[0] === one);
    if (own) return Intl.getCanonicalLocales(own)[0];
    const { region } = new Intl.Locale(wanted[0]).maximize();
    return new Intl.Locale(one, { region }).toString();
  } catch {
    // What somebody wants is not a tag (BCP 47).
    return one;
  }
}

// ---- sentences ----------------------------------------------------------------------------------

/** `text` in the language in use, with `{name}` in it replaced by `values.name`. */
export function t(text, values = {}) {
  return filled(catalogue.page[text] ?? text, values).join('');
}

/** As `t`, except that a value may be a node: the children for `h`. */
export function parts(text, values) {
  return filled(catalogue.page[text] ?? text, values);
}

/**
 * A sentence about a number, in the form that the language has for it. `one` and `other` are the English
 * ones; `{count}` is the number.
 */
export function many(count, one, other, values = {}) {
  return filled(form(count, one, other), { count, ...values }).join('');
}

export function manyParts(count, one, other, values) {
  return filled(form(count, one, other), { count, ...values });
}

function form(count, one, other) {
  const forms = catalogue.page[other];
  if (forms) return forms[made(Intl.PluralRules, {}).select(count)] ?? forms.other;
  return count === 1 ? one : other;
}

function filled(text, values) {
  return text.split(/\{(\w+)\}/u).map((part, at) => (at % 2 ? shown(values[part], part) : part));
}

function shown(value, name) {
  if (value === undefined) throw new Error(`a sentence needs {${name}}`);
  if (typeof value === 'number') return number(value);
  return typeof value === 'string' ? isolated(value) : value;
}

/** A name in the other direction must not turn what stands beside it. */
function isolated(text) {
  const letter = /\p{L}/u.exec(text)?.[0];
  if (!letter) return text;
  const rtl = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u.test(letter);
  return rtl === (direction() === 'rtl') ? text : ISOLATE + text + END;
}

// ---- numbers, lists, dates ----------------------------------------------------------------------

const formats = new Map();

/** A formatter of Intl for the language in use, made once: `made(Intl.DateTimeFormat, {…})`. */
export function made(Kind, options) {
  const key = `${Kind.name} ${locale} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Kind(locale, options));
  return formats.get(key);
}

export function number(value) {
  return made(Intl.NumberFormat, {}).format(value);
}

/** "anna, ben and 3 others" */
export function list(words) {
  return made(Intl.ListFormat, { type: 'conjunction' }).format(words.map(isolated));
}

/** As `list`, except that each is a node: the children for `h`. */
export function listParts(nodes) {
  const places = made(Intl.ListFormat, { type: 'conjunction' }).formatToParts(nodes.map(String));
  let at = 0;
  return places.map(({ type, value }) => (type === 'element' ? nodes[at++] : value));
}

/** For names in a list; accents and capitals sort as in that language. */
export function compare(a, b) {
  return made(Intl.Collator, {}).compare(a, b);
}

// ---- what others say ----------------------------------------------------------------------------

/** An emoji's name. */
export function emojiName(name) {
  return catalogue.emoji[name] ?? name;
}

/**
 * A refusal of the server in words: {code, message, field, retryAfter (s), reference}. Its sentences are
 * English; those that people meet are in the catalogues, and for all others there is what the code means,
 * with what else is known.
 */
export function refusal({ code, message, field, retryAfter, reference }) {
  if (language === 'en') return message;
  const known = catalogue.server[message] ?? matched(message);
  if (known) return known;
  const meaning = catalogue.codes[code];
  if (!meaning) return message;
  const more = [
    field && t('Field: {field}.', { field }),
    retryAfter > 0 && many(Math.ceil(retryAfter), 'Try again in {count} second.', 'Try again in {count} seconds.'),
    reference && t('Reference: {reference}.', { reference }),
  ];
  return [meaning, ...more].filter(Boolean).join(' ');
}

/** A sentence with numbers or names in it, by the template that it fits. */
function matched(message) {
  for (const { key, pattern } of templates) {
    const found = pattern.exec(message)?.groups;
    if (!found) continue;
    const values = Object.entries(found).map(([name, text]) => [name, /^\d+$/u.test(text) ? Number(text) : text]);
    return filled(catalogue.server[key], Object.fromEntries(values)).join('');
  }
  return undefined;
}

function template(key) {
  const quoted = key.replaceAll(/[.*+?^$()|[\]\\]/gu, '\\$&');
  return { key, pattern: new RegExp(`^${quoted.replaceAll(/\{(\w+)\}/gu, '(?<$1>.{1,200}?)')}$`, 'u') };
}
