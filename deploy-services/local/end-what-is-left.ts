import path from 'node:path';
import { stopForgottenPostgres } from '@msa-event-market/shared-sdk/postgres';
import type { Output } from './output.js';
import { endForgottenPrometheus } from './prometheus.js';
import { endForgottenStack } from './stack/java-program.js';

/**
 * Ends what a killed launcher has left running that does not end by itself. The services and the relay do, when their
 * channel closes.
 */
export async function endWhatIsLeft(dataDir: string, output: Output): Promise<void> {
  await stopForgottenPostgres({ dataDir: path.join(dataDir, 'postgres'), log: output.of('postgres') });
  await endForgottenStack(dataDir, output.say);
  await endForgottenPrometheus(dataDir, output.say);
}
