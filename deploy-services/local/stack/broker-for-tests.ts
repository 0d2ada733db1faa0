// A broker alone, for the tests of the SDK: says its address on stdout, and ends with whoever started it.
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
const { broker } = await choosePorts(0, { profile: 'stack' });
const { clients = 0, controller = 0 } = broker ?? {};
const log = path.join(home, 'broker.log');
writeFileSync(
  path.join(home, 'broker.properties'),
  fill('broker.properties', { folder: home, broker: clients, controller }),
);
const output = {
  ...plainOutput,
  of: () => (chunk: Buffer | string) => writeFileSync(log, chunk, { flag: 'a' }),
};
const running = await startBroker({
  java: requireJava(),
  jars: await jars(plainOutput.say),
  home,
  output,
  onChange: () => {},
});
const address = `127.0.0.1:${clients}`;
const admin = kafkaAt(address).admin();
await untilAnswers(admin.connect, running, log);
await admin.disconnect();
process.stdout.write(`${address}\n`);

const stop = async () => {
  await running.stop();
  rmSync(home, { recursive: true, force: true });
  process.exit();
};
process.once('disconnect', stop);
process.once('SIGTERM', stop);
