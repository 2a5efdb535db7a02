import { seen, watchKeyboard } from '/ui/view/keyboard.js';
import { equal, test } from '/units/harness.js';

test('a keyboard over the page leaves what is above it', () => {
  equal(seen({ height: 402.4, scale: 1 }, 740), 402);
});

test('without a keyboard, or zoomed in by hand, the page is whole', () => {
  equal([seen({ height: 740, scale: 1 }, 740), seen({ height: 700, scale: 1 }, 740), seen({ height: 370, scale: 2 }, 740)], [null, null, null]);
});

test('the page follows a keyboard that comes and goes', () => {
  const viewport = Object.assign(new EventTarget(), { height: innerHeight - 300, scale: 1 });
  const root = document.createElement('div');
  watchKeyboard(viewport, root);
  equal(root.style.getPropertyValue('--seen'), `${innerHeight - 300}px`);
  viewport.height = innerHeight;
  viewport.dispatchEvent(new Event('resize'));
  equal(root.style.getPropertyValue('--seen'), '');
});
