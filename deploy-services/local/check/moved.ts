import type { Ask } from './invariant.js';

/**
 * What a move to the stack leaves in each database: how far everybody's events were numbered when outboxes, inboxes and
 * log began anew, and what had happened to orders by then. Numbers and no time: a clock may be set back, and what comes
 * after the move is to be checked from its first event on.
 */
export interface AtTheMove {
  /** A table expression: topic, key, version. */
  versions: string;
  /** The last step in the histories of orders; 0 where there never was a move. */
  lastStep: string;
}

export async function atTheMove(ask: Ask): Promise<AtTheMove> {
  const [found] = await ask<{ versions: boolean; step: boolean }>(
    `SELECT to_regclass('moved.version') IS NOT NULL AS versions, to_regclass('moved.last_step') IS NOT NULL AS step`,
  );
  return {
    versions: found?.versions ? 'moved.version' : `(SELECT '' AS topic, '' AS key, 0 AS version WHERE false)`,
    lastStep: found?.step ? '(SELECT seq FROM moved.last_step)' : '0',
  };
}

/** By topic and key. */
export async function versionsAtTheMove(ask: Ask): Promise<Map<string, number>> {
  const { versions } = await atTheMove(ask);
  const rows = await ask<{ topic: string; key: string; version: number }>(
    `SELECT topic, key, version FROM ${versions} moved`,
  );
  return new Map(rows.map(({ topic, key, version }) => [`${topic} ${key}`, version]));
}
