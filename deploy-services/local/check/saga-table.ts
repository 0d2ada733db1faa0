/**
 * The steps of the saga that change an order, as its history has them: state, trigger, next state, message. Written
 * down again from the specification: service-order's own table is what is checked.
 */
const steps: [from: string[], triggers: string[], to: string, message: string][] = [
  [['PENDING'], ['StockReserved'], 'RESERVED', 'OrderPaymentRequested'],
  [['PENDING'], ['StockRejected'], 'REJECTED', 'OrderRejected'],
  [['PENDING', 'RESERVED', 'CONFIRMED'], ['Stop'], 'CANCELLING', 'OrderCancelling'],
  [['PENDING', 'RESERVED'], ['Deadline'], 'CANCELLING', 'OrderCancelling'],
  [['RESERVED'], ['PaymentAuthorized'], 'CONFIRMED', 'OrderConfirmed'],
  [['RESERVED'], ['PaymentDeclined'], 'CANCELLING', 'OrderCancelling'],
  [['CONFIRMED'], ['PaymentCaptureFailed'], 'CANCELLING', 'OrderCancelling'],
  [['CONFIRMED'], ['Ship'], 'CONFIRMED', 'OrderStoreShipped'],
  [['CONFIRMED'], ['Ship'], 'SHIPPED', 'OrderShipped'],
  [['SHIPPED'], ['Deliver'], 'SHIPPED', 'OrderStoreDelivered'],
  [['SHIPPED'], ['Deliver'], 'DELIVERED', 'OrderDelivered'],
  [['CANCELLING'], ['StockReleased', 'PaymentCancelled'], 'CANCELLED', 'OrderCancelled'],
  [['CANCELLING'], ['StockReleased', 'PaymentCancelled'], 'EXPIRED', 'OrderExpired'],
  [['CANCELLING'], ['StockReleased', 'PaymentCancelled'], 'REJECTED', 'OrderRejected'],
];

/** As rows of SQL. */
export const sagaSteps = steps
  .flatMap(([from, triggers, to, message]) =>
    from.flatMap((state) => triggers.map((trigger) => `('${state}', '${trigger}', '${to}', '${message}')`)),
  )
  .join(', ');
