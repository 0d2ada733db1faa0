import type { ProfileName } from './topology.js';
import type { Transport, TransportOptions } from './transport.js';

// Loaded when chosen: nobody who runs the embedded profile needs kafkajs, or Java.
const profiles: Record<ProfileName, () => Promise<(options: TransportOptions) => Promise<Transport>>> = {
  embedded: async () => (await import('./embedded/transport.js')).embeddedTransport,
  stack: async () => (await import('./stack/transport.js')).stackTransport,
};

export const transportOf = async (profile: ProfileName, options: TransportOptions): Promise<Transport> =>
  (await profiles[profile]())(options);
