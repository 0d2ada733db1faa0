import { cut, problem, type Routes, signedInAs } from '@msa-event-market/shared-sdk/http';
import type { LedgerReads } from '../db/read-ledger.js';
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
          summary:
            'Entries of an account or of all, the latest first; with the first page of an account what it holds',
          tags: ['ledger'],
          querystring: ledgerPage,
          response: { 200: ledger, ...problem('FORBIDDEN') },
        },
      },
      async ({ query: { limit, cursor, account } }) => {
        const { entries, balances } = await ledgerReads.page({ account, before: cursor }, limit + 1);
        const { items, nextCursor } = cut(entries, limit, ({ entry }) => entry);
        return { entries: items, balances, metadata: { limit, nextCursor } };
      },
    );
  };
