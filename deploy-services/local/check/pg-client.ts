import pg from 'pg';

/** A connection that may break: then the statement under way fails, where an `error` event would end the process. */
export async function connect(url: string, withinMs = 30_000): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: withinMs });
  client.on('error', () => {});
  await client.connect();
  return client;
}

export async function withClient<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
  withinMs?: number,
): Promise<T> {
  const client = await connect(url, withinMs);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
