// The relay as a process of its own, as the services are.
import { runRelay } from '@msa-event-market/shared-sdk/relay';

await runRelay();
