// The head of a conversation: where one is, and ways from there.

import { many, number, t } from '../words/words.js';
import { bdi, fill, h, icon, iconButton } from './dom.js';
import { besideOf, hasBeside, kindOf, sign } from './parts.js';

/** Into `node`. `wish`: back(), search(), pins(), people(), aside(): what is beside the conversation. */
export function drawHead(node, store, room, wish) {
  const direct = room.kind === 'direct';
  const here = [...room.here.keys()].length;
  const about = room.topic || `${kindOf(room)} · ${many(room.memberCount, '{count} member', '{count} members')}`;
  const presence = store.presence(room.other);
  const word = { online: t('Online'), away: t('Away'), offline: t('Offline') }[presence];
  const label = here && !direct ? t('People in this room, {count} here now', { count: here }) : besideOf(room);
  const focused = document.activeElement?.closest('.head') && document.activeElement.ariaLabel;
  fill(
    node,
    iconButton('back', t('Back to the list'), { class: 'to-list', onclick: wish.back }),
    sign(room, presence, store.titleOf(room)),
    h(
      'div',
      { class: 'title' },
      h('h1', {}, bdi(store.titleOf(room))),
      h('p', {}, direct ? word : bdi(about)),
    ),
    iconButton('search', t('Search'), { onclick: wish.search }),
    iconButton('pin', t('Pinned messages'), { onclick: wish.pins }),
    hasBeside(room, store.me) &&
      h(
        'button',
        { type: 'button', class: 'to-people', 'aria-label': label, 'aria-expanded': String(wish.aside().open), title: label, onclick: wish.people },
        icon(direct ? 'person' : 'people'),
        !direct && h('span', { 'aria-hidden': 'true' }, number(here || room.memberCount)),
      ),
  );
  if (focused) node.querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
}
