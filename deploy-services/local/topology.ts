import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds all repositories: two above this file, three above its compiled copy. */
export const root = fileURLToPath(
  new URL(import.meta.url.includes('/dist/') ? '../../../' : '../../', import.meta.url),
);

export const serviceNames = ['auth', 'store', 'order', 'payment'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** How events get from the outboxes to the consumers: PostgreSQL alone, or Kafka with Debezium. */
export const profileNames = ['embedded', 'stack'] as const;
export type ProfileName = (typeof profileNames)[number];

/** `relay` is whatever carries the outboxes' rows into the log; on the stack it is Kafka Connect. */
export type ProcessName = 'postgres' | 'relay' | ServiceName;

interface ServicePlace {
  folder: string;
  schema: 'auth' | 'store' | 'orders' | 'payment';
  /** From the port base: HTTP; gRPC and admin are the next two. */
  offset: number;
}

export const services: Record<ServiceName, ServicePlace> = {
  auth: { folder: path.join(root, 'service-auth'), schema: 'auth', offset: 10 },
  store: { folder: path.join(root, 'service-store'), schema: 'store', offset: 20 },
  order: { folder: path.join(root, 'service-order'), schema: 'orders', offset: 30 },
  payment: { folder: path.join(root, 'service-payment'), schema: 'payment', offset: 40 },
};

export const publications = serviceNames.map((name) => `${name}_outbox`);

/** One value a service. */
export const byService = <T>(of: (name: ServiceName) => T): Record<ServiceName, T> =>
  Object.fromEntries(serviceNames.map((name) => [name, of(name)])) as Record<ServiceName, T>;
