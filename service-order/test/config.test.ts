import { expect, test } from 'vitest';
import { loadConfig } from '../src/config.js';

const environment = {
  DATABASE_URL: 'postgres://orders@127.0.0.1/market',
  EVENTS_URL: 'postgres://orders_events@127.0.0.1/market',
  STORE_GRPC_URL: 'http://127.0.0.1:8121',
  AUTH_ISSUER: 'http://127.0.0.1:8110',
  AUTH_JWKS_URL: 'http://127.0.0.1:8110/.well-known/jwks.json',
};

test.each([
  ['a sweeper that never rests', { SWEEP_SECONDS: '0' }, /SWEEP_SECONDS .* from 0.1 to 3600/],
  ['orders that are late at once', { ORDER_DEADLINE_SECONDS: '0' }, /ORDER_DEADLINE_SECONDS .* from 1 to/],
])('the service does not start with %s', (_, wrong, message) => {
  expect(() => loadConfig({ ...environment, ...wrong })).toThrow(message);
});

test('the rest has defaults', () => {
  expect(loadConfig(environment)).toMatchObject({ ORDER_DEADLINE_SECONDS: 900, SWEEP_SECONDS: 5 });
});
