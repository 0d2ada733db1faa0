import { z } from 'zod';

/** Text that PostgreSQL can store: no NUL, no half of a surrogate pair. Use it wherever a caller writes text. */
export const str = ({ min = 1, max = 255 }: { min?: number; max?: number } = {}) =>
  z
    .string()
    .min(min)
    .max(max)
    .refine((text) => !/[\0]|\p{Surrogate}/u.test(text), 'must not hold NUL or half of a surrogate pair');

export const uuid = z.uuid().toLowerCase();

/** Minor units (cents) and the ISO 4217 currency. */
export const money = z
  .strictObject({
    amount: z
      .int()
      .min(0)
      .meta({ description: 'Minor units, such as cents', examples: [1999] }),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code')
      .meta({ examples: ['EUR'] }),
  })
  .meta({ id: 'Money' });

export type Money = z.infer<typeof money>;

/** A whole number in a query string, where everything is text; documented as the number that it is. */
export const queryInteger = ({
  min = 0,
  max = Number.MAX_SAFE_INTEGER,
}: {
  min?: number;
  max?: number;
} = {}) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be from ${min} to ${max}`)
    .meta({ type: 'integer', pattern: undefined, minimum: min, maximum: max });

/** true or false in a query string. */
export const queryFlag = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .meta({ type: 'boolean', enum: undefined });

const limit = queryInteger({ min: 1, max: 100 }).default(50);

/** `?limit=&offset=`; add filters with `page.extend({ ... })`. */
export const page = z.strictObject({ limit, offset: queryInteger({ max: 1_000_000 }).default(0) });

/** `metadata` of a list by offset. */
export const pageMetadata = z.object({ limit: z.int(), offset: z.int(), total: z.int() });

/** `?limit=&cursor=` for lists that grow; `position` is what the cursor holds. */
export const cursorPage = <P extends z.ZodType>(position: P) =>
  z.strictObject({ limit, cursor: cursor(position).optional() });

/** `metadata` of a list by cursor. */
export const cursorMetadata = z.object({ limit: z.int(), nextCursor: z.string().nullable() });

const cursor = <P extends z.ZodType>(position: P) =>
  z
    .string()
    .max(512)
    .transform((text, context): z.infer<P> => {
      const result = position.safeParse(decodeCursor(text));
      if (result.success) return result.data;
      context.addIssue({ code: 'custom', message: 'is not a cursor that this list gave' });
      return z.NEVER;
    });

/** Opaque to callers, so that what it holds may change. */
export const encodeCursor = (position: unknown): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url');

function decodeCursor(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
}

/**
 * `{ items, nextCursor }` of rows that were read with a limit one higher than asked for: the row too many tells that
 * there is a next page.
 */
export function cut<Row>(rows: Row[], limit: number, positionOf: (row: Row) => unknown) {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, nextCursor: more ? encodeCursor(positionOf(last)) : null };
}
