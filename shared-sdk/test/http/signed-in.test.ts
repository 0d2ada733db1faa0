import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifier } from '../../src/auth/index.js';
import { openShop } from './shop.js';

let shop: Awaited<ReturnType<typeof openShop>>;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const order = (headers: Record<string, string>, body = '{}') => shop.post('/v1/orders', body, headers);

describe('a guarded route', () => {
  it('answers 401 with a challenge to who brings nothing, before it looks at the body', async () => {
    for (const body of ['{}', '{"not json', 'x'.repeat(70_000)]) {
      const response = await order({}, body);
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer realm="market"');
      expect(await response.json()).toMatchObject({ code: 'UNAUTHORIZED', status: 401 });
    }
  });

  it.each(['Bearer nonsense', 'Bearer', 'Basic dTpw', 'Token x', 'Bearer a.b.c'])(
    'answers 401 to %j',
    async (authorization) => {
      const response = await order({ authorization });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
    },
  );

  it('answers 403 to the wrong role', async () => {
    const authorization = `Bearer ${await shop.tokens.token({ role: 'user' })}`;
    const response = await shop.send('/v1/admin', { headers: { authorization } });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('answers 503, never 401, while the keys cannot be had', async () => {
    const cut = await openShop({
      verifier: verifier({ issuer: 'http://x', jwksUrl: 'http://127.0.0.1:9/jwks' }),
    });
    const authorization = `Bearer ${await shop.tokens.token()}`;
    const response = await cut.post('/v1/orders', '{}', { authorization });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toMatchObject({ code: 'AUTH_UNAVAILABLE' });
    await cut.close();
  });

  it('knows who asks', async () => {
    const authorization = `Bearer ${await shop.tokens.token({ userId: 'u-1', role: 'admin' })}`;
    const response = await shop.send('/v1/admin', { headers: { authorization } });
    expect(await response.json()).toEqual({ role: 'admin' });
    expect(shop.lines.at(-1)).toMatchObject({ userId: 'u-1', status: 200 });
  });
});

describe('a route for everybody', () => {
  it('knows who asks if they are signed in, and refuses a bad token all the same', async () => {
    const authorization = `Bearer ${await shop.tokens.token({ userId: 'u-1' })}`;
    expect(await (await shop.send('/v1/maybe')).json()).toEqual({ user: null });
    expect(await (await shop.send('/v1/maybe', { headers: { authorization } })).json()).toEqual({
      user: 'u-1',
    });
    expect((await shop.send('/v1/maybe', { headers: { authorization: 'Bearer x' } })).status).toBe(401);
  });

  it('that forgot its guard answers 401 rather than acting for nobody', async () => {
    expect((await shop.send('/v1/unguarded')).status).toBe(401);
  });
});
