// The one door: `node deploy-services/local/market.mjs <command>`; the root's npm scripts call it.
import process from 'node:process';
import { prepare } from './bootstrap.mjs';

prepare();
const { main } = await import('../dist/local/main.js');
process.exitCode = await main(process.argv.slice(2));
