/** Something that must never be, as SQL of a superuser, and the number under which the checker has to report it. */
export interface Planted {
  number: string;
  name: string;
  market?: string;
  sandbox?: string;
  /** Why a log on Kafka cannot have it, or may. */
  notOnKafka?: string;
}

/** The id of an order in that state. */
export const order = (status: string) =>
  `(SELECT id FROM orders.orders WHERE status = '${status}' ORDER BY id LIMIT 1)`;
/** The id of a confirmed order of which nothing is shipped. */
export const untouched = `(SELECT id FROM orders.orders o WHERE status = 'CONFIRMED' AND NOT EXISTS
  (SELECT FROM orders.order_store s WHERE s.order_id = o.id AND s.status <> 'OPEN') ORDER BY id LIMIT 1)`;
export const payment = (status: string) =>
  `(SELECT id FROM payment.payment WHERE status = '${status}' ORDER BY id LIMIT 1)`;
export const operation = (kind: string, status = 'DONE', more = 'true') =>
  `(SELECT id FROM payment.operation WHERE kind = '${kind}' AND status = '${status}' AND ${more} ORDER BY id LIMIT 1)`;
/** The constraints would refuse what is planted; a restored backup or a hand in the database may get around them. */
export const unguarded = (table: string, ...constraints: string[]) =>
  constraints.map((constraint) => `ALTER TABLE ${table} DROP CONSTRAINT ${constraint};`).join(' ');
/** A copy of a row with some columns changed. */
export const like = (table: string, columns: Record<string, string>, where: string) => `
  INSERT INTO ${table} SELECT (jsonb_populate_record(NULL::${table}, to_jsonb(t) || jsonb_build_object(
    ${Object.entries(columns)
      .map(([name, value]) => `'${name}', ${value}`)
      .join(', ')}))).* FROM ${table} t WHERE ${where}`;

export const aProduct =
  '(SELECT product_id FROM store.stock WHERE available > 10 ORDER BY product_id LIMIT 1)';
