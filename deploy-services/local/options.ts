import path from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { Problem } from './problem.js';
import { root } from './topology.js';

const everywhere = { 'data-dir': { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;

/** Reads a command's options; an unknown one is a mistake to be told, not to be passed over. */
export function readOptions<T extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  options: T,
  positionals = 0,
) {
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
      dataDir: path.resolve(given ?? path.join(root, '.market')),
    };
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(`${(error as Error).message.split('. To specify')[0]}. Try --help.`);
  }
}
