export {
  type Check,
  type CheckState,
  createHealth,
  type Health,
  type HealthOptions,
  healthStatus,
  type Report,
} from './health.js';
