// What this server calls itself and shows of itself, as its operator has it; the page brings it.

const given = read();

function read() {
  try {
    return JSON.parse(document.querySelector('meta[name="chatd-brand"]').getAttribute('content'));
  } catch {
    return {};
  }
}

/** `name` in the page, `title` in the tab, `icon` an address, `text` on the front. */
export const brand = {
  name: given.name ?? location.hostname,
  title: given.name ?? 'chatd',
  icon: given.logo ?? '/ui/icon.svg',
  text: given.text ?? '',
};

const LABELS = { help: 'Help', terms: 'Terms of use', privacy: 'Privacy' };

/** Where the operator leads people: [{label, href}], help first. */
export const brandLinks = Object.entries(LABELS)
  .filter(([kind]) => /^https:/u.test(given.links?.[kind] ?? ''))
  .map(([kind, label]) => ({ kind, label, href: given.links[kind] }));
