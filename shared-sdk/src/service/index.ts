export {
  type Addresses,
  createService,
  databaseCheck,
  type Service,
  type ServiceParts,
} from './create-service.js';
export type { Job } from './every.js';
export { type Migrations, type RunOptions, run } from './run.js';
