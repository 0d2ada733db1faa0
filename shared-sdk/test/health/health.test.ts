import { describe, expect, it } from 'vitest';
import { type Check, createHealth, healthStatus } from '../../src/health/index.js';

const up: Check = { name: 'up', critical: true, run: async () => {} };
const down = (critical: boolean, error: unknown = new Error('at 10.0.0.1'), name = 'down'): Check => ({
  name,
  critical,
  run: () => Promise.reject(error),
});
const hanging: Check = { name: 'hanging', critical: true, run: () => new Promise(() => {}) };

describe('a check', () => {
  it('that fails tells a reason, and nothing of the inside', async () => {
    const refused = Object.assign(new Error('connect to secret host'), { code: 'ECONNREFUSED' });
    const report = await createHealth({ checks: [down(true, refused), down(true, 'text', 'odd')] }).all();
    expect(report.checks.down).toMatchObject({ status: 'down', critical: true, reason: 'ECONNREFUSED' });
    expect(report.checks.odd).toMatchObject({ status: 'down', reason: 'Error' });
    expect(JSON.stringify(report)).not.toContain('secret');
  });

  it('that does not answer counts as down', async () => {
    const report = await createHealth({ ready: [hanging], timeoutMs: 30 }).ready();
    expect(report).toMatchObject({ status: 'down', checks: { hanging: { reason: 'TIMEOUT' } } });
  });

  it('that throws at once counts as down', async () => {
    const throws: Check = {
      name: 'throws',
      critical: true,
      run() {
        throw new TypeError('no');
      },
    };
    expect((await createHealth({ checks: [throws] }).all()).checks.throws).toMatchObject({
      reason: 'TypeError',
    });
  });

  it('runs once for many who ask at the same time, and again later', async () => {
    let runs = 0;
    const counting: Check = { name: 'counting', critical: true, run: async () => void runs++ };
    const health = createHealth({ ready: [counting], rememberMs: 40 });
    await Promise.all(Array.from({ length: 100 }, () => health.all()));
    await health.ready();
    expect(runs).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 60));
    await health.ready();
    expect(runs).toBe(2);
  });
});

describe('a run that takes longer than its result is kept', () => {
  it('is shared by all who ask meanwhile, and its result kept from its end on', async () => {
    let runs = 0;
    let finish = () => {};
    const slow: Check = {
      name: 'slow',
      critical: true,
      run() {
        runs += 1;
        return new Promise<void>((resolve) => {
          finish = resolve;
        });
      },
    };
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const health = createHealth({ ready: [slow], rememberMs: 60 });
    const first = health.ready();
    await pause(90);
    const second = health.ready();
    expect(runs).toBe(1);
    finish();
    expect((await first).checks).toEqual((await second).checks);
    await health.ready();
    expect(runs).toBe(1);
    await pause(90);
    void health.ready();
    expect(runs).toBe(2);
    finish();
  });
});

describe('health', () => {
  it('is 503 when something critical is down, and 200 when something else is', async () => {
    const critical = await createHealth({ ready: [up], checks: [down(true)] }).all();
    expect([critical.status, healthStatus(critical)]).toEqual(['down', 503]);
    const degraded = await createHealth({ ready: [up], checks: [down(false)] }).all();
    expect([degraded.status, healthStatus(degraded)]).toEqual(['degraded', 200]);
    expect(Object.keys(degraded.checks)).toEqual(['up', 'down']);
  });

  it('is ready without asking about the rest', async () => {
    const report = await createHealth({ ready: [up], checks: [down(true), hanging] }).ready();
    expect([report.status, healthStatus(report)]).toEqual(['up', 200]);
  });

  it('is not ready while draining, and still alive', async () => {
    const health = createHealth({ ready: [up] });
    health.drain();
    expect(healthStatus(await health.ready())).toBe(503);
    expect((await health.ready()).status).toBe('draining');
    expect((await health.all()).status).toBe('draining');
    expect(healthStatus(health.live())).toBe(200);
  });

  it('is alive though everything else is down', () => {
    expect(createHealth({ ready: [down(true), hanging] }).live()).toEqual({ status: 'up', checks: {} });
  });
});
