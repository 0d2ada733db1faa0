import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serviceVariables } from '../src/config/index.js';

const folder = fileURLToPath(new URL('..', import.meta.url));
const { exports: published } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
  exports: Record<string, { types: string; default: string }>;
};
const modules = Object.entries(published)
  .filter(([, { types }]) => types.endsWith('/index.d.ts'))
  .map(([name]) => name.replace('./', ''));

const pageOf = (module: string) => path.join(folder, 'docs', `${module}.md`);
const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

/** What `export { a, type B } from` of an index names; indexes hold nothing else. */
function exportsOf(module: string): string[] {
  const index = read(path.join(folder, 'src', module, 'index.ts'));
  const lists = [...index.matchAll(/export (?:type )?\{([^}]*)\}/g)].map(([, list]) => list as string);
  return lists
    .flatMap((list) => list.split(','))
    .map((entry) =>
      entry
        .trim()
        .replace(/^type /, '')
        .replace(/^.* as /, ''),
    )
    .filter((name) => name !== '');
}

/** Fenced blocks of ```ts are run; those of ```ts check are compiled only, since they would not end by themselves. */
const examples = [
  ...modules.map((name) => ({ name, file: pageOf(name) })),
  { name: 'README', file: path.join(folder, 'README.md') },
].flatMap(({ name, file }) =>
  [...read(file).matchAll(/^```ts( check)?\n([\s\S]*?)^```$/gm)].map(([, check, code], n) => ({
    name: `${name}-${n + 1}`,
    runs: !check,
    code: code as string,
  })),
);

describe.each(modules)('docs/%s.md', (module) => {
  it('names everything that the module exports', () => {
    const page = read(pageOf(module));
    expect(page, `${pageOf(module)} is missing`).not.toBe('');
    const names = exportsOf(module);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(page))).toEqual([]);
  });

  it('shows how to use it', () => {
    expect(examples.some(({ name }) => name.startsWith(`${module}-`))).toBe(true);
  });
});

describe('the pages', () => {
  const pages = modules.map((module) => read(pageOf(module))).join('\n');

  it('explain every variable that all services read', () => {
    expect(Object.keys(serviceVariables).filter((name) => !pages.includes(`\`${name}\``))).toEqual([]);
  });

  it('explain every error code that the SDK answers with', async () => {
    const sources = (await readdir(path.join(folder, 'src'), { recursive: true })).filter((file) =>
      file.endsWith('.ts'),
    );
    const code = sources.map((file) => read(path.join(folder, 'src', file))).join('\n');
    const codes = [...code.matchAll(/(?:new AppError|super)\(\s*'([A-Z_]+)'/g)].map(
      ([, name]) => name as string,
    );
    expect(codes.length).toBeGreaterThan(10);
    expect([...new Set(codes)].filter((name) => !pages.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('the README', () => {
  it('names every module', () => {
    const readme = read(path.join(folder, 'README.md'));
    expect(modules.filter((module) => !readme.includes(`docs/${module}.md`))).toEqual([]);
  });
});

// Where the compiled SDK is found by its own name, as it is by who installs it.
const place = path.join(folder, 'dist', '.examples');

describe('the examples', () => {
  beforeAll(async () => {
    await rm(place, { recursive: true, force: true });
    await mkdir(place, { recursive: true });
    for (const { name, code } of examples)
      await writeFile(path.join(place, `${name}.ts`), `${code}\nexport {};\n`);
    const compilerOptions = {
      noEmit: true,
      incremental: false,
      composite: false,
      declaration: false,
      rootDir: '.',
    };
    const config = { extends: '../../tsconfig.json', compilerOptions, include: ['*.ts'], exclude: [] };
    await writeFile(path.join(place, 'tsconfig.json'), JSON.stringify(config));
  });
  afterAll(() => rm(place, { recursive: true, force: true }));

  it('are accepted by the compiler', async () => {
    const compiler = path.join(
      path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
      'bin/tsc',
    );
    const { stdout } = await promisify(execFile)(process.execPath, [compiler, '-p', place]).catch(
      (error) => error,
    );
    expect(stdout).toBe('');
  });

  it.each(examples.filter(({ runs }) => runs))('run: $name', async ({ name }) => {
    await import(/* @vite-ignore */ path.join(place, `${name}.ts`));
  });
});
