import path from 'node:path';
import process from 'node:process';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { Problem } from './problem.js';
import { root } from './topology.js';

export const defaultDataDir = path.join(root, '.market');

/** A command as it has to be typed for the market on that folder. */
export const typed = (command: string, dataDir: string): string =>
  dataDir === defaultDataDir
    ? command
    : `${command}${command.includes(' -- ') ? '' : ' --'} --data-dir ${dataDir}`;

const everywhere = { 'data-dir': { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;

/** Reads a command's options; an unknown one is a mistake to be told, not to be passed over. */
export function readOptions<T extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  options: T,
  positionals = 0,
) {
  refuseWhatNpmTook();
  try {
    const read = parseArgs({
      args,
      options: { ...everywhere, ...options },
      allowPositionals: positionals > 0,
      strict: true,
    });
    if (read.positionals.length > positionals)
      throw new Problem(`What is "${read.positionals[positionals]}"?`);
    const values = read.values as ReturnType<typeof parseArgs<{ options: T & typeof everywhere }>>['values'];
    const given = (values as { 'data-dir'?: string })['data-dir'];
    return {
      values,
      positionals: read.positionals,
      dataDir: path.resolve(given ?? defaultDataDir),
    };
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(`${(error as Error).message.split('. To specify')[0]}. Try --help.`);
  }
}

/**
 * Without the `--`, npm takes `--data-dir=x` for a setting of its own, and tells us only by its environment. To go on
 * would mean another market than was asked for; for `npm run reset`, to forget it.
 */
function refuseWhatNpmTook(): void {
  for (const name of ['data-dir', 'port-base', 'profile', 'repair-slots', 'repair-topics', 'to', 'wait']) {
    const value = process.env[`npm_config_${name.replace('-', '_')}`];
    if (value !== undefined)
      throw new Problem(
        `npm kept --${name} for itself; write it behind two dashes: -- --${name}${value === 'true' ? '' : ` ${value}`}`,
      );
  }
}
