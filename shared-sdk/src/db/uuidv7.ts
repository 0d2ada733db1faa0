import { randomFillSync } from 'node:crypto';

// One call to the random source serves 512 ids: randomness is the cost of an id, not its formatting.
const pool = Buffer.alloc(16 * 512);
let used = pool.length;

/** A UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then random bits; sorts by the time it was made. */
export function uuidv7(now = Date.now()): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = pool.subarray(used, used + 16);
  used += 16;
  bytes.writeUIntBE(now, 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Unix milliseconds of a UUIDv7, or undefined when the text is no UUIDv7. */
export function timeOf(id: string): number | undefined {
  return shape.test(id) ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : undefined;
}
