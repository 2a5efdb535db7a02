// When a part of the page does not come: the network stutters, or the server was just replaced by a newer
// one, whose files have other names. The page loads again by itself; if that does not help either, its own
// words ask for it.

(() => {
  /** Seconds before each try. */
  const WAITS = [1, 3, 9];
  // As in net/base.js, which may be the part that did not come.
  const name = `${new URL('.', location.href).pathname} loads`;

  const isPart = ({ target }) => target instanceof HTMLScriptElement || target.rel === 'stylesheet';
  let tried = false;

  const again = (event) => {
    if (tried || !isPart(event)) return;
    tried = true;
    try {
      // Without a place to count in, nobody would know when to stop.
      const loads = Number(sessionStorage.getItem(name));
      if (!(loads < WAITS.length)) return;
      sessionStorage.setItem(name, String(loads + 1));
      // In a frame, so that the page around it waits. It does not matter whose page that is.
      if (parent !== self) parent.postMessage({ chatd: 'again' }, '*');
      setTimeout(() => location.reload(), WAITS[loads] * 1000);
    } catch {
      // Then the words have to do.
    }
  };
  const settled = () => {
    removeEventListener('error', again, true);
    try {
      if (!tried) sessionStorage.removeItem(name);
    } catch {
      // Nothing was counted there.
    }
  };
  addEventListener('error', again, true);
  addEventListener('load', settled);
})();
