import { describe, expect, test } from 'vitest';
import { filesIn, folders, services } from './folders.js';
import { brokenImports } from './import-rule.js';

const planted = (path: string, line: string) => brokenImports([{ path, text: `const a = 1;\n${line}\n` }]);

describe('the import rule finds', () => {
  test.each([
    ['a rule that knows a use case', 'domain/order.ts', `import { x } from '../use-cases/x.js';`],
    ['a type of an outer layer', 'domain/order.ts', `import type { X } from '../db/x.js';`],
    ['an import over several lines', 'domain/order.ts', `import {\n  x,\n  y,\n} from '../db/x.js';`],
    ['an import for its effect', 'domain/order.ts', `import '../db/x.js';`],
    ['a dynamic import', 'use-cases/x.ts', `const x = await import('../http/x.js');`],
    ['a re-export', 'use-cases/x.ts', `export { x } from '../grpc/x.js';`],
    ['a use case that reads configuration', 'use-cases/x.ts', `import type { Config } from '../config.js';`],
    ['an adapter that knows the composition root', 'http/x.ts', `import { x } from '../app.js';`],
    ['adapters that know one another', 'consumers/x.ts', `import { x } from '../http/x.js';`],
    ['gRPC that calls a route', 'grpc/x.ts', `import { x } from '../http/order-routes.js';`],
    ['HTTP that takes what gRPC sends', 'http/x.ts', `import { x } from '../grpc/messages.js';`],
    ['a route that knows a repository', 'http/x.ts', `import { x } from '../db/order-repository.js';`],
    ['a consumer that calls a query', 'consumers/x.ts', `import { x } from '../db/read-orders.js';`],
    ['a rule in a sub-folder', 'domain/a/b/x.ts', `import { x } from '../../../db/x.js';`],
    ['a rule that reads files', 'domain/x.ts', `import { readFileSync } from 'node:fs';`],
    [
      'a use case that knows HTTP',
      'use-cases/x.ts',
      `import { x } from '@msa-event-market/shared-sdk/http';`,
    ],
    ['a service that imports another', 'http/x.ts', `import { x } from 'service-store';`],
    ['a path into another service', 'db/x.ts', `import { x } from '../../../service-store/src/db/x.js';`],
    ['a path into the SDK', 'app.ts', `import { x } from '../../shared-sdk/src/db/index.js';`],
  ])('%s', (_, file, line) => {
    expect(planted(`service-order/src/${file}`, line)).toHaveLength(1);
  });

  test('a test that reaches into another folder', () => {
    expect(
      planted('service-order/test/x.test.ts', `import { x } from '../../service-store/src/x.js';`),
    ).toHaveLength(1);
    expect(
      planted('shared-sdk/src/db/x.ts', `import { x } from '../../../service-store/src/x.js';`),
    ).toHaveLength(1);
  });
});

test('the model of the market sees rules of services, and nothing else of them', () => {
  const file = 'deploy-services/tests/model/world.ts';
  const line = (what: string) => `import { x } from '../../../service-order/src/${what}.js';`;
  expect(planted(file, line('domain/order'))).toEqual([]);
  expect(planted(file, line('db/order-repository'))).toHaveLength(1);
  expect(planted('deploy-services/local/seed.ts', line('domain/order'))).toHaveLength(1);
});

describe('the import rule allows', () => {
  test.each([
    ['what is further inside', 'http/x.ts', `import { x } from '../use-cases/x.js';`],
    ['what lies beside it', 'domain/x.ts', `import { x } from './y.js';`],
    ['what lies beside it in a sub-folder', 'domain/a/x.ts', `import { x } from '../y.js';`],
    ['a route to call a query', 'http/x.ts', `import { x } from '../db/read-orders.js';`],
    ['gRPC to take what HTTP takes', 'grpc/x.ts', `import { x } from '../http/schemas.js';`],
    ['app.ts to see everything', 'app.ts', `import { x } from './db/order-repository.js';`],
    ['a rule to throw errors', 'domain/x.ts', `import { x } from '@msa-event-market/shared-sdk/errors';`],
  ])('%s', (_, file, line) => {
    expect(planted(`service-order/src/${file}`, line)).toEqual([]);
  });
});

test.each(folders)('%s keeps the import rule', (folder) => {
  const files = filesIn(folder, '.ts', '.js', '.mjs').filter(({ path }) => !path.includes('/tests/house/'));
  expect(brokenImports(files)).toEqual([]);
});

describe.each(services)('%s', (service) => {
  const sources = filesIn(`${service}/src`, '.ts');

  test('reads the environment in config.ts only', () => {
    const readers = sources.filter(({ text }) => text.includes('process.env')).map(({ path }) => path);
    expect(readers.filter((path) => path !== `${service}/src/config.ts`)).toEqual([]);
  });

  test('holds SQL only where its tables are known', () => {
    const sql = /\b(SELECT\s[\s\S]*?\sFROM|INSERT INTO|DELETE FROM|UPDATE \w+ (\w+ )?SET)\s/;
    // The sandbox of payment plays a foreign company, with a database of its own.
    const known = (path: string) => /\/(db|sandbox)\//.test(path);
    const elsewhere = sources.filter(({ path, text }) => !known(path) && sql.test(text));
    expect(elsewhere.map(({ path }) => path)).toEqual([]);
  });
});
