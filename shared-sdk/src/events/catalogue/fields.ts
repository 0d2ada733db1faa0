import { z } from 'zod';

export const id = z.uuid();
/** Integer minor units (cents). */
export const amount = z.int().nonnegative();
/** ISO 4217. */
export const currency = z.string().regex(/^[A-Z]{3}$/);
export const quantity = z.int().positive();
/** RFC 3339, UTC. */
export const time = z.iso.datetime();
