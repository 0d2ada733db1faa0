import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Who a process is. A number soon belongs to another one, after a reboot or in a container to one of the same command. */
export interface ProcessNote {
  pid: number;
  command: string;
  /** When it began, as the system counts; notes of earlier versions have none. */
  since?: string;
}

type Found = Omit<ProcessNote, 'pid'>;

/** What tells a running process from all others; undefined when there is none, or only a zombie that nobody reaped. */
export function processNote(pid: number): ProcessNote | undefined {
  const found =
    process.platform === 'linux' ? onLinux(pid) : process.platform === 'win32' ? onWindows(pid) : onUnix(pid);
  return found && { pid, ...found };
}

/** The command line of a running process. */
export const commandOf = (pid: number): string | undefined => processNote(pid)?.command;

/** Whether the process that a note was made of still runs. */
export function isStill({ pid, command, since }: ProcessNote): boolean {
  const now = processNote(pid);
  return now !== undefined && now.command === command && (since === undefined || now.since === since);
}

function onLinux(pid: number): Found | undefined {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    if (command === '') return undefined;
    return { command, since: parseStartTime(readFileSync(`/proc/${pid}/stat`, 'utf8')) };
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** Field 22 of /proc/<pid>/stat. The second is the program's name in brackets, which may hold anything. */
export const parseStartTime = (stat: string): string | undefined =>
  stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];

function onUnix(pid: number): Found | undefined {
  const ask = (field: string, env = {}) =>
    spawnSync('ps', ['-o', `${field}=`, '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, ...env },
    }).stdout.trim();
  const command = ask('args');
  // Whoever asks, from whatever terminal, is told the same.
  return command === '' ? undefined : { command, since: ask('lstart', { LC_ALL: 'C', TZ: 'UTC' }) };
}

/**
 * By PowerShell, which takes a third of a second: `tasklist` is fast and knows neither command line nor time, and
 * `wmic` is no longer part of Windows. The answer is packed, since a console's code page has not all letters of a path.
 */
function onWindows(pid: number): Found | undefined {
  if (!exists(pid)) return undefined;
  const script = [
    "$ErrorActionPreference = 'Stop'",
    `$p = Get-CimInstance Win32_Process -Filter 'ProcessId = ${pid}'`,
    'if (!$p) { exit }',
    '$said = @{ name = $p.Name; command = $p.CommandLine; since = $p.CreationDate.ToFileTimeUtc().ToString() }',
    '[Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes((ConvertTo-Json -Compress $said)))',
  ].join('; ');
  const answer = spawnSync('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', script], {
    encoding: 'utf8',
    windowsHide: true,
  });
  // Not taken for "no such process": that of a live launcher would be stopped, and its data forgotten.
  if (answer.status !== 0)
    throw new Error(`Windows does not tell about process ${pid}: ${answer.error?.message ?? answer.stderr}`);
  return parseWindowsProcess(answer.stdout);
}

export function parseWindowsProcess(answer: string): Found | undefined {
  if (answer.trim() === '') return undefined;
  const { name, command, since } = JSON.parse(Buffer.from(answer, 'base64').toString());
  return { command: command ?? name, since };
}

export function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Waits until the process is gone; false when it still runs after `ms`. */
export async function gone(pid: number, ms: number): Promise<boolean> {
  // Windows has no zombies, and takes its time to tell more.
  const runs = () => (process.platform === 'win32' ? exists(pid) : commandOf(pid) !== undefined);
  for (const end = performance.now() + ms; performance.now() < end; await sleep(20)) {
    if (!runs()) return true;
  }
  return !runs();
}
