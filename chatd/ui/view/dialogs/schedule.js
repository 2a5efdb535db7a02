// Saying something later: choosing when, and what is waiting.

import { t } from '../../words/words.js';
import { bdi, fill, h, icon } from '../dom.js';
import { dayAndTime } from '../format.js';
import { input, openDialog, problem } from './dialog.js';

const HOUR = 3_600_000;

/** The day that is `days` ahead (1 for tomorrow), at that hour local time. */
export function morning(now, days, hour = 9) {
  const then = new Date(now);
  then.setDate(then.getDate() + days);
  then.setHours(hour, 0, 0, 0);
  return then.getTime();
}

/** Asks when a text is to be said, and has it kept: true once it is. `replyTo`: a seq or null. */
export function schedule(chat, room, text, replyTo = null) {
  return new Promise((resolve) => {
    const now = Date.now();
    const { node: wrong, attempt } = problem();
    const at = input(t('Date and time'), {
      type: 'datetime-local',
      value: local(morning(now, 1)),
      min: local(now + 2 * 60_000),
      max: local(now + 364 * 24 * HOUR),
      required: true,
    });
    let done = false;
    const keep = async (moment) => {
      if (Number.isNaN(moment)) return;
      for (const button of dialog.querySelectorAll('button')) button.disabled = true;
      const kept = await attempt(() => chat.scheduled.schedule(room, text, moment, replyTo));
      for (const button of dialog.querySelectorAll('button')) button.disabled = false;
      if (!kept) return;
      done = true;
      dialog.close();
    };
    const ready = [
      [t('In an hour'), now + HOUR],
      [t('Tomorrow'), morning(now, 1)],
      [t('In a week'), morning(now, 7)],
    ].map(([label, moment]) =>
      h(
        'button',
        { type: 'button', class: 'choice', onclick: () => keep(moment) },
        h('span', { class: 'sign' }, icon('clock')),
        h('span', { class: 'about' }, h('span', { class: 'name' }, label), h('small', {}, dayAndTime(moment))),
      ),
    );
    const choose = (event) => {
      event.preventDefault();
      keep(new Date(at.node.value).getTime());
    };
    const dialog = openDialog(
      t('Send later'),
      h('blockquote', {}, bdi(text)),
      h('div', {}, ready),
      h(
        'form',
        { onsubmit: choose },
        at.parts,
        wrong,
        h('div', { class: 'actions' }, h('button', { type: 'submit', class: 'main' }, t('Schedule'))),
      ),
    );
    dialog.addEventListener('close', () => resolve(done));
  });
}

/** As a field of date and time writes it: local time, without a zone. */
function local(moment) {
  const then = new Date(moment - new Date(moment).getTimezoneOffset() * 60_000);
  return then.toISOString().slice(0, 16);
}

/** Everything that waits for its time. `giveBack(item)` puts one into the box of its room. */
export function scheduled(chat, store, giveBack) {
  const list = h('ul', { class: 'lines waiting' });
  const { node: wrong, attempt } = problem();
  const dialog = openDialog(t('Scheduled messages'), list, wrong);
  const edit = async (item) => {
    const taken = await attempt(() => chat.scheduled.takeBack(item.scheduled));
    if (wrong.textContent) return;
    if (taken === null) {
      wrong.textContent = t('It has been said already.');
      return;
    }
    dialog.close();
    giveBack(taken);
  };
  const line = (item) => {
    const room = store.rooms.get(item.room);
    const where = room ? store.titleOf(room) : t('A room that you left');
    return h(
      'li',
      {},
      h(
        'div',
        { class: 'about' },
        h('small', {}, bdi(where), ` · ${dayAndTime(item.at)}`),
        h('p', {}, bdi(item.text)),
        item.failure && h('p', { class: 'wrong' }, t('Not said. {why}', { why: item.failure })),
      ),
      h(
        'div',
        { class: 'side-by-side' },
        room && h('button', { type: 'button', onclick: () => edit(item) }, t('Edit')),
        h('button', { type: 'button', class: 'quiet', onclick: () => attempt(() => chat.scheduled.takeBack(item.scheduled)) }, t('Delete')),
      ),
    );
  };
  const draw = () => {
    const items = [...store.scheduled.values()].sort((a, b) => a.at - b.at);
    fill(
      list,
      items.map(line),
      !items.length && h('li', { class: 'nothing' }, t('Nothing waits. The clock beside the box has a message said later.')),
    );
  };
  const stop = store.watch((what) => what === 'scheduled' && draw());
  dialog.addEventListener('close', stop);
  draw();
}
