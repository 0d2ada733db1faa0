import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { variables } from '../src/config.js';
import { errors } from '../src/domain/errors.js';
import { methods } from '../src/providers/sandbox/methods.js';

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const readme = read('README.md');

/** The first column of the table below a heading. */
function firstColumn(heading: string): string[] {
  const section = readme.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1] as string);
}

test('the README lists every error code, and no other', () => {
  expect(firstColumn('Errors').sort()).toEqual(Object.keys(errors).sort());
});

test('the README lists every test card, and no other', () => {
  expect(firstColumn('The sandbox provider').sort()).toEqual(Object.keys(methods).sort());
});

test('the README and .env.example list every environment variable', () => {
  const onlyToMigrate = ['MIGRATE_DATABASE_URL', 'SANDBOX_MIGRATE_DATABASE_URL'];
  const all = [...Object.keys(variables), ...onlyToMigrate].sort();
  expect(firstColumn('Configuration').sort()).toEqual(all);
  const example = [...read('.env.example').matchAll(/^#? ?([A-Z][A-Z_]+)=/gm)].map(
    (match) => match[1] as string,
  );
  expect(example.sort()).toEqual(all);
});

test('every file that the README names is there', () => {
  const files = [...readme.matchAll(/`((?:src|migrations)[\w/-]*\/[\w-]+\.(?:ts|js))`/g)].map(
    (match) => match[1] as string,
  );
  expect(files.length).toBeGreaterThan(8);
  for (const file of files) expect(() => read(file), file).not.toThrow();
});
