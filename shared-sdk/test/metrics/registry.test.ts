import { describe, expect, it } from 'vitest';
import { collectNodeMetrics, counter, gauge, histogram, registry } from '../../src/metrics/index.js';

describe('metrics', () => {
  it('registers a name once, however often it is asked for', () => {
    expect(counter('twice_total', 'x')).toBe(counter('twice_total', 'x'));
    expect(gauge('twice', 'x')).toBe(gauge('twice', 'x'));
    expect(histogram('twice_seconds', 'x')).toBe(histogram('twice_seconds', 'x'));
  });

  it('reads a collected gauge when metrics are asked for', async () => {
    let waiting = 3;
    gauge('waiting', 'x', [], function () {
      this.set(waiting);
    });
    expect(await registry.metrics()).toContain('waiting 3');
    waiting = 5;
    expect(await registry.metrics()).toContain('waiting 5');
  });

  it('adds the metrics of Node once', async () => {
    collectNodeMetrics();
    collectNodeMetrics();
    expect(await registry.metrics()).toContain('nodejs_eventloop_lag_seconds');
  });
});
