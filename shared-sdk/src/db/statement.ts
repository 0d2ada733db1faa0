export interface Query<R = unknown> {
  name?: string;
  text: string;
  values?: unknown[];
  /** How long its answer may take, instead of the 35 s of every other. */
  timeoutMs?: number;
  /** Only carries the row type; never set. */
  readonly row?: R;
}

const texts = new Map<string, string>();

/**
 * A named prepared statement, parsed by PostgreSQL once a connection; call it with values to get a Query.
 * Hot paths use it: an unnamed statement is parsed and planned at each execution.
 * Throws when the name is taken by another text, since a connection would then run the wrong one.
 */
export function statement<R = unknown>(name: string, text: string): (values?: unknown[]) => Query<R> {
  const known = texts.get(name);
  if (known !== undefined && known !== text) throw new Error(`two statements are named ${name}`);
  texts.set(name, text);
  return (values = []) => ({ name, text, values });
}
