// The worker speaks as the page does, from the page's own catalogues, which lie beside the page in its shell.
// If there is none, English is better than nothing.

import { at } from '../net/base.js';
import { chosen } from '../state/chosen.js';
import { LANGUAGES, pick, use } from '../words/words.js';

/** `ports`: `caches`, `read(path)` the answer with a file of the page, `files` as in files.js, `wanted` languages. */
export function words({ caches, read, files, wanted }) {
  /** From now on the sentences are in that language: {name, icon, language}, what is known of the server. */
  return async () => {
    const { language: own, name = 'chatd', icon = at('/ui/icons/192.png') } = await chosen(caches);
    const language = Object.hasOwn(LANGUAGES, own ?? '') ? own : pick(wanted);
    const address = files.find((file) => file.startsWith(at(`/ui/${language}.`))) ?? at(`/ui/words/${language}.js`);
    try {
      use(language, language === 'en' ? undefined : catalogue(await (await read(address)).text()), wanted);
      return { name, icon, language };
    } catch {
      use('en');
      return { name, icon, language: 'en' };
    }
  };
}

/** A catalogue's one object; a worker may not load a module by itself. */
function catalogue(source) {
  return JSON.parse(/^export default (\{.*\});/msu.exec(source)[1]);
}
