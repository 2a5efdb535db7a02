// Finding messages: in this room or in all, with what stands around them.

import { extract } from '../../state/marking.js';
import { many, parts, t } from '../../words/words.js';
import { bdi, fill, h } from '../dom.js';
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
      h(
        'p',
        { class: 'hint' },
        t('Also:'),
        ['from:anna', 'before:2026-01-31', 'has:link', `"${t('these words')}"`, `-${t('without')}`].map((one) => [' ', h('code', { dir: 'auto' }, one)]),
      ),
    ),
    wrong,
    state,
    list,
    place,
  );
  dialog.classList.add('finds', 'search');
  let round = 0;
  let timer = null;

  const begin = () => {
    clearTimeout(timer);
    last.text = input.value;
    round += 1;
    wrong.textContent = state.textContent = '';
    fill(place);
    if (!last.text.trim()) {
      fill(list);
      return;
    }
    state.textContent = t('Searching…');
    ask(round, null);
  };
  const ask = async (mine, page) => {
    const fields = { text: last.text.trim(), limit: PAGE, context: CONTEXT };
    // A room in the text goes before the one in view.
    if (!last.everywhere && !/(?:^|\s)in:/u.test(fields.text)) fields.room = room.id;
    if (page) fields.page = page;
    try {
      const reply = await talk.search(fields);
      if (mine !== round) return;
      const within = last.everywhere ? store : null;
      const hits = reply.hits.map((one) => hit(one, reply.words ?? [], within, (found) => {
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
      state.textContent = '';
      wrong.textContent = error.message;
    }
  };
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(begin, REST);
  });
  dialog.addEventListener('close', () => clearTimeout(timer));
  input.focus();
  input.select();
  begin();
}

function nothingFound(everywhere) {
  if (last.everywhere) return t('Nothing was found. Try fewer words, or only their beginnings.');
  const all = h('button', { type: 'button', class: 'inline', onclick: everywhere }, t('Search all rooms'));
  return parts('Nothing was found in this room. {everywhere}', { everywhere: all });
}

/** `store` tells the names of rooms, where there are several. */
function hit({ message, before = [], after = [] }, words, store, go) {
  const room = store?.rooms.get(message.room);
  return h(
    'button',
    { type: 'button', class: 'hit go', onclick: () => go(message) },
    h(
      'span',
      { class: 'by' },
      avatar(message.from, message.name),
      bdi(message.name, 'author'),
      room && h('span', { class: 'where' }, room.kind === 'direct' ? parts('with {name}', { name: bdi(room.name) }) : parts('in {room}', { room: bdi(room.name) })),
      h('time', { class: 'when', title: exactly(message.at) }, shortMoment(message.at)),
    ),
    before.map((one) => near(one)),
    h('span', { class: 'line' }, markedWords(extract(message.text || line(message), words), words)),
    after.map((one) => near(one)),
  );
}

/** What was said right before or after. */
function near(message) {
  return h('span', { class: 'near' }, bdi(message.name), ': ', bdi(line(message)));
}
