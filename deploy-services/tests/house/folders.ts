import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout: every folder of it could be a repository of its own. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

export const services: string[] = readdirSync(root).filter((name) => name.startsWith('service-'));
export const folders: string[] = ['shared-sdk', ...services, 'deploy-services'];

export interface SourceFile {
  /** From the root, with forward slashes: `service-order/src/app.ts`. */
  path: string;
  text: string;
}

export const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** All files below a folder with one of the endings; built and installed ones are left out. */
export function filesIn(folder: string, ...endings: string[]): SourceFile[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => path.posix.join(folder, file.replaceAll(path.sep, '/')))
    .filter((file) => !/(^|\/)(node_modules|dist)\//.test(file))
    .filter((file) => endings.some((ending) => file.endsWith(ending)))
    .filter((file) => statSync(path.join(root, file)).isFile())
    .map((file) => ({ path: file, text: read(file) }));
}
