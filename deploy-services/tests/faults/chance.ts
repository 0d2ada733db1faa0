/** What is left to chance in a run, and can be had again: `npm run test:faults -- --seed 7 --fraction 0.25`. */
export const seed = Number(process.env.MARKET_FAULT_SEED ?? Date.now() % 1_000_000);

/** Which part of all kills is played. */
export const fraction = Number(process.env.MARKET_FAULT_FRACTION ?? 1);

/** Numbers from 0 to 1 that follow from the seed (mulberry32); each `name` has its own. */
export function chance(name: string): () => number {
  let state = [...name].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
