import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** Writes a file whole or not at all, whenever we are killed: a reader never sees half of it. */
export function writeWhole(file: string, text: string, mode = 0o644): void {
  const draft = `${file}.new`;
  rmSync(draft, { force: true }); // so that it gets the mode
  writeFileSync(draft, text, { mode });
  renameSync(draft, file);
}

export const isFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');

/** For what is nice to have on the disk: a full one must not take the market down for want of it. */
export function unlessFull(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!isFull(error)) throw error;
  }
}
