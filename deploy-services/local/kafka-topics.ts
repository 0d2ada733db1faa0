import { readOptions } from './options.js';
import { describedTopics, retentionMs, type Topics, topicPrefix } from './stack/topics.js';

export const help = `npm run -s topics -- [--cluster NAME] | kubectl apply -f -
Prints topics.json as KafkaTopics, which the Strimzi operator makes on Kubernetes. How many copies each has is left to
the cluster.

  --cluster NAME   the Kafka that they belong to (default market)`;

/** Of Strimzi 1: its topic operator makes what is missing, sets retention, and never takes partitions away. */
export const kafkaTopics = (described: Topics, cluster: string) => ({
  apiVersion: 'v1',
  kind: 'List',
  items: described.topics.map((topic) => ({
    apiVersion: 'kafka.strimzi.io/v1',
    kind: 'KafkaTopic',
    metadata: { name: `${topicPrefix}${topic}`, labels: { 'strimzi.io/cluster': cluster } },
    spec: { partitions: described.partitions, config: { 'retention.ms': retentionMs(described) } },
  })),
});

export async function topics(args: string[]): Promise<number> {
  const { values } = readOptions(args, { cluster: { type: 'string', default: 'market' } });
  process.stdout.write(`${JSON.stringify(kafkaTopics(describedTopics(), values.cluster), null, 2)}\n`);
  return 0;
}
