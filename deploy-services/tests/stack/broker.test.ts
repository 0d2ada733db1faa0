import { expect, test } from 'vitest';
import { clusterId } from '../../local/stack/broker.js';

test('the id of a cluster is 16 bytes that no command line takes for an option', () => {
  const ids = Array.from({ length: 1_000 }, clusterId);
  expect(ids.filter((id) => !/^[A-Za-z0-9][\w-]{21}$/.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(1_000);
});
