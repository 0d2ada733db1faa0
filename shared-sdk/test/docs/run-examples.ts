import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
export const docs = path.join(here, '..', '..', 'docs');

/** Runs every `ts` block of a docs page as a program of its own, against the sources. */
export async function runExamples(page: string): Promise<number> {
  const text = readFileSync(path.join(docs, page), 'utf8');
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code as string);
  const folder = mkdtempSync(path.join(here, 'example-')); // below this folder, where imports find the SDK's modules
  try {
    for (const [n, code] of blocks.entries()) {
      const file = path.join(folder, `${n}.ts`);
      writeFileSync(
        file,
        code.replaceAll(/'@msa-event-market\/shared-sdk\/(\w+)'/g, "'../../../src/$1/index.js'"),
      );
      await import(file);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return blocks.length;
}

/** The names that a module exports, types as well. */
export function exportsOf(module: string): string[] {
  const index = readFileSync(path.join(here, '..', '..', 'src', module, 'index.ts'), 'utf8');
  return [...index.matchAll(/\{([^}]*)\}/g)]
    .flatMap(([, names]) => (names as string).split(','))
    .map((name) => name.replace(/\btype\b/, '').trim())
    .filter((name) => name !== '');
}
