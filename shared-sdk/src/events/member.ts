import type { Logger } from '../logging/index.js';
import type { Processor } from './process.js';

export interface GroupStatus {
  group: string;
  /** Messages of all its partitions that are not yet done. */
  lag: number;
  /** What this member reads. */
  partitions: { topic: string; partition: number; committed: number }[];
  /** What keeps it from working, if anything does. */
  failure?: string | undefined;
  /** The code of that, such as LOG_GAP, where it has one. */
  code?: string | undefined;
  /** What is wrong with its topics, though it can work with it. */
  complaint?: string | undefined;
}

/** What a status says of an error, if there is one. */
export function failureOf(error: unknown): Pick<GroupStatus, 'failure' | 'code'> {
  if (error === undefined) return {};
  const { message, code } = error as { message?: string; code?: unknown };
  return { failure: String(message ?? error), code: typeof code === 'string' ? code : undefined };
}

/** One consumer at work: what a driver gives. */
export interface Member {
  group: string;
  status(): GroupStatus;
  /** Ends the batch under way, stores how far it is, and leaves the group. */
  stop(): Promise<void>;
}

/** What every driver is told. */
export interface MemberOptions {
  url: string;
  group: string;
  topics: string[];
  processor: Processor;
  logger: Logger;
  /** Aborted by `stop`; the processor has the same one. */
  stopping: AbortController;
  batchSize?: number;
  /** How often to look by itself: for messages to replay, and where nobody is notified, for new ones. */
  pollMs?: number;
}
