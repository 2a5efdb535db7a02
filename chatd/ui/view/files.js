// Pictures and files that somebody pastes or drops: nothing takes them yet, which is said, and neither
// the page nor what is being written in it gives way to them.

import { t } from '../words/words.js';

/** `node`: where that may happen; `say(text)` a word to the user. */
export function turnAway(node, say) {
  const refuse = (event, transfer) => {
    // A table or a passage may come with a picture of itself: its words are what is wanted.
    if (!transfer?.types.includes('Files') || transfer.types.includes('text/plain')) return;
    event.preventDefault();
    say(t('Pictures and files cannot be sent here yet. What you wrote is still there.'));
  };
  node.addEventListener('paste', (event) => refuse(event, event.clipboardData));
  node.addEventListener('drop', (event) => refuse(event, event.dataTransfer));
  node.addEventListener('dragover', (event) => {
    // Or the browser would open the file in place of the page.
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  });
}
