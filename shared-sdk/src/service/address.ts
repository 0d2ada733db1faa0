import type { AddressInfo, Server } from 'node:net';

/** `host:port`, as a URL has it: an IPv6 address stands in brackets. */
export const hostAndPort = (host: string, port: number): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Where a server really listens, which with port 0 only it knows. */
export function urlOf(server: Server): string {
  const { address, port } = server.address() as AddressInfo;
  return `http://${hostAndPort(address, port)}`;
}
