// Puts the chat into a page of another site. It stands alone: it runs among that site's scripts.
//
//   <div id="chat"></div>
//   <script src="https://chat.example.org/embed.js" data-token-url="/chat.php?token"
//           data-room="support" async></script>
//
// The page fetches a signed token from its own site and hands it to the frame, to nobody else. What is
// marked as data-chatd-waits in that place goes when the chat comes.

(() => {
  'use strict';

  /** Milliseconds from a frame that has loaded to its first word, and for all of it. */
  const FIRST_WORD = 3000;
  const ALL = 20000;
  /** What visitors read where the chat does not come: whoever set it up reads more in the console. */
  const WORDS = {
    en: { gone: 'The chat cannot be reached right now.', again: 'Try again' },
    de: { gone: 'Der Chat ist gerade nicht zu erreichen.', again: 'Noch einmal versuchen' },
    ar: { gone: 'لا يمكن الوصول إلى الدردشة الآن.', again: 'حاول مرة أخرى' },
  };

  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  // It lies beside the chat, which may share its host.
  const address = new URL('embed', script.src).href;
  const chat = new URL(address).origin;
  const { room = null, tokenUrl, into = '#chat' } = script.dataset;

  const say = (text) => `chatd: ${text}`;

  function begin() {
    const place = document.querySelector(into) ?? script.parentElement;
    for (const words of place.querySelectorAll('[data-chatd-waits]')) words.remove();
    show(place);
  }

  /** Puts the frame into its place, or where the words stand that it did not come. */
  function show(place, instead = null) {
    const frame = document.createElement('iframe');
    frame.src = address;
    frame.title = script.title || 'Chat';
    frame.allow = 'clipboard-write';
    frame.setAttribute(
      'sandbox',
      'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox',
    );
    Object.assign(frame.style, { display: 'block', width: '100%', border: '0' });
    // A place without a height of its own gets one.
    frame.style.height = place.clientHeight >= 200 ? '100%' : '560px';

    let timer = setTimeout(() => failed(), ALL);
    /** The frame loads itself again, since a part of it did not come. */
    let patient = false;
    const tell = (message) => frame.contentWindow?.postMessage(message, chat);

    async function answer() {
      try {
        tell({ chatd: 'token', token: await token() });
      } catch (error) {
        console.error(say(error.message));
        tell({ chatd: 'token', error: error.message });
      }
    }

    function heard({ source, origin, data }) {
      if (source !== frame.contentWindow || origin !== chat) return;
      switch (data?.chatd) {
        case 'ready':
          clearTimeout(timer);
          timer = null;
          tell({ chatd: 'begin', room, theme: theme(place), language: script.dataset.language ?? null });
          break;
        case 'again':
          patient = true;
          clearTimeout(timer);
          timer = setTimeout(failed, ALL);
          break;
        case 'token':
          answer();
          break;
        case 'unread':
          place.dispatchEvent(new CustomEvent('chatd:unread', { detail: data.count, bubbles: true }));
          break;
      }
    }

    /** A browser tells no page that it kept a frame out: the silence does. */
    function failed() {
      removeEventListener('message', heard);
      painter.disconnect();
      scheme.removeEventListener('change', dress);
      console.error(
        say(
          `The chat does not answer. If ${location.origin} is not listed in site.origins of the chat` +
            ` server (${chat}), the browser keeps the frame out of this page; if it is, the server` +
            ' cannot be reached.',
        ),
      );
      frame.replaceWith(apology((words) => show(place, words)));
    }

    frame.addEventListener('load', () => {
      if (timer === null || patient) return;
      clearTimeout(timer);
      timer = setTimeout(failed, FIRST_WORD);
    });
    addEventListener('message', heard);
    const dress = () => tell({ chatd: 'theme', theme: theme(place) });
    const painter = new MutationObserver(dress);
    painter.observe(script, { attributeFilter: ['data-theme'] });
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', dress);
    if (instead) instead.replaceWith(frame);
    else place.append(frame);
  }

  /** Says that the chat did not come, in the words of whoever reads it; `again(words)` takes their place. */
  function apology(again) {
    const [language] = [script.dataset.language, ...navigator.languages, 'en']
      .map((tag) => (tag ?? '').split('-')[0].toLowerCase())
      .filter((tag) => Object.hasOwn(WORDS, tag));
    const words = document.createElement('div');
    Object.assign(words, { role: 'alert', lang: language, dir: language === 'ar' ? 'rtl' : 'ltr' });
    Object.assign(words.style, { padding: '24px 16px', font: '16px/1.5 system-ui, sans-serif', textAlign: 'center' });
    const text = document.createElement('p');
    text.textContent = WORDS[language].gone;
    text.style.margin = '0 0 12px';
    const button = document.createElement('button');
    button.textContent = WORDS[language].again;
    Object.assign(button, { type: 'button', onclick: () => again(words) });
    Object.assign(button.style, { minHeight: '44px', padding: '0 16px', font: 'inherit' });
    words.append(text, button);
    return words;
  }

  /** `light` or `dark`, as the page around is where it does not say; null: as the system has it. */
  function theme(place) {
    if (script.dataset.theme) return script.dataset.theme;
    const schemes = (getComputedStyle(place).colorScheme ?? '').split(' ').filter((word) => word === 'light' || word === 'dark');
    if (schemes.length) return schemes.length > 1 ? null : schemes[0];
    // Many pages are dark without a word of it: then the first ground that is not seen through tells.
    for (let node = place; node; node = node.parentElement) {
      const [red, green, blue, alpha = 1] = getComputedStyle(node).backgroundColor.match(/[\d.]+/gu)?.map(Number) ?? [0, 0, 0, 0];
      if (alpha > 0.5) return 0.299 * red + 0.587 * green + 0.114 * blue < 128 ? 'dark' : 'light';
    }
    return 'light';
  }

  /** A fresh token of whoever is signed in at this site; its cookies go along. */
  async function token() {
    if (!tokenUrl) throw new Error('The script element of embed.js has no data-token-url.');
    const where = `data-token-url (${tokenUrl})`;
    let answer;
    try {
      answer = await fetch(tokenUrl, {
        cache: 'no-store',
        credentials: 'same-origin',
        headers: { Accept: 'application/json' },
      });
    } catch {
      throw new Error(`${where} cannot be reached.`);
    }
    if (answer.status === 401 || answer.status === 403) {
      throw new Error(`${where} answered ${answer.status}: nobody is signed in at this site.`);
    }
    const body = await answer.json().catch(() => null);
    if (answer.ok && typeof body?.token === 'string') return body.token;
    throw new Error(`${where} answered ${answer.status} without {"token": "…"} as JSON.`);
  }

  if (document.readyState === 'loading') addEventListener('DOMContentLoaded', begin);
  else begin();
})();
