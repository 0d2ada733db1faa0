import type { PoolClient } from 'pg';
import type { Query } from './statement.js';

export interface Rows<R> {
  rows: R[];
  rowCount: number;
}

export interface Tx {
  /** Sends a query at once, behind those already sent; awaiting it is needed only to read its rows. */
  query<R>(query: Query<R>): Promise<Rows<R>>;
}

const ignore = () => {};

/**
 * BEGIN, what `work` sends, COMMIT, pipelined on one connection. When anything fails all of it is rolled back and
 * the first failure is thrown: what follows a failed statement only says that the transaction is aborted.
 */
export async function inTransaction<T>(client: PoolClient, work: (tx: Tx) => T | Promise<T>): Promise<T> {
  const sent: Promise<unknown>[] = [];
  const send = <R>(query: Query<R>): Promise<Rows<R>> => {
    const answer = client.query(query as { text: string }) as unknown as Promise<Rows<R>>;
    answer.catch(ignore); // a query that nobody awaits must not end the process; its error is thrown below
    sent.push(answer);
    return answer;
  };
  const settled = async () => {
    const failed = (await Promise.allSettled(sent)).find((answer) => answer.status === 'rejected');
    if (failed) throw failed.reason;
  };

  send({ text: 'BEGIN' });
  let result: T;
  try {
    result = await work({ query: send });
  } catch (error) {
    send({ text: 'ROLLBACK' });
    await settled(); // a failed statement is the cause; what `work` threw may only be its consequence
    throw error;
  }
  const committed = send({ text: 'COMMIT' });
  await settled();
  // PostgreSQL answers a COMMIT of an aborted transaction with ROLLBACK and no error.
  const { command } = (await committed) as unknown as { command: string };
  if (command !== 'COMMIT') throw new Error(`the transaction ended in ${command}`);
  return result;
}
