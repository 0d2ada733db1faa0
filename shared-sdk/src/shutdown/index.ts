export { type Step, stopInOrder } from './stop-in-order.js';
export { type StopOnSignalOptions, stopOnSignal } from './stop-on-signal.js';
