// How the page looks and which way it reads, before the first paint: a module would come too late and flash.
// What was chosen is this browser's alone; without storage the system's settings hold.

(() => {
  const root = document.documentElement;
  // As in words/words.js, which a blocking script cannot ask.
  const LANGUAGES = ['en', 'de', 'ar'];

  // And as in net/base.js: a key of this server's own, in case others share its host.
  const home = new URL(root.dataset.home ?? '.', location.href).pathname;
  const own = (name) => (home === '/' ? name : `${home} ${name}`);

  const kept = (name, allowed) => {
    try {
      const value = localStorage.getItem(own(name));
      return allowed.includes(value) ? value : null;
    } catch {
      return null;
    }
  };

  // The colour around the page, as the page names it for each theme.
  const colours = {};
  for (const theme of ['light', 'dark']) {
    colours[theme] = document.querySelector(`meta[name="theme-color"][media*="${theme}"]`);
  }
  const named = { light: colours.light?.content, dark: colours.dark?.content };

  const look = () => {
    const theme = kept('theme', ['light', 'dark']);
    const density = kept('density', ['compact']);
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    if (density) root.dataset.density = density;
    else delete root.dataset.density;
    for (const name of ['light', 'dark']) {
      if (colours[name]) colours[name].content = named[theme ?? name];
    }
  };
  look();
  // Settings say "look" once they have stored something; the other tabs hear of it through the storage.
  addEventListener('look', look);
  addEventListener('storage', look);

  // Pages without a catalogue stay English.
  if (!('words' in root.dataset)) return;
  const base = (tag) => tag.toLowerCase().split('-')[0];
  const language =
    kept('language', LANGUAGES) ?? navigator.languages.map(base).find((one) => LANGUAGES.includes(one)) ?? 'en';
  root.lang = language;
  root.dir = language === 'ar' ? 'rtl' : 'ltr';
})();
