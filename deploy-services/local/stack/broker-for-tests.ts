// A broker alone, for the tests that have no market: says on stdout its address, and the URL of its listener with TLS and
// passwords; ends with whoever started it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { plainOutput } from '../output.js';
import { choosePorts } from '../ports.js';
import { startBroker, untilAnswers } from './broker.js';
import { fill } from './fill.js';
import { jars } from './jars.js';
import { requireJava } from './java.js';
import { kafkaAt } from './topics.js';

const home = mkdtempSync(path.join(tmpdir(), 'market-broker-'));
const { broker, relay: secure } = await choosePorts(0, { profile: 'stack' });
const { clients = 0, controller = 0 } = broker ?? {};
const log = path.join(home, 'broker.log');
const user = 'tally';
const password = 'p@ss/word:1'; // a URL has to quote it
const words = { folder: home, broker: clients, controller, secure, user, password };
writeFileSync(
  path.join(home, 'broker.properties'),
  fill('broker.properties', words) + fill('broker-for-tests.properties', words),
);
const java = requireJava();
const ca = path.join(home, 'ca.pem');
const store = ['-alias', 'broker', '-storetype', 'PKCS12', '-storepass', password];
keytool('-genkeypair', '-keyalg', 'EC', '-dname', 'CN=broker', '-ext', 'SAN=IP:127.0.0.1', '-validity', '2');
keytool('-exportcert', '-rfc', '-file', ca);
function keytool(...args: string[]) {
  const program = path.join(path.dirname(java), 'keytool'); // it comes with every Java
  const { status, stdout, error } = spawnSync(
    program,
    [...args, ...store, '-keystore', path.join(home, 'broker.p12')],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`keytool: ${stdout}`, { cause: error });
}
const output = {
  ...plainOutput,
  of: () => (chunk: Buffer | string) => writeFileSync(log, chunk, { flag: 'a' }),
};
const running = await startBroker({
  java,
  jars: await jars(plainOutput.say),
  home,
  users: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map((way) => `${way}=[name=${user},password=${password}]`),
  output,
  onChange: () => {},
});
const address = `127.0.0.1:${clients}`;
const admin = kafkaAt(address).admin();
await untilAnswers(admin.connect, running, log);
await admin.disconnect();
const signedIn = `${user}:${encodeURIComponent(password)}@127.0.0.1:${secure}`;
process.stdout.write(`${address}\nkafka://${signedIn}?ca=${encodeURIComponent(ca)}\n`);

const stop = async () => {
  await running.stop();
  rmSync(home, { recursive: true, force: true });
  process.exit();
};
process.once('disconnect', stop);
process.once('SIGTERM', stop);
