import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A door to a server that a test can open and shut, on a port that stays the same. */
export async function door(target: string) {
  const { hostname, port: targetPort } = new URL(target);
  const inside = new Set<Socket>();
  const server = createServer((caller) => {
    const callee = connect(Number(targetPort), hostname);
    for (const socket of [caller, callee]) {
      inside.add(socket);
      socket.on('error', () => {}).on('close', () => inside.delete(socket));
    }
    caller.pipe(callee).pipe(caller);
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const shut = async () => {
    for (const socket of inside) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  await shut();
  const url = new URL(target);
  url.port = String(port);
  url.hostname = '127.0.0.1';
  return { url: url.href, open: () => listen(port), shut };
}
