export { type Catalogue, catalogue, type EventOf, pick } from './catalogue/catalogue.js';
export { orderEvents, stopReasons } from './catalogue/order.js';
export { paymentEvents } from './catalogue/payment.js';
export { productEvents } from './catalogue/product.js';
export { stockEvents } from './catalogue/stock.js';
export { storeEvents } from './catalogue/store.js';
export { userEvents } from './catalogue/user.js';
export { type AfterCommit, type Consumer, consumer, NotYetVisible } from './consumer.js';
export type { GroupStatus } from './member.js';
export type { Message } from './message.js';
export {
  type Consumers,
  type StartConsumersOptions,
  startConsumers,
} from './start-consumers.js';
