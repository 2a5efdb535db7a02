// A picture as large as the window, and those before and after it. Loaded once somebody presses one, and
// needs no module.

/** Pixels that a finger moves sideways to see the next one. */
const SWIPE = 50;

/** All of a room's pictures that are loaded: files, with {by, when} added. */
function all({ idOf, isPicture, shortMoment }, { me, people }, { timeline }) {
  const called = ({ from = me.user, name = me.name }) => people.display(from, name);
  return [...timeline.messages, ...timeline.pending].flatMap((message) =>
    (message.files ?? []).filter(isPicture).map((file) => ({ ...file, file: idOf(file), by: called(message), when: shortMoment(message.at) })),
  );
}

/** Shows the picture `shown` of a room, and next to it all that are loaded. */
export function view(kit, store, room, shown) {
  const { h, fill, t, bdi, icon, iconButton, openDialog, load, saving, idOf, size, shortened } = kit;
  const pictures = all(kit, store, room);
  const id = idOf(shown);
  let at = pictures.findIndex((one) => (id ? one.file === id : one.key === shown.key));
  if (at < 0) return;
  const title = bdi('');
  const about = h('p', { class: 'about' });
  const stage = h('div', { class: 'stage' });
  const save = h('span', { class: 'save' });
  const ears = h('p', { class: 'ears', role: 'status' });
  const rtl = document.documentElement.dir === 'rtl';
  const previous = iconButton('back', t('Previous picture'), { class: 'previous', onclick: () => step(-1) });
  const next = iconButton('next', t('Next picture'), { class: 'next', onclick: () => step(1) });
  const large = iconButton('zoom', t('Actual size'), { class: 'zoom', 'aria-pressed': 'false', onclick: () => zoom() });

  const zoom = (on = large.getAttribute('aria-pressed') !== 'true') => {
    large.setAttribute('aria-pressed', String(on));
    stage.classList.toggle('large', on);
  };
  const show = () => {
    const one = pictures[at];
    title.textContent = shortened(one.name);
    const of = pictures.length > 1 && t('{number} of {count}', { number: at + 1, count: pictures.length });
    fill(about, bdi(one.by), ' · ', one.when, ' · ', size(one.size), of && [' · ', of]);
    const image = h('img', { alt: one.name, draggable: false, onclick: () => large.disabled || zoom() });
    image.addEventListener('load', () => {
      large.disabled = image.naturalWidth <= image.clientWidth && image.naturalHeight <= image.clientHeight;
    });
    image.addEventListener('error', () => fill(stage, h('p', { class: 'wrong' }, t('This picture cannot be shown.'))));
    zoom(false);
    large.disabled = true;
    fill(stage, image);
    load(image, one);
    // The keyboard always has a way back, also at either end.
    previous.setAttribute('aria-disabled', String(at === 0));
    next.setAttribute('aria-disabled', String(at === pictures.length - 1));
    fill(save, idOf(one) && h('a', { class: 'round', 'aria-label': t('Download'), ...saving(one), title: t('Download') }, icon('save')));
    ears.textContent = of ? `${one.name}, ${of}` : one.name;
  };
  const step = (by) => {
    const to = at + by;
    if (!pictures[to]) return;
    at = to;
    show();
  };

  const dialog = openDialog(title, about, stage, pictures.length > 1 && [previous, next], h('div', { class: 'with' }, large, save), ears);
  dialog.classList.add('viewer');
  dialog.addEventListener('keydown', (event) => {
    const by = { ArrowLeft: rtl ? 1 : -1, ArrowRight: rtl ? -1 : 1 }[event.key];
    if (!by || stage.classList.contains('large')) return;
    event.preventDefault();
    step(by);
  });
  let from = null;
  stage.addEventListener('pointerdown', ({ pointerType, clientX }) => {
    from = pointerType === 'touch' && !stage.classList.contains('large') ? clientX : null;
  });
  stage.addEventListener('pointerup', ({ clientX }) => {
    const by = from === null ? 0 : clientX - from;
    from = null;
    if (Math.abs(by) > SWIPE) step(by < 0 === rtl ? -1 : 1);
  });
  // A click beside the picture leaves it.
  stage.addEventListener('click', ({ target }) => target === stage && dialog.close());
  show();
}
