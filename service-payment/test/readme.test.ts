import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { methods } from '../src/providers/sandbox/methods.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

test('the README lists every test card, and no other', () => {
  const section = readme.split('\n## The sandbox provider\n')[1]?.split('\n## ')[0] ?? '';
  const cards = [...section.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1] as string);
  expect(cards.sort()).toEqual(Object.keys(methods).sort());
});
