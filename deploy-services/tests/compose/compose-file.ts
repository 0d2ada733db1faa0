import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const composeFile = fileURLToPath(new URL('../../local/compose.yaml', import.meta.url));
export const composeFolder = path.dirname(composeFile);

export interface Container {
  image?: string;
  build?: { context: string; dockerfile?: string; additional_contexts?: Record<string, string> };
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
}

/** The file as Compose reads it when no variable is set: anchors merged, defaults filled in. */
export function readCompose(): Record<string, Container> {
  const text = readFileSync(composeFile, 'utf8').replace(/\$\{\w+:-([^}]*)\}/g, '$1');
  return (parse(text, { merge: true }) as { services: Record<string, Container> }).services;
}
