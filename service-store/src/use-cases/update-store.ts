import type { Principal } from '@msa-event-market/shared-sdk/auth';
import { mayManage, type Store, type StoreDetails, updateStore as updated } from '../domain/store.js';
import type { Ports } from './ports.js';
import { type Unchanged, unchanged } from './unchanged.js';
