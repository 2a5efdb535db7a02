// The server's sign beside a notification. Many systems draw no SVG there: what the page shows itself is
// drawn for them first.

import { at } from '../net/base.js';
import { brand } from './brand.js';

/** Pixels of its sides. */
const SIZE = 192;
const PLAIN = at('/ui/icons/192.png');

const sign = brand.own ? brand.icon : PLAIN;
const isDrawing = sign.endsWith('.svg');
let drawn = null;
let address = null;

/** Its address as a picture of points, in this page. */
export async function mark() {
  if (!isDrawing) return sign;
  try {
    const picture = await points();
    address ??= URL.createObjectURL(picture);
    return address;
  } catch {
    return sign;
  }
}

/** The same for whoever shows it while no page is there to draw: the address is the picture itself. */
export async function lastingMark() {
  if (!isDrawing) return sign;
  try {
    const bytes = new Uint8Array(await (await points()).arrayBuffer());
    return `data:image/png;base64,${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}`;
  } catch {
    return sign;
  }
}

/** The picture as a Blob, drawn once. */
function points() {
  drawn ??= draw();
  return drawn;
}

async function draw() {
  const image = new Image(SIZE, SIZE);
  image.src = sign;
  await image.decode();
  const canvas = new OffscreenCanvas(SIZE, SIZE);
  canvas.getContext('2d').drawImage(image, 0, 0, SIZE, SIZE);
  return canvas.convertToBlob();
}
