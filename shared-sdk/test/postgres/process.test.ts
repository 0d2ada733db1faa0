import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { commandOf, isStill, processNote } from '../../src/postgres/index.js';
import { parseStartTime, parseWindowsProcess } from '../../src/postgres/process.js';

const child = async () => {
  const process_ = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'a b', 'ü'], {
    stdio: 'ignore',
  });
  await once(process_, 'spawn');
  return process_;
};

describe('the note of a process', () => {
  test('is the same whenever it is made, and holds while the process runs', async () => {
    const other = await child();
    const pid = other.pid as number;
    await expect.poll(() => commandOf(pid)).toContain('setInterval');
    const note = processNote(pid);
    expect(note).toMatchObject({ pid, command: commandOf(pid), since: expect.any(String) });
    expect(processNote(pid)).toEqual(note);
    expect(note && isStill(JSON.parse(JSON.stringify(note)))).toBe(true);
    other.kill('SIGKILL');
    await once(other, 'exit');
    expect(processNote(pid)).toBe(undefined);
    expect(note && isStill(note)).toBe(false);
  });

  test('tells a process from an earlier one of the same number and command', () => {
    const note = processNote(process.pid);
    expect(note && isStill({ ...note, since: '1' })).toBe(false);
    expect(note && isStill({ ...note, command: 'another' })).toBe(false);
  });

  test('without a time, as notes once were, goes by the command', () => {
    expect(isStill({ pid: process.pid, command: commandOf(process.pid) as string })).toBe(true);
  });
});

describe('when a process began, on Linux', () => {
  // The name of a program may hold anything, also spaces and brackets.
  test.each([
    '4711 (node) S 1 4711 4711 0 -1 4194304 9381 0 0 0 31 7 0 0 20 0 11 0 86243 1013010432 12907 18446744073709551615',
    '4711 (a) R (b c) R 1 4711 4711 0 -1 4194304 9381 0 0 0 31 7 0 0 20 0 11 0 86243 1013010432 12907 18446744073709551615',
  ])('%s', (stat) => {
    expect(parseStartTime(stat)).toBe('86243');
  });
});

describe('what Windows says of a process', () => {
  const answer = (said: object) => `${Buffer.from(JSON.stringify(said)).toString('base64')}\r\n`;
  const node = '"C:\\Program Files\\nodejs\\node.exe" deploy-services/local/market.mjs start';

  test('is its command line and when it began', () => {
    const said = { name: 'node.exe', command: node, since: '134034567890123456' };
    expect(parseWindowsProcess(answer(said))).toEqual({ command: node, since: '134034567890123456' });
  });

  test('keeps letters that no code page of a console has', () => {
    const command = 'C:\\Users\\Jörg\\日本\\postgres.exe -D C:\\Users\\Jörg\\日本\\data';
    expect(parseWindowsProcess(answer({ name: 'postgres.exe', command, since: '1' }))?.command).toBe(command);
  });

  test('is the name of its program where the command line is not ours to read', () => {
    const said = { name: 'svchost.exe', command: null, since: '134034567890123456' };
    expect(parseWindowsProcess(answer(said))?.command).toBe('svchost.exe');
  });

  test('is nothing when there is no such process', () => {
    expect(parseWindowsProcess('')).toBe(undefined);
    expect(parseWindowsProcess('\r\n')).toBe(undefined);
  });
});
