// The files of a message in its row: pictures in a place that is kept for them before they come, others as
// cards.

import { drawingOf, fitted, halves, idOf, isPicture, shortened } from '../state/attached.js';
import { at } from '../net/base.js';
import { t } from '../words/words.js';
import { fill, h, hidden, icon } from './dom.js';
import { size } from './format.js';

/**
 * How the browser gets files: with its cookie, by their address. A page without one says another way.
 * @type {{show: (image: HTMLImageElement, id: string) => void, save: (one: object) => void}}
 */
let source = { show: (image, id) => (image.src = addressOf(id)), save: null };

export function filesFrom(other) {
  source = other;
}

export function addressOf(id) {
  return at(`/files/${encodeURIComponent(id)}`);
}

/** `wish.view(one)` shows a picture as large as the window. */
export function attached(files, wish) {
  if (!files?.length) return null;
  const pictures = files.filter(isPicture);
  const others = files.filter((one) => !isPicture(one));
  const { length } = pictures;
  const shape = length === 1 ? 'one' : length === 2 || length === 4 ? 'by-two' : 'by-three';
  return [
    length > 0 && h('div', { class: `pictures ${shape}` }, pictures.map((one) => picture(one, length === 1, wish))),
    others.length > 0 && h('ul', { class: 'files' }, others.map((one) => h('li', {}, card(one)))),
  ];
}

function picture(one, alone, wish) {
  const image = h('img', { alt: one.name, draggable: false, decoding: 'async', loading: one.url ? null : 'lazy' });
  const node = h('button', { type: 'button', class: 'picture', 'aria-haspopup': 'dialog', title: one.name }, image, onItsWay(one));
  node.addEventListener('click', () => (node.classList.contains('broken') ? anew() : wish.view(one)));
  const anew = () => {
    node.classList.remove('broken');
    fill(node, image);
    load(image, one);
  };
  image.addEventListener('error', () => {
    // One that was sent from here may be shown no more from where it was.
    if (one.url && idOf(one) && image.src === one.url) source.show(image, idOf(one));
    else broken(image.closest('.picture'), one);
  });
  if (alone) {
    const { width, height } = fitted(one);
    node.style.width = `${width}px`;
    node.style.aspectRatio = `${width} / ${height}`;
  }
  load(image, one);
  return node;
}

/** A picture from where it is: this page, or the server. */
export function load(image, one) {
  const id = idOf(one);
  if (id) image.dataset.file = id;
  if (one.url) image.src = one.url;
  else if (id) source.show(image, id);
}

function broken(node, one) {
  if (!node) return;
  node.classList.add('broken');
  fill(node, icon('image'), h('span', {}, t('This picture cannot be shown. Press to try again.')), hidden(one.name));
}

/** The whole name, in one line of whatever width there is. */
export function nameOf({ name }) {
  const [begin, end] = halves(name);
  return h('bdi', { class: 'name', dir: 'auto', title: name }, begin && h('span', {}, begin), h('span', { class: 'tail' }, end));
}

function card(one) {
  const id = idOf(one);
  const about = [
    h('span', { class: 'drawing' }, icon(drawingOf(one))),
    h('span', { class: 'about' }, nameOf(one), ' ', h('span', { class: 'size' }, size(one.size))),
  ];
  if (!id) return h('div', { class: 'file' }, about, onItsWay(one));
  return h('a', { class: 'file', ...saving(one) }, hidden(t('Download')), ' ', about, icon('save'));
}

/** What makes a link bring a file to the reader's own disk. */
export function saving(one) {
  const save = source.save && ((event) => (event.preventDefault(), source.save(one)));
  return { href: addressOf(idOf(one)), download: one.name, title: one.name, onclick: save };
}

function onItsWay(one) {
  if (idOf(one) || one.failed) return null;
  return h('progress', { max: '1', value: one.done, 'data-file': one.key, 'aria-label': t('{name} is on its way', { name: shortened(one.name) }) });
}

/** A picture that is there stays where the row is drawn anew: it would be decoded again, and flicker. */
export function keepPictures(old, node) {
  const known = new Map();
  for (const image of old.querySelectorAll('.picture img')) known.set(image.src, image).set(image.dataset.file, image);
  for (const image of node.querySelectorAll('.picture img')) {
    const same = known.get(image.src) ?? known.get(image.dataset.file);
    if (same?.complete && same.naturalWidth) image.replaceWith(same);
  }
}
