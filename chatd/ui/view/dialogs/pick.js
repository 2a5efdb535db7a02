// Naming somebody: by choosing among people one knows or finds, or by a whole user name.

import { acquaintances, fitting } from '../../state/acquaintances.js';
import { t } from '../../words/words.js';
import { bdi, fill, h } from '../dom.js';
import { avatar } from '../parts.js';
import { form, input, openDialog } from './dialog.js';

/** Seconds of rest after which what one typed is looked for. */
const REST = 0.25;

/**
 * A field for a person, with those who may be meant below it: {parts, person(), empty()}. Before anything
 * is typed they are the people one knows, without `but` (ids). `submit()` is called when one is chosen.
 * `person()` is whom the field means, an id or "@name"; an Error in words if it means nobody. A form around
 * it does not validate: a chosen person needs no name.
 */
export function finding({ chat, store }, submit, hint, but = []) {
  let chosen = null;
  const taken = (person) => {
    chosen = person.user;
    submit();
  };
  const list = h('div', { class: 'choose small-choose', 'aria-live': 'polite', hidden: true });
  const name = input(
    t('Name'),
    // A dialog may ask for another name as well.
    { id: 'field-person', required: true, maxlength: '64', autofocus: true, autocapitalize: 'none', spellcheck: 'false' },
    hint,
  );
  const typed = () => name.node.value.trim();
  let found = [];
  const show = (people, none = null) => {
    found = people;
    fill(list, people.map((one) => choice(one, () => taken(one))), none && h('p', { class: 'nothing' }, none));
    list.hidden = people.length === 0 && !none;
  };
  const known = () => fitting(acquaintances(store, but), typed());
  let timer = null;
  let asked = 0;
  const look = async () => {
    const round = (asked += 1);
    const query = typed();
    let people = [];
    if (query) {
      try {
        ({ people } = await chat.people.find(query));
      } catch {
        // Nobody can be looked up here, or there is no connection: a whole name will do.
      }
    }
    if (round !== asked) return;
    const here = known();
    const others = people.filter((one) => !but.includes(one.user) && here.every(({ user }) => user !== one.user));
    const none = query && t('Nobody is found by that. Whoever shares no room with you is reached by the whole user name.');
    show([...here, ...others], here.length || others.length ? null : none);
  };
  name.node.addEventListener('input', () => {
    clearTimeout(timer);
    // Whom one knows is there at once, and the others when they are found.
    const here = known();
    if (here.length) show(here);
    timer = setTimeout(look, REST * 1000);
  });
  show(known());
  return {
    parts: [name.parts, list],
    person: () => {
      // No user name has a space: it is the only one who is called that.
      const only = found.length === 1 && /\s/u.test(typed()) ? found[0].user : null;
      const user = chosen ?? only ?? `@${typed().replace(/^@/u, '')}`;
      chosen = null;
      if (user === '@') throw new Error(t('Type a name, or choose somebody.'));
      return user;
    },
    empty: () => {
      name.node.value = '';
      show(known());
    },
  };
}

/** Somebody by name: `act(reference)` may fail in words; `then` gets what came of it. */
function pick(page, title, label, hint, act, then, but = []) {
  const field = finding(page, () => node.requestSubmit(), hint, but);
  const node = form(async () => act(field.person()), then, label, field.parts);
  node.noValidate = true;
  openDialog(title, node);
}

function choice(person, onclick) {
  return h(
    'button',
    { type: 'button', class: 'choice', onclick },
    avatar(person.user, person.display),
    h('span', { class: 'about' }, bdi(person.display, 'name'), h('small', {}, bdi(`@${person.name}`))),
  );
}

export function write(page, go) {
  pick(page, t('Write to somebody'), t('Start'), t('Type a name'), (user) => page.chat.direct(user), go);
}

export function add(page, room) {
  const hint = t('They see this room at once. To ask them first, invite them in the room’s settings.');
  pick(page, t('Add somebody'), t('Add'), hint, (user) => page.chat.addMember(room.id, user), () => {}, membersOf(room));
}

/** Ids of those already in a room, as far as they are known. */
export function membersOf(room) {
  return (room.members ?? []).map(({ user }) => user);
}
