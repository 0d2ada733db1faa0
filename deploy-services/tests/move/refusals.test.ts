import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { commandOf } from '@msa-event-market/shared-sdk/postgres';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { move } from '../../local/move/move.js';
import { claimDataFolder, profileOf, writeProfile } from '../../local/profile-note.js';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'market-move-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dataDir, { recursive: true });
});

const toStack = (...more: string[]) => move(['--to', 'stack', '--data-dir', dataDir, ...more]);

describe('a move is refused before anything is touched', () => {
  afterEach(() => expect(existsSync(path.join(dataDir, 'profile'))).toBe(false));

  test.each([
    [[], 'npm run move -- --to stack'],
    [['--to', 'embedded'], 'npm run move -- --to stack'],
    [['--to', 'stack', '--wait', 'long'], '--wait takes a number of seconds.'],
  ])('when it is mistyped: %j', async (args, message) => {
    await expect(move(args)).rejects.toThrow(message);
  });

  test('where there is no market', async () => {
    await expect(toStack()).rejects.toThrow(`There is no market in ${dataDir}`);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  test('while somebody runs it', async () => {
    mkdirSync(path.join(dataDir, 'postgres'));
    const note = JSON.stringify({ pid: process.ppid, command: commandOf(process.ppid) });
    writeFileSync(path.join(dataDir, 'launcher.json'), note);
    await expect(toStack()).rejects.toThrow(
      `A market runs on ${dataDir} already (process ${process.ppid}): stop it first, with Ctrl-C.`,
    );
    expect(readFileSync(path.join(dataDir, 'launcher.json'), 'utf8')).toBe(note);
  });

  test('without Java', async () => {
    mkdirSync(path.join(dataDir, 'postgres'));
    vi.stubEnv('JAVA_HOME', path.join(dataDir, 'no-java'));
    await expect(toStack()).rejects.toThrow('needs Java 17 or newer');
    expect(readdirSync(dataDir)).toEqual(['postgres']);
  });
});

describe('the note that says whose data a folder holds', () => {
  test('is missing where there is none, and where the data is older than the note', () => {
    expect(profileOf(dataDir)).toBe(undefined);
    mkdirSync(path.join(dataDir, 'postgres'));
    expect(profileOf(dataDir)).toBe('embedded');
  });

  test('is never seen half: it is written beside and renamed', () => {
    writeProfile(dataDir, 'embedded');
    writeFileSync(path.join(dataDir, 'profile.new'), 'sta'); // of a move that was killed just then
    expect(profileOf(dataDir)).toBe('embedded');
    writeProfile(dataDir, 'stack');
    expect(profileOf(dataDir)).toBe('stack');
    expect(readdirSync(dataDir)).toEqual(['profile']);
  });

  test('sends who asks for the other profile to the command that moves, or to the one that starts', () => {
    mkdirSync(path.join(dataDir, 'postgres')); // without data a note is about nothing
    writeProfile(dataDir, 'embedded');
    expect(() => claimDataFolder(dataDir, 'stack')).toThrow(
      `npm run move -- --to stack --data-dir ${dataDir}`,
    );
    writeProfile(dataDir, 'stack');
    expect(() => claimDataFolder(dataDir, 'embedded')).toThrow(
      `npm start -- --profile stack --data-dir ${dataDir}`,
    );
  });
});
