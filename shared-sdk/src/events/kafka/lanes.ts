import type { MemberOptions } from '../member.js';
import { name, type TopicPartition } from '../process.js';
import { createLane, type Lane, type LaneOptions } from './lane.js';

/** The partitions that are ours. */
export interface Lanes {
  of(place: TopicPartition): Lane | undefined;
  all(): Lane[];
  /** Instead of those that were ours. */
  take(places: TopicPartition[], begin: LaneOptions['begin']): void;
  giveUp(): void;
  /** Resolves when nothing of what was given up is under way any more. */
  over(): Promise<unknown>;
}

export function createLanes(
  options: Omit<LaneOptions, 'place' | 'before' | 'begin'> & Pick<MemberOptions, 'logger'>,
): Lanes {
  const { group, logger } = options;
  const lanes = new Map<string, Lane>();
  /** Partitions that were ours and whose last work is not over yet. */
  const leaving = new Map<string, Promise<void>>();

  function giveUp(): void {
    for (const lane of lanes.values()) {
      const over = lane
        .end()
        .catch((error) =>
          // The next owner starts carefully.
          logger.warn({ group, err: error }, 'a partition could not be given up in order'),
        )
        .finally(() => {
          if (leaving.get(name(lane)) === over) leaving.delete(name(lane)); // not a later one that waits for it
        });
      leaving.set(name(lane), over);
    }
    lanes.clear();
  }

  return {
    of: (place) => lanes.get(name(place)),
    all: () => [...lanes.values()],
    take(places, begin) {
      giveUp(); // a member that was taken for dead joins anew without having been asked to leave
      for (const place of places) {
        const before = leaving.get(name(place)) ?? Promise.resolve();
        lanes.set(name(place), createLane({ ...options, place, before, begin }));
      }
      logger.info({ group, partitions: places.length }, 'partitions taken');
    },
    giveUp,
    over: () => Promise.all(leaving.values()),
  };
}
