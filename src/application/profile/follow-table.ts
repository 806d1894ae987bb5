/**
 * Follow the table: all that is kept up with the table's own stream, by its one reader.
 *
 * DynamoDB wants a shard of a stream to have two readers at most, and each reader costs as many reads as the first; so
 * views, what service desks search by, and how fresh the view is are the work of one.
 * @module
 */
import type { Clock } from '#domain/shared/clock.ts';
import { type LookupPorts, putLookups, removeLookups } from './maintain-lookups.ts';
import { maintainViews, type ViewPorts, type ViewReport } from './maintain-views.ts';
import { makeServableNotes } from './servable.ts';
import { type Arrival, arrivalsIn, type TableChange } from './touched.ts';

/** What following needs. What lookups need is asked for with every batch, because a secret has to be read first. */
export interface FollowPorts extends Omit<ViewPorts, 'putLookups'> {
  readonly lookups: () => Promise<LookupPorts>;
  readonly clock: Clock;
}

/** What became of a batch. */
export interface FollowReport extends ViewReport {
  /** Lookups written or removed. */
  readonly lookups: number;
  /** Changes from source logs that the views now show. */
  readonly arrivals: readonly Arrival[];
  /** When they did, in epoch milliseconds. */
  readonly servableAt: number;
}

/** Makes a follower, one for each execution environment. Safe to repeat a batch. */
export const makeFollower = (
  ports: FollowPorts,
): ((changes: readonly TableChange[]) => Promise<FollowReport>) => {
  const note = makeServableNotes(ports.table, ports.clock);
  return async (changes) => {
    let put = 0;
    const viewPorts: ViewPorts = {
      ...ports,
      putLookups: async (wanted) => {
        put += await putLookups(await ports.lookups(), wanted);
      },
    };
    const views = await maintainViews(viewPorts, changes);
    // Not before the summaries tell of them no more.
    const lookups = put + (await removeLookups(ports.lookups, changes));
    const servableAt = ports.clock();
    const arrivals = arrivalsIn(changes);
    await note(arrivals);
    return { ...views, lookups, arrivals, servableAt };
  };
};
