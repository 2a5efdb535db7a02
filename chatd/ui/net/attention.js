// What a browser tells of its network and of whoever looks at the page: hints that now is a good time
// to try, or to look whether the server is still there. None of them is believed: a server on this very
// device answers without any network, and a network may be there that leads nowhere.

/** `come()`: somebody looks at the page. `tabs` is null where each page has a connection of its own. */
export function attend(connection, tabs = null, come = () => {}) {
  addEventListener('online', () => connection.hurry(true));
  addEventListener('offline', () => {
    tabs?.doubt();
    connection.doubt();
  });
  addEventListener('focus', () => come());
  addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible') return;
    connection.hurry();
    come();
  });
}
