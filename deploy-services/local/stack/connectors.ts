import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../problem.js';
import { type ServiceName, services } from '../topology.js';
import { connectRest } from './connect-rest.js';
import { fill, properties } from './fill.js';
import { cdcRole, stackDatabaseOf } from './outboxes.js';
import { describedTopics, topicPrefix } from './topics.js';

export interface Connector {
  name: string;
  config: Record<string, string>;
}

export interface ConnectorPlace {
  /** Of PostgreSQL, as Kafka Connect sees it. */
  host: string;
  port: string;
  /** Where Kafka Connect finds the password, such as `${env:PASSWORD}`: its REST interface shows configurations. */
  password: string;
}

/** The connector that reads the outbox of a service. */
export const connectorOf = (service: ServiceName, { host, port, password }: ConnectorPlace): Connector => ({
  name: service,
  config: properties(
    fill('connector.properties', {
      service,
      host,
      port,
      password,
      prefix: topicPrefix,
      partitions: describedTopics().partitions,
      schema: services[service].schema,
      database: stackDatabaseOf(service),
      user: cdcRole(service),
    }),
  ),
});

export interface Connectors {
  /** Resolves when all of them run; rejects with Connect's own reason when one cannot. */
  running(): Promise<void>;
  stop(): Promise<void>;
}

const oftenMs = 200;
const seldomMs = 2_000;
/** A task that fails again and again, for half a minute by then, has a reason that a restart does not mend. */
const restartsAllowed = 5;
const wellAfterMs = 60_000;

interface Story {
  state: string;
  reason?: string | undefined;
  restarts: number;
  nextRestart: number;
  runningSince: number;
}

/**
 * Keeps the connectors at work: puts them into a worker that has just started, since a standalone one forgets them, and
 * restarts failed tasks a bounded number of times.
 */
export function keepConnectors(
  url: string,
  connectors: Connector[],
  say: (line: string) => void,
  { firstPauseMs = 1_000, startsWithinMs = 90_000 } = {},
): Connectors {
  const rest = connectRest(url);
  const stopping = new AbortController();
  const stories = new Map<string, Story>(
    connectors.map(({ name }) => [name, { state: 'MISSING', restarts: 0, nextRestart: 0, runningSince: 0 }]),
  );

  async function look({ name, config }: Connector): Promise<void> {
    const story = stories.get(name) as Story;
    const { state, reason } = await rest.status(name);
    if (state === 'MISSING') {
      const refusal = await rest.put(name, config);
      if (refusal && refusal !== story.reason) say(`Kafka Connect refuses the connector ${name}: ${refusal}`);
      story.reason = refusal;
    } else if (state === 'FAILED') {
      story.reason = reason;
      if (story.state === 'GIVEN UP') return;
      story.state = state;
      if (Date.now() < story.nextRestart) return;
      if (story.restarts === restartsAllowed) {
        // Only now, when the last restart has had its time: it may have mended it.
        say(
          `connector ${name} stays failed: ${reason}. See deploy-services/docs/stack.md, "When a connector has failed"`,
        );
        story.state = 'GIVEN UP';
        return;
      }
      story.nextRestart = Date.now() + firstPauseMs * 2 ** story.restarts;
      story.restarts++;
      say(`connector ${name} failed (${reason}), restarting it: ${story.restarts} of ${restartsAllowed}`);
      await rest.restart(name);
    } else if (state === 'RUNNING') {
      if (story.state !== 'RUNNING') story.runningSince = Date.now();
      else if (Date.now() - story.runningSince > wellAfterMs) story.restarts = 0;
      story.reason = undefined;
    }
    story.state = state;
  }

  const settled = () =>
    [...stories.values()].every(({ state }) => state === 'RUNNING' || state === 'GIVEN UP');

  const watching = (async () => {
    while (!stopping.signal.aborted) {
      // While Connect starts, or stands still, it does not answer: its process is watched elsewhere.
      await Promise.all(
        connectors.map((connector) =>
          look(connector).catch(() => ((stories.get(connector.name) as Story).state = 'UNKNOWN')),
        ),
      );
      await sleep(settled() ? seldomMs : oftenMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  })();

  return {
    async running() {
      for (const until = Date.now() + startsWithinMs; ; await sleep(50)) {
        const all = [...stories];
        if (all.every(([, { state }]) => state === 'RUNNING')) return;
        const lost =
          all.find(([, { state }]) => state === 'GIVEN UP') ??
          (Date.now() > until ? all.find(([, { state }]) => state !== 'RUNNING') : undefined);
        if (lost)
          throw new Problem(
            `The connector ${lost[0]} does not run: ${lost[1].reason ?? `it is ${lost[1].state}`}`,
          );
        if (stopping.signal.aborted) throw new Problem('stopped before the connectors ran');
      }
    },
    async stop() {
      stopping.abort();
      await watching;
    },
  };
}
