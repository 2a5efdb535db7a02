// What can be done with a message in view: the menu, and the dialogs that it opens.

import { whole } from '../net/base.js';
import { t } from '../words/words.js';
import { write as address } from './route.js';
import { forward } from './dialogs/forward.js';
import { openMenu } from './menu.js';
import { pickEmoji } from './picker.js';
import { pins } from './dialogs/pins.js';
import { reactors, readers, versions } from './dialogs/about.js';
import { search } from './dialogs/search.js';

export class Messages {
  #store;
  #chat;
  #wish;
  /** The name that people see of somebody. */
  #called = (user, name) => this.#store.people.display(user, name);

  /** `wish`: go(room, seq), away(), goTo(seq), reply(message), edit(message), say(text), sure(…). */
  constructor(store, chat, wish) {
    this.#store = store;
    this.#chat = chat;
    this.#wish = wish;
  }

  /** What the rows of the list ask for. */
  get wishes() {
    const { names } = this.#store;
    return {
      me: this.#store.me?.user,
      name: (user) => names.get(user),
      reply: this.#wish.reply,
      edit: this.#wish.edit,
      add: this.#wish.add,
      readers: (message) => readers(this.#chat.talk, message, this.#called),
      react: (message, emoji, on) => this.#react(message, emoji, on),
      pick: (anchor, message) => pickEmoji(anchor, (emoji) => this.#react(message, emoji, true)),
      more: (anchor, message) => this.#more(anchor, message),
      reactors: (message) => reactors(this.#chat.talk, message, this.#called),
    };
  }

  search() {
    search(this.#chat.talk, this.#store, (room, seq) => this.#go(room, seq));
  }

  pins() {
    const { room } = this.#store;
    pins(this.#chat.talk, room, (seq) => this.#wish.goTo(seq), (seq) => this.#pin(seq, false), this.#called);
  }

  /** What a promise fails with is told. True if it did not. */
  async attempt(promise) {
    try {
      await promise;
      return true;
    } catch (error) {
      this.#wish.say(error.message);
      return false;
    }
  }

  #go(room, seq) {
    if (room === this.#store.active) this.#wish.goTo(seq);
    else this.#wish.go(room, seq);
  }

  #react({ room, seq, reactions = [] }, emoji, on) {
    // Whoever chooses what they chose before does not want it twice.
    if (on && reactions.some((one) => one.emoji === emoji && one.mine)) return;
    this.attempt(this.#chat.talk.react(room, seq, emoji, on));
  }

  #pin(seq, on) {
    return this.attempt(this.#chat.talk.pin(this.#store.active, seq, on));
  }

  #more(anchor, message) {
    const { room, me } = this.#store;
    const { talk } = this.#chat;
    const own = message.from === me.user;
    const gone = Boolean(message.deleted);
    const pinned = room.pinned?.has(message.seq);
    // Alone in a page of a site there is no list to go to.
    const alone = 'single' in document.documentElement.dataset;
    const groups = [
      [
        !gone && room.mayReact && { icon: 'smile', label: t('React'), act: () => this.wishes.pick(anchor, message) },
        !gone && !room.closedTo && { icon: 'reply', label: t('Reply'), act: () => this.#wish.reply(message) },
        !gone && { icon: 'forward', label: t('Forward'), act: () => this.#forward(message) },
      ],
      [
        !gone && message.text && { icon: 'copy', label: t('Copy text'), act: () => this.#copy(message.text, t('The text is copied.')) },
        { icon: 'link', label: t('Copy link'), act: () => this.#copy(permalink(message), t('The link is copied.')) },
        !gone && room.mayPin && {
          icon: 'pin',
          label: pinned ? t('Unpin') : t('Pin'),
          act: () => this.#pin(message.seq, !pinned),
        },
        !own && !alone && { icon: 'unread', label: t('Mark unread from here'), act: () => this.#unread(message) },
      ],
      [
        !gone && message.reactions?.length > 0 && { icon: 'smile', label: t('Who reacted'), act: () => reactors(talk, message, this.#called) },
        !gone && { icon: 'eye', label: t('Who has read it'), act: () => readers(talk, message, this.#called) },
        message.edited && !gone && (own || (room.moderates && room.kind !== 'direct')) && {
          icon: 'history',
          label: t('Earlier versions'),
          act: () => versions(talk, message),
        },
      ],
      [
        own && !gone && !message.forwarded && !room.closedTo && {
          icon: 'edit',
          label: t('Edit'),
          act: () => this.#wish.edit(message),
        },
        !gone && (own || room.moderates) && {
          icon: 'trash',
          label: t('Delete'),
          danger: true,
          act: () => this.#remove(message),
        },
      ],
    ];
    const some = groups.map((group) => group.filter(Boolean)).filter((group) => group.length);
    // The buttons stay while what they opened is there.
    const row = anchor.closest('.message');
    row?.classList.add('held');
    const items = some.flatMap((group, at) => (at ? [null, ...group] : group));
    openMenu(t('Message'), items, anchor, () => row?.classList.remove('held'));
  }

  #forward(message) {
    forward(this.#chat.talk, this.#store, message, (room) => this.#wish.go(room));
  }

  async #copy(text, done) {
    try {
      await navigator.clipboard.writeText(text);
      this.#wish.say(done);
    } catch {
      this.#wish.say(t('The browser did not let this page copy.'));
    }
  }

  async #unread(message) {
    const { room, seq } = message;
    // Whoever stays has read it again at once.
    this.#wish.away();
    await this.attempt(this.#chat.talk.markUnread(room, seq));
  }

  async #remove({ room, seq }) {
    if (await this.#wish.sure(t('Delete this message?'), t('It is erased for everybody.'), t('Delete'))) {
      this.attempt(this.#chat.delete(room, seq));
    }
  }
}

/** The address of a message, for those who may see it. */
export function permalink({ room, seq }) {
  return whole(`/${address({ pane: 'talk', room, seq })}`);
}
