import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { inherited } from '../../local/environment.js';
import { type ServiceName, serviceNames, services } from '../../local/topology.js';

// Where a process listens, what it stands on and whom it trusts is the launcher's to say; all else somebody may set.
const ours =
  /^(HOST|.*_PORT|.*_URL|DATABASE_REPLICA_URL|TOPIC_PREFIX|AUTH_ISSUER|JWT_KEYS|ADMIN_LOGIN_ID|ADMIN_PASSWORD)$/;

test.each(serviceNames)('what is set at npm start reaches service-%s', async (name: ServiceName) => {
  const { variables } = await import(path.join(services[name].folder, 'dist/config.js'));
  const settable = Object.keys(variables).filter((variable) => !ours.test(variable));
  for (const variable of settable) vi.stubEnv(variable, 'set');
  const passed = inherited();
  expect(settable.filter((variable) => passed[variable] !== 'set')).toEqual([]);
  vi.unstubAllEnvs();
});
