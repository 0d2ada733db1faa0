export { type OpsOptions, opsService } from './ops-service.js';
