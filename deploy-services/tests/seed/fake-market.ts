import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface Row {
  id: string;
  name: string;
  ownerId?: string;
  storeId?: string;
}

/** As much of service-auth and service-store as seeding uses, in memory; it dies when told to. */
export async function fakeMarket() {
  const users = new Map<string, { id: string; password: string }>();
  const stores: Row[] = [];
  const products: Row[] = [];
  const seen = { writes: 0, atOnce: 0, mostAtOnce: 0 };
  let writesLeft = Number.POSITIVE_INFINITY;

  const server = createServer(async (request, response) => {
    seen.mostAtOnce = Math.max(seen.mostAtOnce, ++seen.atOnce);
    const [status, body] = answer(request, await text(request));
    if (request.method === 'POST' && status === 201) {
      seen.writes++;
      // Worst of all: what was asked is done, and the answer is lost.
      if (--writesLeft < 0) return void request.socket.destroy();
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
    seen.atOnce--;
    response.writeHead(status).end(JSON.stringify(body));
  });

  function answer({ method, url = '', headers }: IncomingMessage, sent: string): [number, unknown] {
    if (writesLeft < 0) return [503, {}];
    const { pathname, searchParams } = new URL(url, 'http://fake');
    const [scheme, secret = ''] = (headers.authorization ?? '').split(' ');
    const body = sent ? JSON.parse(sent) : undefined;
    const list = (name: string, rows: Row[]): [number, unknown] => {
      const offset = Number(searchParams.get('offset'));
      return [200, { [name]: rows.slice(offset, offset + Number(searchParams.get('limit'))) }];
    };
    const storeId = /^\/v1\/stores\/(.+)\/products$/.exec(pathname)?.[1];
    switch (`${method} ${storeId ? '/products' : pathname}`) {
      case 'POST /v1/users': {
        if (users.has(body.loginId)) return [409, {}];
        users.set(body.loginId, { id: randomUUID(), password: body.password });
        return [201, {}];
      }
      case 'POST /v1/tokens/login': {
        const [loginId = '', password] = Buffer.from(secret, 'base64').toString().split(':');
        const user = scheme === 'Basic' ? users.get(loginId) : undefined;
        return user?.password === password ? [200, { accessToken: { token: user?.id } }] : [401, {}];
      }
      case 'GET /v1/users/me':
        return [200, { id: secret }];
      case 'GET /v1/stores':
        return list('stores', stores);
      case 'POST /v1/stores':
        stores.push({ id: randomUUID(), ownerId: secret, ...body });
        return [201, stores.at(-1)];
      case 'GET /products':
        return list(
          'products',
          products.filter((product) => product.storeId === storeId),
        );
      case 'POST /products':
        products.push({ id: randomUUID(), storeId, ...body });
        return [201, products.at(-1)];
      default:
        return [404, {}];
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    urls: { auth: url, store: url },
    users,
    stores,
    products,
    seen,
    /** Goes down in the middle of the n-th write from now, until it is revived. */
    dieAfter: (writes: number) => {
      writesLeft = writes;
    },
    revive: () => {
      writesLeft = Number.POSITIVE_INFINITY;
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
