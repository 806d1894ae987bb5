/**
 * An identity store for tests: the use cases on a memory table, with ids that show their anchor.
 */

import { expect } from 'vitest';
import { MemoryTable, type MemoryTableOptions } from '#adapters/memory/table.ts';
import { applyFacts } from '#application/identity/apply-facts.ts';
import { applyRows } from '#application/identity/apply-rows.ts';
import { listHeld } from '#application/identity/list-held.ts';
import { closeScopes } from '#application/identity/open-scopes.ts';
import type { CommitLimits, IdentityPorts } from '#application/identity/restructure.ts';
import type { FactChange, PartyChange } from '#application/identity/row-change.ts';
import { contributionsIn } from '#application/shared/contributions.ts';
import {
  parseRowItem,
  parseUnitItem,
  type RowItem,
  rowItemKey,
  type UnitItem,
  unitItemKey,
} from '#application/shared/items.ts';
import type { Item, Key, Table } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { audit } from './audit.ts';
import { POLICY } from './builders/evidence.ts';
import { rowKey } from './builders/rows.ts';
import { type Call, interposed } from './interposed-table.ts';
import { seededRandom } from './scheduler.ts';
import { customersOf } from './stored-customers.ts';

/** A table with what several workers do to it. */
export const anIdentityStore = (
  options: MemoryTableOptions & { readonly limits?: CommitLimits } = {},
  policy: MergePolicy = POLICY,
) => {
  const table = new MemoryTable(options);
  const random = seededRandom(1);
  let now = 0;
  const portsOn = (through: Table): IdentityPorts => ({
    table: through,
    mint: (anchor, attempt) => `one_${anchor}${attempt === 0 ? '' : `/${attempt}`}` as OneId,
    clock: () => ++now,
    random,
    // Waits in turns of the event loop: whoever loses a race lets the others go on, as in earnest.
    sleep: async (ms) => {
      for (let waited = 0; waited < ms; waited += 10) await new Promise(setImmediate);
    },
    ...(options.limits ? { limits: options.limits } : {}),
  });
  /** A worker that sees the store through a table of its own. */
  const workerOn = (through: Table, rules = policy) => ({
    ports: portsOn(through),
    parties: (...changes: readonly PartyChange[]) =>
      applyRows(portsOn(through), rules, changes, []),
    facts: (...changes: readonly FactChange[]) => applyFacts(portsOn(through), rules, changes),
  });
  return {
    table,
    workerOn,
    ...workerOn(table),
    /** A worker under other rules. */
    under: (rules: MergePolicy) => workerOn(table, rules),
    /** A worker that is overtaken: something happens just before one of its calls. */
    overtaken: (
      before: (call: Call) => boolean,
      meanwhile: () => Promise<unknown>,
      rules = policy,
    ) => workerOn(interposed(table, before, meanwhile), rules),
    /** All items, some per page. */
    scan: async function* () {
      const items = table.dump();
      for (let at = 0; at < items.length; at += 7) yield items.slice(at, at + 7);
    },
    item: async (key: Key): Promise<Item | undefined> => (await table.getAll([key]))[0],
    /** A fact unit that is there. */
    unit: async (key: UnitKey): Promise<UnitItem | undefined> =>
      parseUnitItem((await table.getAll([unitItemKey(key)]))[0]),
    registry: async (row: string): Promise<RowItem | undefined> => {
      const [item] = await table.getAll([rowItemKey(rowKey(row))]);
      return item && parseRowItem(item);
    },
    /** Brings commits that go on in steps to their end; tells how many steps that took. */
    close: (limit?: number) => closeScopes(portsOn(table), policy, limit),
    /** What waits for review; the pseudonym of a value is the value. */
    held: () => listHeld({ table, pseudonymise: (_namespace, _scope, value) => value }, policy),
    customers: () => showCustomers(table.dump()),
    contributions: () => showContributions(table.dump()),
    /** Fails when something derived does not fit the evidence. */
    expectSound: (rules = policy) => expect(audit(table.dump(), rules)).toEqual([]),
  };
};

/** Customers as lines: `one_a: a b`, `one_b -> one_a`, `one_c rests`. */
export const showCustomers = (items: readonly Item[]): readonly string[] =>
  customersOf(items).map(({ id, into, rests, units }) => {
    if (into !== undefined) return `${id} -> ${into}`;
    return rests ? `${id} rests` : `${id}: ${units.toSorted().join(' ')}`;
  });

/** Live contributions as lines, `~card#1#0 pos.1 500`: unit, bucket, row, total. */
export const showContributions = (items: readonly Item[]): readonly string[] =>
  items
    .filter(({ sk }) => sk === 'BUCKET')
    .flatMap((bucket) =>
      contributionsIn(bucket).flatMap(({ rowKey, fact }) =>
        fact ? [`${bucket.pk.slice(2)} ${rowKey} ${fact.fields['total']}`] : [],
      ),
    );
