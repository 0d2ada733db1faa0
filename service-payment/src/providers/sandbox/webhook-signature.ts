import { createHmac, timingSafeEqual } from 'node:crypto';
import { errors } from '../../domain/errors.js';

const TOLERANCE_SECONDS = 300;

/** `t=<Unix seconds>,v1=<hex>`: the hash covers the time, so that a delivery cannot be sent again for ever. */
export const sign = (body: Buffer, secret: string, seconds: number): string =>
  `t=${seconds},v1=${hash(body, secret, seconds).toString('hex')}`;

/** Throws INVALID_SIGNATURE unless the provider signed just these bytes just now. */
export function verifySignature(
  body: Buffer | undefined,
  signature: unknown,
  secret: string,
  now = Date.now(),
): void {
  const [, time, hex] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(String(signature)) ?? [];
  const seconds = Number(time);
  if (!body || !hex || Math.abs(now / 1000 - seconds) > TOLERANCE_SECONDS) throw errors.INVALID_SIGNATURE();
  if (!timingSafeEqual(Buffer.from(hex, 'hex'), hash(body, secret, seconds)))
    throw errors.INVALID_SIGNATURE();
}

const hash = (body: Buffer, secret: string, seconds: number): Buffer =>
  createHmac('sha256', secret).update(`${seconds}.`).update(body).digest();
