import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { commandOf } from '@msa-event-market/shared-sdk/postgres';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { launcherOf, takeFolder } from '../../local/launcher-note.js';
import { findMarket, type MarketFile, writeMarketFile } from '../../local/market-file.js';
import { claimDataFolder, profileOf } from '../../local/profile-note.js';
import { rotatingFile } from '../../local/rotating-file.js';
import { secretsIn } from '../../local/secrets.js';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'market-data-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const modeOf = (file: string) => (statSync(path.join(dataDir, file)).mode & 0o777).toString(8);
const note = (pid: number, command: string) =>
  writeFileSync(path.join(dataDir, 'launcher.json'), JSON.stringify({ pid, command }));

describe('who runs a market here', () => {
  test('nobody', () => {
    expect(launcherOf(dataDir)).toBe(undefined);
    expect(findMarket(dataDir)).toBe(undefined);
  });

  test('a launcher that is alive', () => {
    note(process.ppid, commandOf(process.ppid) as string);
    expect(launcherOf(dataDir)).toEqual({ pid: process.ppid, killed: false });
  });

  test('one that was killed', () => {
    note(2 ** 30, 'node market.mjs start');
    expect(launcherOf(dataDir)).toMatchObject({ killed: true });
  });

  test('one that was killed, and whose number is now that of another program', () => {
    note(process.ppid, 'node market.mjs start');
    writeMarketFile({ dataDir } as MarketFile);
    expect(launcherOf(dataDir)).toMatchObject({ killed: true });
    expect(findMarket(dataDir)).toBe(undefined);
  });

  test('one that was killed, and whose number is now our own (in a container they repeat)', () => {
    takeFolder(dataDir, '');
    expect(launcherOf(dataDir)).toMatchObject({ killed: true });
  });

  test('whoever takes the folder, as long as it is not released', () => {
    note(process.ppid, commandOf(process.ppid) as string);
    expect(() => takeFolder(dataDir, 'stop it first')).toThrow(
      `A market runs on ${dataDir} already (process ${process.ppid}): stop it first`,
    );
    note(2 ** 30, 'node market.mjs start');
    const { lastWasKilled, release } = takeFolder(dataDir, '');
    expect([lastWasKilled, launcherOf(dataDir)?.pid]).toEqual([true, process.pid]);
    release();
    expect(readdirSync(dataDir)).toEqual([]);
    expect(takeFolder(dataDir, '').lastWasKilled).toBe(false);
  });

  test('a release takes away nobody else’s note', () => {
    const { release } = takeFolder(dataDir, '');
    note(process.ppid, commandOf(process.ppid) as string);
    release();
    expect(launcherOf(dataDir)).toEqual({ pid: process.ppid, killed: false });
  });
});

test('what holds passwords can be read by its owner only', () => {
  secretsIn(dataDir)('postgres');
  writeMarketFile({ dataDir } as MarketFile);
  if (process.platform !== 'win32')
    expect([modeOf('secrets.json'), modeOf('market.json')]).toEqual(['600', '600']);
});

test('a secret stays the same over restarts, and no two are alike', () => {
  const first = secretsIn(dataDir);
  const [a, b] = [first('orders'), first('payment')];
  expect(a).not.toBe(b);
  expect(secretsIn(dataDir)('orders')).toBe(a);
});

test('data whose passwords are gone is not given new ones, which the database would not know', () => {
  mkdirSync(path.join(dataDir, 'postgres'));
  expect(() => secretsIn(dataDir)).toThrow(`npm run reset -- --data-dir ${dataDir}`);
});

test('a log file that has grown too long is kept once beside the new one', () => {
  const file = path.join(dataDir, 'x.log');
  const log = rotatingFile(file);
  log.write('x'.repeat(6 * 1024 * 1024));
  log.write('y'.repeat(6 * 1024 * 1024));
  log.write('last\n');
  expect(statSync(`${file}.1`).size).toBe(6 * 1024 * 1024);
  expect(readFileSync(file, 'utf8')).toMatch(/^y+last\n$/);
});

test('a start that failed before there was any data claims no folder', () => {
  claimDataFolder(dataDir, 'stack');
  claimDataFolder(dataDir, 'embedded');
  expect(profileOf(dataDir)).toBe('embedded');
  mkdirSync(path.join(dataDir, 'postgres'));
  expect(() => claimDataFolder(dataDir, 'stack')).toThrow('is of the profile "embedded"');
});

test.skipIf(!existsSync('/dev/full'))('a full disk loses log lines, and nothing else', () => {
  const log = rotatingFile('/dev/full');
  expect(() => log.write('a line\n')).not.toThrow();
});
