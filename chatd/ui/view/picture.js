// Choosing a picture: cut to a square, made small, brought to the server.

import { t } from '../words/words.js';
import { fill, h } from './dom.js';
import { pictured } from './parts.js';

/** Pixels of each side of what is kept. */
const SIDE = 256;
/** Bytes that the server takes. */
const MOST = 262_144;

/** The middle of a picture as a small square, a Blob; an Error in words where that is no picture. */
export async function small(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Error(t('This file is no picture that your browser can read. Choose a PNG, JPEG or WebP.'));
  }
  const side = Math.min(bitmap.width, bitmap.height);
  const to = Math.min(SIDE, side);
  const canvas = h('canvas', { width: to, height: to });
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  const [x, y] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
  context.drawImage(bitmap, x, y, side, side, 0, 0, to, to);
  bitmap.close();
  for (const [type, quality] of [['image/png'], ['image/webp', 0.9], ['image/jpeg', 0.8]]) {
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, type, quality));
    if (blob && blob.size <= MOST) return blob;
  }
  throw new Error(t('This picture stays too large. Choose another.'));
}

/**
 * A picture that can be changed or taken away. `picture`: its id or null; `under`: a node that shows
 * where there is none; `upload(blob)` gives {picture}; `choose(id or "")` keeps it; `attempt(act)` runs
 * what may fail.
 */
export function choosing({ picture, under, label, upload, choose, attempt, disabled = false }) {
  const file = h('input', { type: 'file', accept: 'image/png,image/jpeg,image/webp,image/gif', 'aria-label': label, class: 'ears', tabindex: '-1' });
  const shown = h('span', { class: 'large-picture' });
  const change = h('button', { type: 'button', disabled, onclick: () => file.click() });
  const remove = h('button', { type: 'button', class: 'quiet', disabled, onclick: () => put('') }, t('Remove'));
  const draw = (id) => {
    fill(shown, under(), id && pictured(id));
    change.textContent = id ? t('Change picture') : t('Choose a picture');
    remove.hidden = !id;
  };
  const put = (id) =>
    attempt(async () => {
      await choose(id);
      draw(id);
    });
  file.addEventListener('change', async () => {
    const [chosen] = file.files;
    file.value = '';
    if (!chosen) return;
    change.disabled = true;
    const done = await attempt(async () => upload(await small(chosen)));
    change.disabled = false;
    if (done) await put(done.picture);
  });
  draw(picture);
  return h('div', { class: 'choosing' }, shown, h('div', { class: 'side-by-side' }, change, remove), file);
}

