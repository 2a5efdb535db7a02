// A link that makes an account on this server: shown once, to be handed on.

import { whole } from '../../net/base.js';
import { made, t } from '../../words/words.js';
import { fill, h } from '../dom.js';
import { copying, input, openDialog, problem } from './dialog.js';

export function invite(api) {
  const uses = input(t('For how many people'), { type: 'number', min: '1', max: '1000', value: '1', required: true });
  const place = h('div');
  const { node: wrong, attempt } = problem();
  const make = (event) => {
    event.preventDefault();
    attempt(async () => {
      const { secret, expires } = await api.invite(Number(uses.node.value));
      shown(whole(`/#invitation=${secret}`), expires);
    });
  };
  const shown = (link, expires) => {
    const box = h('input', { readonly: true, value: link, 'aria-label': t('Invitation link'), class: 'link' });
    const copy = copying(link, box);
    const day = made(Intl.DateTimeFormat, { day: 'numeric', month: 'long' }).format(expires);
    fill(
      place,
      h('p', { class: 'lead' }, t('Send this link to whom you invite. It works until {day} and is shown only now.', { day })),
      box,
      h('div', { class: 'actions' }, copy),
    );
    copy.focus();
  };
  fill(
    place,
    h('p', { class: 'lead' }, t('Whoever has the link can make an account on this server.')),
    h(
      'form',
      { onsubmit: make },
      uses.parts,
      wrong,
      h('div', { class: 'actions' }, h('button', { type: 'submit', class: 'main' }, t('Make a link'))),
    ),
  );
  openDialog(t('Invite people'), place);
}
