import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { fill, properties } from '../../local/stack/fill.js';
import { serviceNames, services } from '../../local/topology.js';
import { filesIn } from '../house/folders.js';
import { type Container, composeFile, composeFolder, readCompose } from './compose-file.js';

// No container engine runs these tests: what can be wrong without one is found here, and the processes that the file
// describes are run in ../system/compose.stack.test.ts.

const containers = readCompose();
const all = Object.entries(containers);
const find = (program: string): boolean => {
  const there = !spawnSync(program, ['--version'], { stdio: 'ignore' }).error;
  if (!there) console.warn(`${program} is not installed: what it checks is NOT tested`);
  return there;
};
const mounted = all.flatMap(([name, { volumes = [] }]) =>
  volumes
    .filter((volume) => volume.startsWith('.'))
    .map((volume) => [name, volume.split(':')[0] as string] as const),
);

// go install github.com/compose-spec/compose-go/v2/cmd, under the name compose-go
it.skipIf(!find('compose-go'))('is loaded by Compose’s own loader, which finds it consistent', () => {
  const loaded = JSON.parse(
    execFileSync('compose-go', ['-format', 'json', composeFile], { encoding: 'utf8' }),
  );
  expect(Object.keys(loaded.services).sort()).toEqual(Object.keys(containers).sort());
});

describe.each(serviceNames)('the container of service-%s', (name) => {
  it('has the environment that the service asks for, and nothing that it does not know', async () => {
    const { environment = {} } = containers[name] as Container;
    const { loadConfig, variables } = await import(path.join(services[name].folder, 'dist/config.js'));
    const { JWT_KEYS_FILE, ...rest } = environment;
    const env = { ...rest, ...(JWT_KEYS_FILE && { JWT_KEYS: someKeys }) };
    expect(() => loadConfig(env)).not.toThrow();
    for (const variable of Object.keys(environment)) {
      expect(Object.keys(variables)).toContain(variable.replace(/_FILE$/, ''));
    }
  });

  it('is built from its own Dockerfile, with the SDK beside it', () => {
    const { context = '', additional_contexts = {} } = containers[name]?.build ?? {};
    expect(path.resolve(composeFolder, context)).toBe(path.resolve(services[name].folder));
    expect(readFileSync(path.resolve(composeFolder, context, 'Dockerfile'), 'utf8')).toContain('from=sdk');
    expect(existsSync(path.resolve(composeFolder, additional_contexts.sdk ?? '-', 'package.json'))).toBe(
      true,
    );
  });
});

it('pins every image, and shows no port to the network', () => {
  for (const [name, { image, ports = [] }] of all) {
    if (image) expect([name, image]).toEqual([name, expect.stringMatching(/:v?\d+\.\d+/)]);
    for (const port of ports)
      expect([name, port]).toEqual([name, expect.stringMatching(/^127\.0\.0\.1:\d+:\d+$/)]);
  }
});

it.each(mounted)('what %s mounts is there: %s', (_name, file) => {
  expect(existsSync(path.resolve(composeFolder, file))).toBe(true);
});

it('has Kafka with the settings of the stack, but for where it is', () => {
  const elsewhere = ['listeners', 'advertised.listeners', 'controller.quorum.voters', 'log.dirs'];
  const words = { folder: '', broker: 0, controller: 0 };
  // The image makes a.b of KAFKA_A_B.
  const expected = Object.entries(properties(fill('broker.properties', words)))
    .filter(([name]) => !elsewhere.includes(name))
    .map(([name, value]) => [`KAFKA_${name.toUpperCase().replaceAll('.', '_')}`, value]);
  expect(containers.kafka?.environment).toMatchObject(Object.fromEntries(expected));
});

describe('Prometheus', () => {
  const file = path.join(composeFolder, 'compose/prometheus.yml');

  it('scrapes the admin port of every service', () => {
    const targets = parse(readFileSync(file, 'utf8')).scrape_configs[0].static_configs;
    expect(targets).toEqual(
      serviceNames.map((service) => ({ targets: [`${service}:8081`], labels: { service } })),
    );
  });

  it.skipIf(!find('promtool'))('takes its configuration', () => {
    expect(() => execFileSync('promtool', ['check', 'config', file], { stdio: 'pipe' })).not.toThrow();
  });
});

describe('the dashboard', () => {
  const dashboard = path.join(composeFolder, 'compose/grafana/dashboards/market.json');
  const { panels } = JSON.parse(readFileSync(dashboard, 'utf8')) as {
    panels: { title: string; targets: { expr: string }[] }[];
  };
  const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  const sources = ['shared-sdk', ...serviceNames.map((name) => `service-${name}`)]
    .flatMap((folder) => filesIn(`${folder}/src`, '.ts'))
    .map(({ text }) => text)
    .join('\n');

  it.each(expressions)('shows metrics that there are: %s', (expr) => {
    const metrics = expr.match(/\b[a-z]+(_[a-z]+)+\b(?=[[{) ]|$)/g) ?? [];
    const known = metrics.filter((metric) => metric !== 'histogram_quantile');
    expect(known).not.toEqual([]);
    for (const metric of known) {
      if (metric.startsWith('process_')) continue; // prom-client's own
      expect(sources).toContain(`'${metric.replace(/_bucket$/, '')}'`);
    }
  });
});

const someKeys = JSON.stringify({
  keys: [
    {
      kty: 'OKP',
      crv: 'Ed25519',
      d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
      x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
      kid: 'a',
      alg: 'EdDSA',
      use: 'sig',
    },
  ],
});
