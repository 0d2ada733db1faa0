// `npm run test:faults -- --seed 7 --fraction 0.25`: seeded kills under load, and what goes wrong with the stack's parts.
// What stands behind a second `--` goes to vitest.
import { parseArgs } from 'node:util';

const args = process.argv.slice(2);
const cut = args.includes('--') ? args.indexOf('--') : args.length;
const { values } = parseArgs({
  args: args.slice(0, cut),
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
