// A certified OpenID Connect provider with a few accounts: as GビズID's and as staff's.
//
//   node provider.mjs PORT HUB_URL
//
// Accounts of TWISTS get an ID token that is wrong in one point, signed with the provider's own key.

import * as jose from 'jose';
import Provider from 'oidc-provider';

const [port, hub] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

const number = '7000012050002';
const prime = { account_type: '2', corp_type: '1', corporate_number: number, name: '社会福祉法人 試験会' };
const ACCOUNTS = {
  prime,
  member: { ...prime, account_type: '3', parent_id: 'prime' },
  entry: { ...prime, account_type: '1' },
  sole: { account_type: '2', corp_type: '2', name: '試験 太郎' },
  clerk: { name: '佐藤 花子', todoke_authority: '011002' },
  stranger: { name: '鈴木 一郎', groups: ['others'] },
  operator: { name: '田中 次郎', groups: ['others', 'todoke-operations'] },
};

const past = Math.floor(Date.now() / 1000) - 7200;
const other = await jose.generateKeyPair('RS256');
const TWISTS = {
  'wrong-issuer': { iss: 'https://elsewhere.example' },
  'wrong-audience': { aud: 'someone-else' },
  'wrong-nonce': { nonce: 'of-another-login' },
  expired: { iat: past - 60, exp: past },
  'wrong-key': {},
  unsigned: {},
  sleepy: { auth_time: past },
};

const { privateKey } = await jose.generateKeyPair('RS256', { extractable: true });
const kid = `key-${Date.now()}`;
const jwk = { ...(await jose.exportJWK(privateKey)), kid, alg: 'RS256', use: 'sig' };

const client = (section) => ({
  client_id: section,
  client_secret: `${section}: se/cr+et%=`,
  redirect_uris: [`${hub}/login/${section}/back`],
  require_auth_time: section === 'operators',
});

const provider = new Provider(issuer, {
  clients: ['operators', 'authorities', 'operations'].map(client),
  jwks: { keys: [jwk] },
  cookies: { keys: ['only for tests'] },
  claims: {
    openid: ['sub'],
    profile: ['name', 'account_type', 'corp_type', 'corporate_number', 'parent_id',
      'todoke_authority', 'groups'],
  },
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, accountId) => ({
    accountId,
    claims: () => ({ sub: accountId, ...(ACCOUNTS[accountId] ?? prime) }),
  }),
  async loadExistingGrant(ctx) {
    const { client: { clientId }, session, provider: { Grant } } = ctx.oidc;
    const known = session.grantIdFor(clientId);
    if (known) return Grant.find(known);
    const { accountId } = session;
    const grant = new Grant({ clientId, accountId });
    grant.addOIDCScope([...ctx.oidc.requestParamScopes].join(' '));
    await grant.save();
    return grant;
  },
});

async function twisted(token) {
  const claims = jose.decodeJwt(token);
  const twist = TWISTS[claims.sub];
  if (!twist) return token;
  const all = { ...claims, ...twist };
  if (claims.sub === 'unsigned') return new jose.UnsecuredJWT(all).encode();
  const key = claims.sub === 'wrong-key' ? other.privateKey : privateKey;
  return new jose.SignJWT(all).setProtectedHeader({ alg: 'RS256', kid }).sign(key);
}

const FORM = `<!doctype html><html lang="en"><title>log in</title>
<form method="post"><label>account <input name="account"></label> <button>log in</button></form>`;

async function account(request) {
  let body = '';
  for await (const piece of request) body += piece;
  return new URLSearchParams(body).get('account');
}

provider.use(async (ctx, next) => {
  if (ctx.path.startsWith('/interaction/')) {
    if (ctx.method === 'GET') {
      ctx.type = 'html';
      ctx.body = FORM;
      return;
    }
    const accountId = await account(ctx.req);
    const result = accountId ? { login: { accountId } } : { error: 'access_denied' };
    await provider.interactionFinished(ctx.req, ctx.res, result);
    ctx.respond = false;
    return;
  }
  await next();
  if (ctx.path === '/token' && ctx.body?.id_token) {
    ctx.body.id_token = await twisted(ctx.body.id_token);
  }
});

provider.listen(Number(port), '127.0.0.1');
