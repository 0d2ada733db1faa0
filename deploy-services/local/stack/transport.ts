import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Problem } from '../problem.js';
import { type Supervised, supervise } from '../supervise.js';
import { serviceNames } from '../topology.js';
import type { Transport, TransportOptions } from '../transport.js';
import { startBroker, untilAnswers } from './broker.js';
import { type Connectors, connectorOf, keepConnectors } from './connectors.js';
import { fill } from './fill.js';
import { jars } from './jars.js';
import { requireJava } from './java.js';
import { javaProgram, stackFolder } from './java-program.js';
import { cdcRole, prepareOutboxes, stackDatabaseOf } from './outboxes.js';
import { gapsOf, inWords, repairTopics } from './repair-topics.js';
import { resendLost } from './resend.js';
import { applyTopics, describedTopics, kafkaAt, topicPrefix } from './topics.js';

const shown = 5;

/** A database a service, Kafka, and one Kafka Connect worker with a Debezium connector for each outbox. */
export async function stackTransport(options: TransportOptions): Promise<Transport> {
  const { dataDir, ports, output, password, onChange, onStop } = options;
  const { say } = output;
  const folder = stackFolder(dataDir);
  const broker = `127.0.0.1:${ports.broker?.clients}`;
  const url = `http://127.0.0.1:${ports.relay}`;
  const words = { folder, broker: ports.broker?.clients ?? 0, controller: ports.broker?.controller ?? 0 };
  let brokerProcess: Supervised;
  let worker: Supervised;
  let connectors: Connectors;
  let java: { java: string; jars: string };
  const offsets = path.join(folder, 'connect.offsets');

  async function begin(): Promise<void> {
    java = { java: requireJava(), jars: await jars(say) };
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    say('starting Kafka');
    writeFileSync(path.join(folder, 'broker.properties'), fill('broker.properties', words));
    brokerProcess = await startBroker({ ...java, home: folder, output, onChange });
    onStop('Kafka', () => brokerProcess.stop());
  }

  async function prepareTopics(): Promise<void> {
    const admin = kafkaAt(broker).admin();
    const described = describedTopics();
    try {
      await untilAnswers(admin.connect, brokerProcess, path.join(dataDir, 'logs', 'broker.log'));
      const complaints = await applyTopics(admin, described);
      if (options.repairTopics) return await repairTopics(admin, described, say);
      for (const complaint of complaints)
        say(`${complaint}: see deploy-services/docs/stack.md, "Too few partitions"`);
      // The services would say so as well, each in its log, and never be ready. Whether a group is new to the broker (-1)
      // or was forgotten only they know.
      const [gap] = (await gapsOf(admin)).filter(({ committed }) => committed !== -1);
      if (gap)
        throw new Problem(
          `${inWords(gap)}. See deploy-services/docs/stack.md, "Events that are gone unread"`,
        );
    } finally {
      await admin.disconnect();
    }
  }

  /**
   * All that slots have lost is on its topic before the first of them is touched, or what Connect remembers: whenever
   * this is interrupted, the connectors fail as before, or there is nothing left to be sent.
   */
  async function repair(adminUrl: string): Promise<void> {
    say('looking for events that have not reached their topics');
    const { sent, overtaken } = await resendLost(adminUrl, broker);
    say(`${sent} events had not reached their topics: sent again`);
    if (overtaken.length > 0) {
      const some = overtaken.slice(0, shown).map(({ topic, key, type }) => `${type} of ${topic} ${key}`);
      say(
        `${overtaken.length} events are not sent, since later ones of their keys are on the topics: ${some.join(', ')}${overtaken.length > shown ? ' …' : ''}`,
      );
    }
    rmSync(offsets, { force: true });
  }

  function startConnect(adminUrl: string): void {
    const passwords = path.join(folder, 'passwords.properties');
    const lines = serviceNames.map((name) => `${name}=${password(cdcRole(name))}\n`);
    writeFileSync(passwords, lines.join(''), { mode: 0o600 });
    const settings = path.join(folder, 'connect.properties');
    writeFileSync(settings, fill('connect.properties', { ...words, connect: ports.relay }));
    worker = supervise(
      javaProgram({
        ...java,
        name: 'connect',
        main: 'org.apache.kafka.connect.cli.ConnectStandalone',
        args: [settings],
        home: folder,
        heapMb: 192,
      }),
      output,
      onChange,
    );
    const { port } = new URL(adminUrl);
    connectors = keepConnectors(
      url,
      serviceNames.map((name) =>
        connectorOf(name, { host: '127.0.0.1', port, password: `\${file:${passwords}:${name}}` }),
      ),
      say,
    );
    onStop('Kafka Connect', async () => {
      await connectors.stop();
      await worker.stop();
    });
  }

  return {
    urls: { admin: url, ready: `${url}/health` },
    log: { kind: 'kafka', broker, topicPrefix },
    databaseOf: stackDatabaseOf,
    begin,
    prepareDatabases: async () => {},
    async connect(adminUrl) {
      await prepareTopics();
      if (options.repairSlots) await repair(adminUrl);
      // A slot that is gone although Connect has read from it is a loss, which a new one would only hide.
      const createSlots = !existsSync(offsets);
      await prepareOutboxes(adminUrl, { password, createSlots, anew: options.repairSlots });
      startConnect(adminUrl);
    },
    ready: () => connectors.running(),
    eventsUrl: () => `kafka://${broker}`,
    relay: () => worker,
    broker: () => brokerProcess,
  };
}
