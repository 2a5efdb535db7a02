// Pictures and files that somebody pastes or drops: they go with what is being written, and neither the
// page nor that gives way to them.

/** Milliseconds without another word of a drag, after which it is over: it may end in any window. */
const OVER = 200;

/** `node`: where that may happen; `take(files)` gets them. */
export function receive(node, take) {
  let timer;
  const taken = (event, transfer) => {
    event.preventDefault();
    node.classList.remove('dropping');
    // While the event is told they can be had.
    take([...transfer.files]);
  };
  node.addEventListener('paste', (event) => {
    const { clipboardData } = event;
    // A table or a passage may come with a picture of itself: its words are what is wanted.
    if (clipboardData?.types.includes('Files') && !clipboardData.types.includes('text/plain')) taken(event, clipboardData);
  });
  node.addEventListener('drop', (event) => {
    if (event.dataTransfer?.types.includes('Files')) taken(event, event.dataTransfer);
  });
  node.addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    // Or the browser would open the file in place of the page.
    event.preventDefault();
    node.classList.add('dropping');
    clearTimeout(timer);
    timer = setTimeout(() => node.classList.remove('dropping'), OVER);
  });
}
