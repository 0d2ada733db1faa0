import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { docs, exportsOf, runExamples } from './run-examples.js';

describe.each(['grpc', 'postgres'])('docs/%s.md', (module) => {
  test('its examples run', async () => {
    expect(await runExamples(`${module}.md`)).toBeGreaterThan(0);
  });

  test('it has a line for everything that the module exports', () => {
    const page = readFileSync(path.join(docs, `${module}.md`), 'utf8');
    const lines = [...page.matchAll(/^\| (`.*?`) \|/gm)].map(([, names]) => names).join();
    expect(exportsOf(module).filter((name) => !new RegExp(`\\b${name}\\b`).test(lines))).toEqual([]);
  });
});
