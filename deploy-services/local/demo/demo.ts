import { checkRunningMarket } from '../check/check.js';
import { type MarketFile, requireMarket } from '../market-file.js';
import { readOptions } from '../options.js';
import { Problem } from '../problem.js';
import { evidenceOf } from './evidence.js';
import { page } from './page.js';
import { openShop } from './shop.js';
import { cancelledOrder, declinedCard, happyOrder, lastPiece } from './stories.js';

export const help = `npm run demo -- [options]
Plays the story of an order in a running market, from the request to the last balance, and three that end otherwise.

  --data-dir DIR   of the market (default .market)`;

interface Performance {
  write(line: string): void;
  coloured?: boolean;
  /** How long a step may take before it counts as failed. */
  withinMs?: number;
}

export async function demo(args: string[]): Promise<number> {
  const { dataDir } = readOptions(args, {});
  const write = (line: string) => void process.stdout.write(`${line}\n`);
  return (await play(requireMarket(dataDir), { write, coloured: process.stdout.isTTY })) ? 0 : 1;
}

/** True when everything happened as told and no invariant is violated. A step that does not happen is a Problem. */
export async function play(
  market: MarketFile,
  { write, coloured = false, withinMs = 15_000 }: Performance,
): Promise<boolean> {
  const evidence = evidenceOf(market.databases);
  try {
    const sheet = page(write, coloured);
    const shop = await openShop(market.urls).catch((error) => {
      throw new Problem(`The demo’s users and products could not be made: ${error.message}`);
    });
    const stage = { shop, page: sheet, evidence, withinMs };
    sheet.title('The market, told by its events');
    sheet.text('People act over REST; what follows was read from the services’ outboxes and databases.');
    for (const story of [happyOrder, declinedCard, lastPiece, cancelledOrder]) await story(stage);

    const { ok, results } = await checkRunningMarket(market, { waitSeconds: withinMs / 1_000 });
    const wrong = results.filter(({ violations }) => violations.length > 0).length;
    const skipped = results.filter((result) => result.skipped).length;
    const said = ok
      ? `all ${results.length} invariants hold`
      : wrong > 0
        ? `${wrong} of ${results.length} invariants are violated`
        : `${skipped} of ${results.length} invariants could not be looked at, others are ordering`;
    sheet.verdict(ok, `npm run check: ${said}`);
    return ok;
  } finally {
    await evidence.close();
  }
}
