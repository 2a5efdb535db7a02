// The switch for being notified while the page is closed or, if that cannot be, why.

import { t } from '../../words/words.js';
import { fill, h } from '../dom.js';
import { problem, toggle } from './dialog.js';

/** Fills `place`; `push` as in net/push.js, `user` is one's own id. */
export async function closed(push, user, place) {
  const { node: wrong, attempt } = problem();
  fill(place, h('p', { class: 'nothing' }, t('Loading…')), wrong);
  const state = await attempt(() => push.state());
  if (state) draw(push, user, place, state);
}

function draw(push, user, place, state) {
  const { node: wrong, attempt } = problem();
  const said = h('p', { class: 'said', role: 'status' });
  const change = async (act, done, node) => {
    said.textContent = '';
    const focused = document.activeElement === node;
    main.node.disabled = text.node.disabled = true;
    await attempt(act);
    if (wrong.textContent) node.checked = !node.checked;
    else said.textContent = done();
    main.node.disabled = false;
    text.node.disabled = !main.node.checked;
    // What is disabled loses the keyboard.
    if (focused) node.focus();
  };
  const main = toggle(
    t('Tell me when the page is closed'),
    t('Of direct messages, mentions, and rooms that you want to hear everything of. For this browser alone, until you sign out.'),
    {
      checked: state.on,
      disabled: state.why !== null,
      onchange: () =>
        change(
          () => (main.node.checked ? push.turnOn(user, text.node.checked) : push.turnOff()),
          () => (main.node.checked ? t('You are told from now on') : t('You are not told any more')),
          main.node,
        ),
    },
  );
  const text = toggle(t('Show what was written'), t('Whoever sees your screen reads it, also while it is locked.'), {
    checked: state.text,
    disabled: !state.on,
    onchange: () => change(() => push.turnOn(user, text.node.checked), () => t('Saved'), text.node),
  });
  fill(
    place,
    main.parts,
    state.texts && text.parts,
    state.why && h('p', { class: 'why' }, state.why),
    h('p', { class: 'hint' }, t('It shows who wrote, and where. On its way it is encrypted: the maker of your browser carries it and cannot read it.')),
    wrong,
    said,
  );
}
