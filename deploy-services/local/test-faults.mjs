// `npm run test:faults -- --seed 7 --fraction 0.25`: seeded kills under load, and what goes wrong with the stack's parts.
// What stands behind a second `--` goes to vitest.
import { parseArgs } from 'node:util';

const args = process.argv.slice(2);
const cut = args.includes('--') ? args.indexOf('--') : args.length;
const own = args.slice(0, cut);
if (own.includes('--help') || own.includes('-h')) {
  process.stdout.write(`npm run test:faults -- [--seed N] [--fraction 0.25] [-- what vitest takes, such as a file]
Seeded kills under load, that share of them, and what goes wrong with the parts of the stack; all take half an hour.\n`);
  process.exit();
}
const { values } = parseArgs({
  args: own,
  options: { seed: { type: 'string' }, fraction: { type: 'string' }, profile: { type: 'string' } },
});
const { seed = `${Date.now() % 1_000_000}`, fraction = '1', profile = 'stack' } = values;
process.env.MARKET_FAULT_SEED = seed;
process.env.MARKET_FAULT_FRACTION = fraction;
process.stderr.write(`the same again: npm run test:faults -- --seed ${seed} --fraction ${fraction}\n`);
process.argv.splice(
  2,
  args.length,
  ...(profile === 'stack' ? ['--stack'] : []),
  'faults',
  ...args.slice(cut),
);
await import('./test.mjs');
