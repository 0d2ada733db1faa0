import { type Database, statement } from '../db/index.js';

const maintain = statement<{ changed: number }>('outbox_maintain', 'SELECT maintain_partitions() AS changed');

/**
 * Attaches the partitions of the coming week and drops those past their retention; returns how many changed. Several
 * replicas may run it. A service runs it each hour: it has a week to notice when it fails.
 */
export async function maintainPartitions(db: Database): Promise<number> {
  return (await db.query(maintain())).rows[0]?.changed ?? 0;
}
