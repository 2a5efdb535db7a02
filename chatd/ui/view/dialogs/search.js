// Finding messages: in this room or in all, with what stands around them.

import { extract } from '../../state/marking.js';
import { many, parts, t } from '../../words/words.js';
import { isAway, watchAway } from '../away.js';
import { bdi, fill, h, icon } from '../dom.js';
import { exactly, shortMoment } from '../format.js';
import { avatar } from '../parts.js';
import { line } from '../quote.js';
import { markedWords } from '../words.js';
import { openDialog } from './dialog.js';

/** Milliseconds of rest in typing after which is searched. */
const REST = 350;
/** Hits on a page, and messages around each. */
const PAGE = 20;
const CONTEXT = 1;

/** What was looked for last: whoever follows a hit and comes back goes on where they were. */
const last = { text: '', everywhere: false };

/** `go(room, seq)` shows a message. */
export function search(talk, store, go) {
  const { room } = store;
  const list = h('div', { class: 'found' });
  const state = h('p', { class: 'nothing', role: 'status' });
  const wrong = h('p', { class: 'wrong', role: 'alert' });
  const place = h('div', { class: 'actions' });
  const input = h('input', {
    type: 'search',
    id: 'search',
    value: last.text,
    placeholder: t('Search messages'),
    'aria-label': t('Search messages'),
    maxlength: '256',
    autocomplete: 'off',
    enterkeyhint: 'search',
  });
  /** In all rooms instead. */
  const everywhere = () => {
    dialog.querySelectorAll('[name=scope]')[1].click();
    input.focus();
  };
  const scope = (everywhere, label) =>
    h(
      'label',
      {},
      h('input', {
        type: 'radio',
        name: 'scope',
        checked: last.everywhere === everywhere,
        onchange: () => {
          last.everywhere = everywhere;
          begin();
        },
      }),
      h('span', {}, label),
    );
  const dialog = openDialog(
    t('Search'),
    h(
      'form',
      {
        class: 'asks',
        role: 'search',
        onsubmit: (event) => {
          event.preventDefault();
          begin();
        },
      },
      input,
      h('fieldset', { class: 'segments' }, h('legend', { class: 'ears' }, t('Where')), scope(false, t('This room')), scope(true, t('All rooms'))),
    ),
    wrong,
    state,
    list,
    place,
  );
  dialog.classList.add('finds', 'search');
  let round = 0;
  let timer = null;
  /** Asks once more what is not answered yet; null where nothing is. */
  let again = null;
  let lost = false;
  const tell = () => {
    state.textContent = lost || isAway() ? t('No connection. The search goes on when it is back.') : t('Searching…');
  };
  const stop = watchAway((away) => {
    if (!again) return;
    if (lost && !away) again();
    else tell();
  });

  const begin = () => {
    clearTimeout(timer);
    last.text = input.value;
    round += 1;
    again = null;
    wrong.textContent = state.textContent = '';
    fill(place);
    if (!last.text.trim()) {
      fill(list, ways());
      return;
    }
    list.querySelector('.ways')?.remove();
    ask(round, null);
  };
  const ask = async (mine, page) => {
    const fields = { text: last.text.trim(), limit: PAGE, context: CONTEXT };
    // A room in the text goes before the one in view.
    if (!last.everywhere && !/(?:^|\s)in:/u.test(fields.text)) fields.room = room.id;
    if (page) fields.page = page;
    lost = false;
    again = () => ask(mine, page);
    if (!page || isAway()) tell();
    try {
      const reply = await talk.search(fields);
      if (mine !== round) return;
      again = null;
      const hits = reply.hits.map((one) => hit(one, reply.words ?? [], store, last.everywhere, (found) => {
        dialog.close();
        go(found.room, found.seq);
      }));
      if (page) list.append(...hits);
      else fill(list, hits);
      const { length } = list.children;
      fill(state, !length && !reply.next && nothingFound(everywhere));
      if (reply.behind) state.textContent = many(reply.behind, 'The {count} newest event is not searched yet.', 'The {count} newest events are not searched yet.');
      fill(place, reply.next && h('button', { type: 'button', onclick: () => ask(mine, reply.next) }, t('More')));
    } catch (error) {
      if (mine !== round) return;
      if (error.name === 'Lost') {
        lost = true;
        tell();
        return;
      }
      again = null;
      state.textContent = '';
      wrong.textContent = error.message;
    }
  };
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(begin, REST);
  });
  dialog.addEventListener('close', () => {
    stop();
    clearTimeout(timer);
  });
  input.focus();
  input.select();
  begin();
}

/** Before anything is looked for: what can be. */
function ways() {
  const all = [
    ['from:anna', t('said by somebody')],
    ['before:2026-01-31', t('said before a day; also after:')],
    ['in:#kitchen', t('said in that room')],
    ['has:file', t('with a file; also has:link')],
    [`"${t('these words')}"`, t('in exactly that order')],
    [`-${t('without')}`, t('without that word')],
  ];
  return h(
    'div',
    { class: 'ways' },
    h('span', { class: 'emblem' }, icon('search')),
    h('p', {}, t('Beginnings of words are enough. To narrow it down, add:')),
    h('dl', {}, all.map(([word, meaning]) => h('div', {}, h('dt', {}, h('code', { dir: 'auto' }, word)), h('dd', {}, meaning)))),
  );
}

function nothingFound(everywhere) {
  if (last.everywhere) return t('Nothing was found. Try fewer words, or only their beginnings.');
  const all = h('button', { type: 'button', class: 'inline', onclick: everywhere }, t('Search all rooms'));
  return parts('Nothing was found in this room. {everywhere}', { everywhere: all });
}

/** `store` tells the names of people, and of rooms `everywhere`. */
function hit({ message, before = [], after = [] }, words, store, everywhere, go) {
  const room = everywhere && store.rooms.get(message.room);
  const called = (one) => store.people.display(one.from, one.name);
  return h(
    'button',
    { type: 'button', class: 'hit go', onclick: () => go(message) },
    h(
      'span',
      { class: 'by' },
      avatar(message.from, called(message)),
      bdi(called(message), 'author'),
      room && h('span', { class: 'where' }, room.kind === 'direct' ? parts('with {name}', { name: bdi(store.titleOf(room)) }) : parts('in {room}', { room: bdi(room.name) })),
      h('time', { class: 'when', title: exactly(message.at) }, shortMoment(message.at)),
    ),
    before.map((one) => near(one, called)),
    h('span', { class: 'line' }, markedWords(extract(message.text || line(message), words), words)),
    after.map((one) => near(one, called)),
  );
}

/** What was said right before or after. */
function near(message, called) {
  return h('span', { class: 'near' }, bdi(called(message)), ': ', bdi(line(message)));
}
