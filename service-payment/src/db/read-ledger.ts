import type { Database } from '@msa-event-market/shared-sdk/db';
import type { Account } from '../domain/ledger.js';

export interface LedgerEntry {
  /** Counts the entries; later ones have higher numbers. */
  entry: number;
  operationId: string;
  paymentId: string;
  debit: string;
  credit: string;
  amount: { amount: number; currency: string };
  at: string;
}

/** Debits less credits, in minor units: text, since a sum over many years may pass what a number holds exactly. */
export interface Balance {
  amount: string;
  currency: string;
}

export interface LedgerPage {
  entries: LedgerEntry[];
  /** Of the account, on its first page. */
  balances: Balance[];
}

export interface LedgerReads {
  /** The latest entries first, of one account or of all; `before`: the entry at which the page before ended. */
  page(filter: { account?: Account; before?: number }, limit: number): Promise<LedgerPage>;
}

interface Row {
  entry: number;
  operation_id: string;
  payment_id: string;
  debit: string;
  credit: string;
  amount: number;
  currency: string;
  created_at: Date;
}

export function ledgerReads(db: Database): LedgerReads {
  async function entries(account: Account | undefined, before: number | undefined, limit: number) {
    const { rows } = await db.read<Row>({
      text: `SELECT l.entry, l.operation_id, o.payment_id, l.debit, l.credit, l.amount, l.currency, l.created_at
             FROM ledger l JOIN operation o ON o.id = l.operation_id
             WHERE ($2::text IS NULL OR $2 IN (l.debit, l.credit)) AND ($3::bigint IS NULL OR l.entry < $3)
             ORDER BY l.entry DESC LIMIT $1`,
      values: [limit, account ?? null, before ?? null],
    });
    return rows.map(({ operation_id, payment_id, created_at, amount, currency, ...row }) => ({
      ...row,
      operationId: operation_id,
      paymentId: payment_id,
      amount: { amount, currency },
      at: created_at.toISOString(),
    }));
  }

  // No index makes this cheap, since every entry has both accounts: the whole ledger is read (two million entries in
  // 0.2 s), and so once for a list and not with each page.
  async function balances(account: Account): Promise<Balance[]> {
    const { rows } = await db.read<Balance>({
      text: `SELECT currency, sum(CASE WHEN debit = $1 THEN amount ELSE -amount END)::text AS amount
             FROM ledger WHERE $1 IN (debit, credit) GROUP BY currency ORDER BY currency`,
      values: [account],
    });
    return rows;
  }

  return {
    async page({ account, before }, limit) {
      const [some, sums] = await Promise.all([
        entries(account, before, limit),
        account && before === undefined ? balances(account) : [],
      ]);
      return { entries: some, balances: sums };
    },
  };
}
