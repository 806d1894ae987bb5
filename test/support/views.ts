/**
 * Views for tests: an identity store whose table changes can be fed to the view maintainer, as a stream would.
 */
import type { PerformedAction } from '#adapters/memory/table.ts';
import {
  maintainViews,
  type ViewPorts,
  type ViewReport,
} from '#application/profile/maintain-views.ts';
import { wholeSummary } from '#application/profile/parts-apart.ts';
import { viewOf } from '#application/profile/summary.ts';
import { parseSummaryItem } from '#application/profile/summary-text.ts';
import type { TableChange } from '#application/profile/touched.ts';
import { parseCustomerItem, summaryKey } from '#application/shared/items.ts';
import type { Item, Table } from '#application/shared/table.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import type { ProfileView } from '#domain/profile/profile-view.ts';
import { showsInViews } from '../../bench/costs/counted-pipeline.ts';
import { someDefinitions } from './builders/definitions.ts';
import { NOW, VIEW } from './builders/profile.ts';
import { anIdentityStore } from './identity-store.ts';

/** Definitions whose view has one of everything. */
export const VIEW_DEFINITIONS: Definitions = { ...someDefinitions(), view: VIEW };

/** What maintaining views needs, on a table. */
export const viewPortsOn = (table: Table): ViewPorts => ({
  table,
  clock: () => NOW,
  definitions: async () => ({ hash: 'h1', definitions: VIEW_DEFINITIONS }),
});

/** An identity store whose table's stream, as far as it shows in views, is taken batch by batch. */
export const aViewStore = (policy?: MergePolicy) => {
  let waiting: TableChange[] = [];
  let sequence = 0;
  const onAction = ({ before, after }: PerformedAction): void => {
    if (!showsInViews({ before, after })) return;
    const images = { ...(before ? { before } : {}), ...(after ? { after } : {}) };
    waiting.push({ ...images, sequence: String(++sequence) });
  };
  const store = anIdentityStore({ onAction }, policy);
  const take = (): readonly TableChange[] => {
    const changes = waiting;
    waiting = [];
    return changes;
  };
  return {
    ...store,
    /** The table changes since the last time. */
    take,
    /** Maintains views for what changed, through `table` when given. */
    maintain: (table: Table = store.table, changes = take()): Promise<ViewReport> =>
      maintainViews(viewPortsOn(table), changes),
    summary: async (id: string): Promise<Item | undefined> => store.item(summaryKey(id as OneId)),
    revision: async (id: string): Promise<number> =>
      parseSummaryItem(await store.item(summaryKey(id as OneId))).revision,
    view: async (id: string): Promise<ProfileView | undefined> => {
      const { items } = await store.table.query({ pk: summaryKey(id as OneId).pk });
      const { summary } = wholeSummary(items);
      return summary && viewOf(VIEW, summary, { now: NOW });
    },
    ids: (): readonly OneId[] =>
      store.table
        .dump()
        .filter(({ sk }) => sk === 'CUSTOMER')
        .map((item) => parseCustomerItem(item).id),
  };
};
