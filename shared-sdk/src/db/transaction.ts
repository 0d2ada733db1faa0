import pg from 'pg';
import { isTransient } from './failures.js';
import type { Query } from './statement.js';

export interface Rows<R> {
  rows: R[];
  rowCount: number;
}

export interface Tx {
  /**
   * Sends a query at once, behind those already sent; awaiting it is needed only to read its rows. Throws when the
   * transaction is over: the connection may be in another one by then.
   */
  query<R>(query: Query<R>): Promise<Rows<R>>;
}

const ignore = () => {};

const asPgTakesIt = ({ timeoutMs, ...query }: Query) => ({ ...query, query_timeout: timeoutMs });
const toPg = (query: Query): { text: string } => (query.timeoutMs === undefined ? query : asPgTakesIt(query));

/** One statement on its own. The pool's own `query` would throw away the connection of every statement that fails. */
export async function inOneStatement<R>(pool: pg.Pool, query: Query<R>): Promise<Rows<R>> {
  const client = await pool.connect();
  let unfit: Error | undefined;
  try {
    return (await client.query(toPg(query))) as unknown as Rows<R>;
  } catch (error) {
    unfit = unfitAfter(error as Error);
    throw error;
  } finally {
    client.release(unfit);
  }
}

/**
 * BEGIN, what `work` sends, COMMIT, pipelined on one connection. When anything fails all of it is rolled back and
 * the first failure is thrown: what follows a failed statement only says that the transaction is aborted.
 */
export async function inTransaction<T>(pool: pg.Pool, work: (tx: Tx) => T | Promise<T>): Promise<T> {
  const client = await pool.connect();
  const sent: Promise<unknown>[] = [];
  let failure: Error | undefined;
  let unfit: Error | undefined;
  let over = false;

  const send = <R>(query: Query<R>): Promise<Rows<R>> => {
    if (over)
      throw new Error('the transaction is over: await what sends its queries before its work returns');
    const answer = new Promise<Rows<R>>((resolve, reject) => {
      // With a callback, since what cannot be sent at all (a value without a text) is known at once that way, and not
      // only after a COMMIT without it.
      client.query(toPg(query), (error: Error | null, rows: unknown) => {
        if (!error) return resolve(rows as Rows<R>);
        failure ??= error;
        unfit ??= unfitAfter(error);
        reject(error);
      });
    }).catch((error: Error) => {
      Error.captureStackTrace(error); // from the socket's stack to that of whoever awaits it
      throw error;
    });
    answer.catch(ignore); // a query that nobody awaits must not end the process; its error is thrown below
    sent.push(answer);
    return answer;
  };
  const settled = async () => {
    const failed = (await Promise.allSettled(sent)).find((answer) => answer.status === 'rejected');
    if (failed) throw failed.reason;
  };

  try {
    send({ text: 'BEGIN' });
    let result: T;
    try {
      result = await work({ query: send });
      if (failure) throw failure;
    } catch (error) {
      send({ text: 'ROLLBACK' });
      over = true;
      await settled(); // a failed statement is the cause; what `work` threw may only be its consequence
      throw error;
    }
    const committed = send({ text: 'COMMIT' });
    over = true;
    await settled();
    // PostgreSQL answers a COMMIT of an aborted transaction with ROLLBACK and no error.
    const { command } = (await committed) as unknown as { command: string };
    if (command !== 'COMMIT') throw new Error(`the transaction ended in ${command}`);
    return result;
  } finally {
    // A connection that is not back outside a transaction is nobody's to use again.
    if (client.getTransactionStatus() !== 'I') unfit ??= new Error('still in a transaction');
    client.release(unfit);
  }
}

/**
 * What says that a connection is not to be used again: it is about to end, or has a prepared statement that it can no
 * longer run; or the failure is pg's own, which after one such (a value that has no text) believes that a statement is
 * prepared that is not.
 */
const unfitAfter = (error: Error): Error | undefined =>
  error instanceof pg.DatabaseError && !isTransient(error) ? undefined : error;
