// A launcher in its own process, for tests that kill it: starts a server, tells its parent, and stays.
import { startPostgres } from '../../src/postgres/index.js';

process.on('SIGINT', () => {}); // as a launcher does that stops things in its own order
const dataDir = process.argv[2] as string;
const server = await startPostgres({ dataDir, port: 0, auth: 'trust', settings: { fsync: 'off' } });
process.send?.({ url: server.url, pid: server.pid });
