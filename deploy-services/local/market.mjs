// The one door: `node deploy-services/local/market.mjs <command>`; the root's npm scripts call it.
import process from 'node:process';
import { prepare, requireBuild } from './bootstrap.mjs';

const args = process.argv.slice(2);
if (['start', 'move', undefined].includes(args[0])) prepare();
else requireBuild();
// `npm start | tee log`: at a Ctrl-C tee is gone first, and what is still said must not end us.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
const { main } = await import('../dist/local/main.js');
process.exitCode = await main(args);
if (process.connected) process.disconnect(); // a channel to whoever started us would keep us here
