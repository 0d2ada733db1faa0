import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Output } from './output.js';
import { endForgotten, pidNote } from './pid-note.js';
import { type Supervised, supervise } from './supervise.js';

/** Whether this machine has a Prometheus, such as Debian's package of that name. */
export const hasPrometheus = (): boolean =>
  !spawnSync('prometheus', ['--version'], { stdio: 'ignore' }).error;

const homeIn = (dataDir: string) => path.join(dataDir, 'prometheus');

export const endForgottenPrometheus = (dataDir: string, say: (line: string) => void): Promise<void> =>
  endForgotten(homeIn(dataDir), 'prometheus', say);

export interface PrometheusOptions {
  dataDir: string;
  port: number;
  /** host:port of every process with metrics, by its name. */
  targets: Record<string, string>;
  output: Output;
  onChange(): void;
}

/** Watches the market, and keeps a week. The market does not need it: if it keeps ending, it is left. */
export function startPrometheus(options: PrometheusOptions): Supervised {
  const { dataDir, port, targets, output, onChange } = options;
  const home = homeIn(dataDir);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const config = path.join(home, 'prometheus.yml');
  writeFileSync(config, configuration(targets));
  return supervise(
    {
      name: 'prometheus',
      cwd: home,
      env: { PATH: process.env.PATH ?? '' },
      command: () => [
        'prometheus',
        `--config.file=${config}`,
        `--storage.tsdb.path=${path.join(home, 'data')}`,
        '--storage.tsdb.retention.time=7d',
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=warn',
      ],
      ...pidNote(home, 'prometheus'),
      deathsAllowed: 5,
    },
    output,
    onChange,
  );
}

const configuration = (targets: Record<string, string>): string =>
  [
    '# Written at each start of the market: what is changed here does not last.',
    'global:',
    '  scrape_interval: 5s',
    'scrape_configs:',
    '  - job_name: market',
    '    static_configs:',
    ...Object.entries(targets).flatMap(([service, address]) => [
      `      - targets: ['${address}']`,
      `        labels: { service: ${service} }`,
    ]),
    '',
  ].join('\n');
