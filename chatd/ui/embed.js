// Puts the chat into a page of another site. It stands alone: it runs among that site's scripts.
//
//   <div id="chat"></div>
//   <script src="https://chat.example.org/embed.js" data-token-url="/chat.php?token"
//           data-room="support" async></script>
//
// The page fetches a signed token from its own site and hands it to the frame, to nobody else.

(() => {
  'use strict';

  /** Milliseconds from a frame that has loaded to its first word, and for all of it. */
  const FIRST_WORD = 3000;
  const ALL = 20000;

  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  // It lies beside the chat, which may share its host.
  const address = new URL('embed', script.src).href;
  const chat = new URL(address).origin;
  const { room = null, tokenUrl, into = '#chat' } = script.dataset;

  const say = (text) => `chatd: ${text}`;

  function begin() {
    const place = document.querySelector(into) ?? script.parentElement;
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
          tell({ chatd: 'begin', room, theme: script.dataset.theme ?? null, language: script.dataset.language ?? null });
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
      const text =
        `The chat does not answer. If ${location.origin} is not listed in site.origins of the chat` +
        ` server (${chat}), the browser keeps the frame out of this page; if it is, the server` +
        ' cannot be reached.';
      console.error(say(text));
      const words = document.createElement('p');
      words.setAttribute('role', 'alert');
      words.textContent = text;
      Object.assign(words.style, { margin: '0', padding: '16px' });
      frame.replaceWith(words);
    }

    frame.addEventListener('load', () => {
      if (timer === null || patient) return;
      clearTimeout(timer);
      timer = setTimeout(failed, FIRST_WORD);
    });
    addEventListener('message', heard);
    new MutationObserver(() => {
      tell({ chatd: 'theme', theme: script.dataset.theme ?? null });
    }).observe(script, { attributeFilter: ['data-theme'] });
    place.append(frame);
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
