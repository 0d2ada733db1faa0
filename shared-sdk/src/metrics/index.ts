export { collectNodeMetrics, counter, durationBuckets, gauge, histogram, registry } from './registry.js';
