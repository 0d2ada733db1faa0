import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Databases, order, paymentDatabases, paymentProcess } from '../payment-process.js';

let databases: Databases;
let process: ReturnType<typeof paymentProcess>;
beforeAll(async () => {
  databases = await paymentDatabases();
  process = paymentProcess(databases);
});
afterAll(() => databases.drop());

test('what new orders have open is counted apart: a refund that is refused stays open for ever', async () => {
  const refused = order({ method: 'pm_card_refund_fails' });
  await process.handle(refused.requested());
  await process.handle(refused.confirmed());
  await process.handle(refused.cancelling());
  expect(await process.payments.countOpen()).toEqual({ all: 1, ofNewOrders: 0 });

  const captured = order();
  await process.handle(captured.requested());
  const dying = paymentProcess(databases, { dies: 'before B' });
  await dying.deliver(order().requested(), captured.confirmed());
  expect(await process.payments.countOpen()).toEqual({ all: 3, ofNewOrders: 2 });
});
