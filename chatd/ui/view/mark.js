// The server's sign beside a notification. Many systems draw no SVG there: what the page shows itself is
// drawn for them first.

import { brand } from './brand.js';

/** Pixels of its sides. */
const SIZE = 192;
const PLAIN = '/ui/icons/192.png';

/** Its address, for whoever shows it while no page is there to draw. */
export const sign = brand.own ? brand.icon : PLAIN;
let drawn = null;

/** Its address as a picture of points, in this page. */
export function mark() {
  if (!sign.endsWith('.svg')) return Promise.resolve(sign);
  drawn ??= draw().catch(() => sign);
  return drawn;
}

async function draw() {
  const image = new Image(SIZE, SIZE);
  image.src = sign;
  await image.decode();
  const canvas = new OffscreenCanvas(SIZE, SIZE);
  canvas.getContext('2d').drawImage(image, 0, 0, SIZE, SIZE);
  return URL.createObjectURL(await canvas.convertToBlob());
}
