// Files that belong to a message: which of them are shown as pictures and how large, what they are
// called in a line, and in words.

import { many, t } from '../words/words.js';

/** Files of one message. */
export const MOST = 10;
/** Pixels that a picture by itself takes in a row. */
const WIDTH = 360;
const HEIGHT = 320;
/** Letters of a name in a sentence, of which the end tells what it is. */
const LONGEST = 36;
const END = 10;

/** What the server shows in place; anything else is a file to be downloaded. */
const SHOWN = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif']);

/** Drawings for files, by the first part of their type or all of it. */
const DRAWINGS = new Map([
  ['image', 'image'],
  ['text', 'note'],
  ['application/pdf', 'note'],
  ['application/zip', 'archive'],
]);

/** The server's name of a file, null while it has none. */
export function idOf({ file, answer }) {
  return file ?? answer?.file ?? null;
}

/** What the server took for a picture has a width; before that its type is what one goes by. */
export function isPicture(one) {
  const { type, width } = one.answer ?? one;
  return SHOWN.has(type) && (idOf(one) === null || width > 0);
}

export function drawingOf({ type }) {
  return DRAWINGS.get(type) ?? DRAWINGS.get(type.split('/')[0]) ?? 'file';
}

/** {width, height} in which a picture is shown by itself: never larger than it is. Unknown sizes are 4 to 3. */
export function fitted({ width, height }) {
  if (!(width > 0 && height > 0)) return { width: WIDTH, height: (WIDTH * 3) / 4 };
  const scale = Math.min(1, WIDTH / width, HEIGHT / height);
  const pixels = (side) => Math.max(1, Math.round(side * scale));
  return { width: pixels(width), height: pixels(height) };
}

/** A name of which the middle is left out where it is long. */
export function shortened(name) {
  const letters = [...name];
  return letters.length <= LONGEST ? name : `${letters.slice(0, LONGEST - END - 1).join('')}…${letters.slice(-END).join('')}`;
}

/** [beginning, end] of a name: where there is little room the beginning is cut, and the end stays. */
export function halves(name) {
  const letters = [...name];
  return [letters.slice(0, -END).join(''), letters.slice(-END).join('')];
}

/** What a message without a text is called: "Picture", "3 pictures", "File: report.pdf", "2 files"; "" for none. */
export function filesInWords(files = []) {
  if (files.length === 0) return '';
  const shown = files.every(isPicture);
  if (files.length > 1) {
    return shown ? many(files.length, '{count} picture', '{count} pictures') : many(files.length, '{count} file', '{count} files');
  }
  return shown ? t('Picture') : t('File: {name}', { name: shortened(files[0].name) });
}

/** A message in words for ears and notifications: its text, and that files come with it. */
export function inWords({ text = '', files = [] }) {
  return [text, filesInWords(files)].filter(Boolean).join(' · ');
}
