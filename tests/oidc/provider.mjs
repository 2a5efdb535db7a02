// A certified OpenID provider (npm: oidc-provider) for tests, over TLS on loopback.
//
//   node provider.mjs SETTINGS    JSON: {port, key, certificate, clients: […], ttl}
//
// Whoever signs in at its page is whom they say they are, whatever the password. It prints one line
// once it listens.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../tools/js/package.json', import.meta.url));
const { Provider } = await import(require.resolve('oidc-provider'));

const settings = JSON.parse(process.argv[2]);
const provider = new Provider(`https://localhost:${settings.port}`, {
  clients: settings.clients,
  claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email'], groups: ['groups'] },
  scopes: ['openid', 'profile', 'email', 'groups'],
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      name: `${id} of the provider`,
      preferred_username: id,
      email: `${id}@example.net`,
      groups: id === 'guest' ? ['guests'] : ['staff'],
    }),
  }),
  cookies: { keys: ['only for tests'] },
  // Everybody here is on loopback, where it would not go by itself.
  fetch: (url, { dispatcher, ...options }) => fetch(url, options),
  pkce: { required: () => true },
  features: {
    devInteractions: { enabled: true },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
});
for (const event of ['server_error', 'grant.error', 'authorization.error', 'backchannel.error', 'backchannel.success']) {
  provider.on(event, (...about) => {
    const error = about.find((one) => one instanceof Error);
    console.error(event, error?.error ?? '', error?.error_description ?? error?.stack ?? '', error?.error_detail ?? '', error?.cause ?? '');
  });
}
const tls = { key: readFileSync(settings.key), cert: readFileSync(settings.certificate) };
createServer(tls, provider.callback()).listen(settings.port, '127.0.0.1', () => console.log('listening'));
