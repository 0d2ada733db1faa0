/** On every profile, for life: with another number a key would move, and its order would be lost. */
export const partitionsPerTopic = 4;

/** The partition of a key: FNV-1a. Fixed for life, since the order of a key is the order of its partition. */
export function partitionOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % partitionsPerTopic;
}

/** The advisory lock of the log's oldest events: exclusive to trim them, shared to begin with them. */
export const trimLock = 7_236_001;
