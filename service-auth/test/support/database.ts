import { testDatabase } from '@msa-event-market/shared-sdk/testing';

/** A migrated database of this service, for one test file. */
export const authDatabase = () =>
  testDatabase({
    service: 'auth',
    schema: 'auth',
    migrations: new URL('../../migrations/', import.meta.url),
  });
