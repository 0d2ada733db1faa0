import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../topology.js';

/** This folder among the sources: what is no TypeScript stays there. */
export const folder = path.join(root, 'deploy-services/local/stack');

/** A file of `conf/` with its %words% filled in. */
export function fill(file: string, words: Record<string, string | number>): string {
  return readFileSync(path.join(folder, 'conf', file), 'utf8').replace(/%(\w+)%/g, (_, word: string) => {
    const value = words[word];
    if (value === undefined) throw new Error(`conf/${file} asks for %${word}%`);
    return String(value);
  });
}

/** The settings of a property file, by name. */
export const properties = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.includes('=') && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
