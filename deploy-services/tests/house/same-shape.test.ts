import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesIn, folders, read, root, services } from './folders.js';

const everyService = [
  'README.md',
  '.env.example',
  'Dockerfile',
  'vitest.config.ts',
  'src/main.ts',
  'src/app.ts',
  'src/config.ts',
  'src/domain/errors.ts',
  'src/use-cases/ports.ts',
];
const everyFolder = [
  'README.md',
  'LICENSE',
  'package.json',
  'tsconfig.json',
  'biome.json',
  '.github/workflows/ci.yml',
];

const missing = (folder: string, files: string[]) =>
  files.filter((file) => !existsSync(path.join(root, folder, file)));

test.each(folders)('%s has what a repository of its own needs', (folder) => {
  expect(missing(folder, everyFolder)).toEqual([]);
});

test.each(folders)('%s is formatted and linted alone as it is here', (folder) => {
  const { formatter, javascript, linter } = JSON.parse(read('biome.json'));
  expect(JSON.parse(read(`${folder}/biome.json`))).toMatchObject({ formatter, javascript, linter });
  expect(JSON.parse(read(`${folder}/package.json`)).devDependencies).toHaveProperty('@biomejs/biome');
});

describe.each(services)('%s', (service) => {
  test('is laid out as every service', () => {
    expect(missing(service, everyService)).toEqual([]);
    expect(filesIn(`${service}/migrations`, '.js').length).toBeGreaterThan(0);
  });

  test('has the same commands as every service', () => {
    const { scripts } = JSON.parse(read(`${service}/package.json`));
    for (const name of ['build', 'start', 'migrate', 'test', 'lint']) expect(scripts).toHaveProperty(name);
  });

  test('runs in its image as a user that Kubernetes can tell is not root', () => {
    const users = [...read(`${service}/Dockerfile`).matchAll(/^USER +(\S+)/gm)].map((match) => match[1]);
    expect(users.at(-1)).toMatch(/^[1-9]\d*(:\d+)?$/);
  });

  test('has a README with the sections of every service', () => {
    const sections = read(`${service}/README.md`).match(/^## .*/gm) ?? [];
    for (const section of ['Run it', 'One request, file by file', 'Configuration', 'Errors'])
      expect(sections).toContain(`## ${section}`);
  });

  test('keeps main.ts to starting', () => {
    expect(read(`${service}/src/main.ts`).split('\n').length).toBeLessThan(20);
  });
});

test('every service is compiled by the same rules', () => {
  const rules = services.map((service) => JSON.parse(read(`${service}/tsconfig.json`)));
  for (const other of rules) expect(other).toEqual(rules[0]);
});

test('every image is built alike, but for its name and what only payment has', () => {
  const images = services.map((service) =>
    read(`${service}/Dockerfile`)
      .replaceAll(service, 'service')
      .replace(/^COPY migrations-sandbox .*\n/m, ''),
  );
  for (const other of images) expect(other).toBe(images[0]);
});
