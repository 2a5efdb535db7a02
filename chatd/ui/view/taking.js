// What is taken along in a conversation: files into the box and out of it, and back where they could not
// be sent; and pictures as large as the window.

import { idOf, isPicture, shortened } from '../state/attached.js';
import { Unreachable } from '../net/api.js';
import { t } from '../words/words.js';
import { load, saving } from './attached.js';
import { openDialog } from './dialogs/dialog.js';
import { bdi, fill, h, icon, iconButton } from './dom.js';
import { shortMoment, size } from './format.js';

/** What the viewer uses of the page. */
const KIT = { bdi, fill, h, icon, iconButton, idOf, isPicture, load, openDialog, saving, shortened, shortMoment, size, t };

export class Taking {
  #store;
  #chat;
  #composer;
  #wish;

  /** `wish`: say(text), drafted(room). */
  constructor(store, chat, composer, wish) {
    this.#store = store;
    this.#chat = chat;
    this.#composer = composer;
    this.#wish = wish;
  }

  /** Files for the message that is being written. */
  async take(list) {
    const { room } = this.#store;
    if (!list.length) return;
    if (!room || room.closedTo || !this.#store.files) {
      this.#wish.say(t('Pictures and files cannot be sent here yet. What you wrote is still there.'));
      return;
    }
    try {
      const refused = await this.#chat.files.add(room, list);
      if (refused.length) this.#wish.say(refused.join(' '));
    } catch (error) {
      this.#wish.say(error.message);
    }
    if (this.#store.room === room) this.#composer.focus();
  }

  /** The files that go with a message, null where one of them cannot. */
  taken(room) {
    if (!room.chips.length) return [];
    if (!room.chips.some(({ failed }) => failed)) return this.#chat.files.sending.take(room);
    this.#wish.say(t('One of the files did not arrive. Try it again, or remove it.'));
    return null;
  }

  /** A message that failed goes back into the box. */
  takeBack(room, key) {
    const { text, more } = this.#chat.takeBack(room.id, key);
    this.giveBack(room, text, more);
  }

  /** What was not sent goes into the box, or into the draft of a room that was left. */
  giveBack(room, text, { reply_to: replyTo = null, files = [] }) {
    if (files.length) this.#chat.files.sending.giveBack(room, files);
    if (this.#store.room === room) {
      this.#composer.giveBack(text, replyTo);
    } else {
      room.draft = [text, room.draft].filter(Boolean).join('\n');
      room.replyTo ??= replyTo;
      this.#wish.drafted(room);
    }
  }

  /** A picture of the room in view, between all that are loaded. */
  async view(one) {
    const { room } = this.#store;
    try {
      const { view } = await import('../files/viewer.js');
      view(KIT, this.#store, room, one);
    } catch {
      this.#wish.say(new Unreachable().message);
    }
  }
}
