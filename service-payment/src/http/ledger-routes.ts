import { cut, problem, type Routes, signedInAs } from '@msa-event-market/shared-sdk/http';
import type { LedgerReads } from '../db/ledger-reads.js';
import { ledger, ledgerPage } from './schemas.js';

export const ledgerRoutes =
  ({ ledgerReads }: { ledgerReads: LedgerReads }): Routes =>
  (app) => {
    app.get(
      '/v1/ledger',
      {
        preHandler: signedInAs('admin'),
        schema: {
          operationId: 'listLedger',
          summary: 'Entries of an account, the latest first, and what it holds in each currency',
          tags: ['ledger'],
          querystring: ledgerPage,
          response: { 200: ledger, ...problem('FORBIDDEN') },
        },
      },
      async ({ query: { limit, cursor, account } }) => {
        const [rows, balances] = await Promise.all([
          ledgerReads.entries({ account, before: cursor }, limit + 1),
          account ? ledgerReads.balances(account) : [],
        ]);
        const { items, nextCursor } = cut(rows, limit, ({ entry }) => entry);
        return { entries: items, balances, metadata: { limit, nextCursor } };
      },
    );
  };
