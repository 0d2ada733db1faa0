import { buyers } from './demo-users.js';
import type { MarketFile } from './market-file.js';
import { typed } from './options.js';
import type { SeededMarket } from './seed.js';
import { serviceNames } from './topology.js';

/** What somebody wants to know who has just started a market: where things are, and an order to paste. */
export function welcome({ urls, dataDir }: MarketFile, seeded: SeededMarket | undefined): string {
  const places = serviceNames.map(
    (name) =>
      `  service-${name.padEnd(8)} ${urls[name].http}/v1/swagger   gRPC ${urls[name].grpc}   metrics ${urls[name].admin}/metrics`,
  );
  return [
    '',
    'The market is open.',
    '',
    ...places,
    ...(urls.prometheus ? [`  Prometheus       ${urls.prometheus}`] : []),
    `  data, logs       ${dataDir}`,
    '',
    ...(seeded ? tryIt(urls, seeded) : []),
    ...more(dataDir),
  ].join('\n');
}

function tryIt(urls: MarketFile['urls'], { products, stores, users }: SeededMarket): string[] {
  const buyer = buyers[0];
  const product = products.find(({ quantity }) => quantity > 10);
  if (!buyer || !product) return [];
  const body = {
    items: [{ storeId: product.storeId, productId: product.id, quantity: 1 }],
    paymentMethod: 'pm_card_visa',
    shippingAddress: {
      name: 'Alice Martin',
      street: 'Lindenstrasse 4',
      city: 'Berlin',
      zip: '10969',
      country: 'DE',
    },
  };
  return [
    `${stores.length} stores with ${products.length} products; ${users.length} demo users, such as ${buyer.loginId} / ${buyer.password}`,
    '',
    'Log in, order, and see what happened to the order:',
    '',
    `  TOKEN=$(curl -s -X POST -u ${buyer.loginId}:${buyer.password} ${urls.auth.http}/v1/tokens/login | node -pe 'JSON.parse(require("fs").readFileSync(0)).accessToken.token')`,
    '',
    `  ORDER=$(curl -s ${urls.order.http}/v1/orders -H "Authorization: Bearer $TOKEN" -H "Idempotency-Key: $(date +%s)" \\`,
    `    -H 'Content-Type: application/json' -d '${JSON.stringify(body)}' | node -pe 'JSON.parse(require("fs").readFileSync(0)).id')`,
    '',
    `  curl -s ${urls.order.http}/v1/orders/$ORDER -H "Authorization: Bearer $TOKEN"`,
    '',
  ];
}

function more(dataDir: string): string[] {
  return [
    'More, in another terminal:',
    '',
    `  ${typed('npm run demo', dataDir)}     the story of an order`,
    `  ${typed('npm run check', dataDir)}    is everything right?`,
    `  ${typed('npm run status', dataDir)}   what runs, and how it is`,
    '',
  ];
}
