import { describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logging/index.js';
import { registry } from '../../src/metrics/index.js';
import { startJob } from '../../src/service/every.js';
import { currentTrace } from '../../src/tracing/index.js';

const lines: { msg: string; job?: string; level: string }[] = [];
const logger = createLogger({ name: 'x', output: { write: (line) => void lines.push(JSON.parse(line)) } });
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a job', () => {
  it('that fails is logged and counted, and runs again', async () => {
    let runs = 0;
    const job = startJob(
      {
        name: 'failing',
        seconds: 0.02,
        run: () => {
          runs += 1;
          throw new Error('no');
        },
      },
      logger,
    );
    await expect.poll(() => runs).toBeGreaterThan(2);
    await job.stop();
    expect(lines).toContainEqual(expect.objectContaining({ level: 'error', job: 'failing' }));
    expect(await registry.metrics()).toMatch(/job_runs_total\{job="failing",outcome="failed"\} \d/);
  });

  it('that takes longer than its pause never overlaps itself', async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    const job = startJob(
      {
        name: 'slow',
        seconds: 0.001,
        run: async () => {
          running += 1;
          most = Math.max(most, running);
          await sleep(15);
          running -= 1;
          runs += 1;
        },
      },
      logger,
    );
    await expect.poll(() => runs).toBeGreaterThan(3);
    await job.stop();
    expect(most).toBe(1);
  });

  it('that is stopped ends its run first, and does not begin another', async () => {
    let begun = 0;
    let ended = 0;
    const job = startJob(
      {
        name: 'stopped',
        seconds: 0.01,
        run: async () => {
          begun += 1;
          await sleep(40);
          ended += 1;
        },
      },
      logger,
    );
    await expect.poll(() => begun).toBe(1);
    await job.stop();
    expect(ended).toBe(1);
    await sleep(60);
    expect(begun).toBe(1);
  });

  it('runs in a trace of its own', async () => {
    const traces = new Set<string | undefined>();
    const job = startJob(
      { name: 'traced', seconds: 0.005, run: async () => traces.add(currentTrace()?.traceId) },
      logger,
    );
    await expect.poll(() => traces.size).toBeGreaterThan(1);
    await job.stop();
    expect(traces).not.toContain(undefined);
  });
});
