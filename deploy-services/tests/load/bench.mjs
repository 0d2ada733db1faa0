// `npm run bench`: what the market does on this machine. The tests are not compiled, so tsx reads them as they are.
import process from 'node:process';
import { prepare } from '../../local/bootstrap.mjs';

prepare();
const { register } = await import('tsx/esm/api');
register();
const { bench } = await import('./bench.ts');
process.exitCode = await bench(process.argv.slice(2));
