import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../topology.js';

/** This folder among the sources: what is no TypeScript stays there. */
export const folder = path.join(root, 'deploy-services/local/stack');

/** A property file of `conf/` with its %words% filled in. */
export function fill(file: string, words: Record<string, string | number>): string {
  return readFileSync(path.join(folder, 'conf', file), 'utf8').replace(/%(\w+)%/g, (_, word: string) => {
    const value = words[word];
    if (value === undefined) throw new Error(`conf/${file} asks for %${word}%`);
    return escaped(String(value));
  });
}

// Java reads property files as Latin-1, and a backslash as the beginning of something: a folder may have either.
const escaped = (value: string): string =>
  value.replace(/[^ -~]|\\/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
const unescaped = (value: string): string =>
  value.replace(/\\u([0-9a-f]{4})/g, (_, unit: string) => String.fromCharCode(Number.parseInt(unit, 16)));

/** The settings of a property file, by name. */
export const properties = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.includes('=') && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.indexOf('=')), unescaped(line.slice(line.indexOf('=') + 1))]),
  );
