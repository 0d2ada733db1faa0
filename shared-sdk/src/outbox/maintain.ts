import { type Database, statement } from '../db/index.js';

const maintain = statement<{ changed: number }>('outbox_maintain', 'SELECT maintain_partitions() AS changed');
const undefinedFunction = '42883';

/**
 * Attaches the partitions of the coming week and drops those past their retention; returns how many changed, 0 in a
 * database without an outbox. Several replicas may run it. Each service runs it hourly: there is a week to notice when
 * it fails.
 */
export async function maintainPartitions(db: Database): Promise<number> {
  try {
    return (await db.query(maintain())).rows[0]?.changed ?? 0;
  } catch (error) {
    if ((error as { code?: string }).code === undefinedFunction) return 0;
    throw error;
  }
}
