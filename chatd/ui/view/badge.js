// How much is unread, in the page's icon and in that of the installed page: a number of what one wants
// to be told of, a dot for the rest.

/** Pixels of the icon. */
const SIZE = 64;
const RED = '#d32f2f';

export class Badge {
  /** @type {HTMLLinkElement | null} */
  #link = document.querySelector('link[rel~="icon"]');
  #plain = this.#link?.href;
  #type = this.#link?.type ?? '';
  #shown = '';
  #address = null;

  /** `badge`: {count, dot}. `app`: whether this page speaks for all tabs. */
  show({ count, dot }, app) {
    const sign = count > 0 ? (count > 99 ? '99' : String(count)) : dot ? '•' : '';
    if (app) this.#onApp(count, dot);
    if (sign === this.#shown || !this.#link) return;
    this.#shown = sign;
    this.#draw(sign);
  }

  /** Nothing is unread of somebody who is gone. */
  clear() {
    navigator.clearAppBadge?.().catch(() => {});
  }

  #onApp(count, dot) {
    const set = count > 0 ? navigator.setAppBadge?.(count) : dot ? navigator.setAppBadge?.() : navigator.clearAppBadge?.();
    set?.catch(() => {});
  }

  async #draw(sign) {
    if (!sign) {
      this.#put(this.#plain, this.#type);
      return;
    }
    const image = new Image(SIZE, SIZE);
    image.src = this.#plain;
    const canvas = new OffscreenCanvas(SIZE, SIZE);
    try {
      await image.decode();
      mark(canvas.getContext('2d'), image, sign);
      const blob = await canvas.convertToBlob();
      // Meanwhile it may have become another.
      if (sign === this.#shown) this.#put(URL.createObjectURL(blob), blob.type);
    } catch {
      // The icon as it is.
    }
  }

  #put(address, type) {
    this.#link.type = type;
    this.#link.href = address;
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = address === this.#plain ? null : address;
  }
}

function mark(pen, image, sign) {
  pen.drawImage(image, 0, 0, SIZE, SIZE);
  const dot = sign === '•';
  const radius = dot ? SIZE * 0.2 : SIZE * 0.32;
  const [x, y] = [SIZE - radius, radius];
  // A rim, so that it stands out on any icon.
  pen.globalCompositeOperation = 'destination-out';
  circle(pen, x, y, radius + 4);
  pen.globalCompositeOperation = 'source-over';
  pen.fillStyle = RED;
  circle(pen, x, y, radius);
  if (dot) return;
  pen.fillStyle = '#fff';
  pen.font = `bold ${sign.length > 1 ? 30 : 36}px sans-serif`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(sign, x, y + 2);
}

function circle(pen, x, y, radius) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fill();
}
