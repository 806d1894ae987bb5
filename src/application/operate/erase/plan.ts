/**
 * Plan of an erasure: everything by which something of the customer is recognised, and the items to remove.
 *
 * It is written before anything is removed and grows while the erasure runs, part by part; repeating a part writes the
 * same again. It holds what the customer was known by, so it is the last thing that the erasure removes.
 * @module
 */
import { PLAN_PREFIX, planKey } from '#application/shared/erasure-items.ts';
import { itemsIn } from '#application/shared/partition-items.ts';
import type { Item, Key, Table } from '#application/shared/table.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { IdentifierKey, UnitKey } from '#domain/identity/evidence.ts';
import type { Identifier } from '#domain/identity/identifier.ts';
import type { OneId } from '#domain/identity/one-id.ts';

/** A source row of the customer. */
export interface PlannedRow {
  readonly rowKey: SourceRowKey;
  /** `gone`: nothing but the archive holds it any more. */
  readonly kind: 'party' | 'fact' | 'gone';
}

/** An item to remove, and what it is, for the certificate. */
export interface PlannedItem extends Key {
  readonly what: string;
}

/** A value that names the customer and nobody else. */
export type KnownValue = Pick<Identifier, 'namespace' | 'scope' | 'value'>;

/** What is known of the customer. */
export interface ErasurePlan {
  readonly rows: readonly PlannedRow[];
  readonly units: readonly UnitKey[];
  /** Every id that leads to the customer. */
  readonly ids: readonly OneId[];
  /** Identifiers that nobody else holds. */
  readonly identifiers: readonly IdentifierKey[];
  /** The values behind them, as far as they are known. */
  readonly values: readonly KnownValue[];
  readonly items: readonly PlannedItem[];
}

type Section = keyof ErasurePlan;
const SECTIONS: readonly Section[] = ['rows', 'units', 'ids', 'identifiers', 'values', 'items'];

/** Entries of one item: with 200 bytes each it stays far below 400 KB. */
const ENTRIES = 400;

/** Adds a part to a plan. Safe to repeat under the same name. */
export const addToPlan = async (
  table: Table,
  id: string,
  name: string,
  part: Partial<ErasurePlan>,
): Promise<void> => {
  const items = SECTIONS.flatMap((section) =>
    inChunks<unknown>(part[section] ?? []).map((entries, chunk) => ({
      ...planKey(id, `${section}#${name}#${chunk}`),
      doc: JSON.stringify(entries),
    })),
  );
  await table.writeAll(items.map((item) => ({ kind: 'put', item })));
};

const inChunks = <Entry>(entries: readonly Entry[]): readonly (readonly Entry[])[] =>
  Array.from({ length: Math.ceil(entries.length / ENTRIES) }, (_, chunk) =>
    entries.slice(chunk * ENTRIES, (chunk + 1) * ENTRIES),
  );

/** Reads a plan, all its parts together, every entry once. */
export const readPlan = async (table: Table, id: string): Promise<ErasurePlan> => {
  const found = new Map<Section, Map<string, unknown>>(
    SECTIONS.map((section) => [section, new Map()]),
  );
  for await (const { sk, doc } of planItems(table, id)) {
    const entries = found.get(sk.slice(PLAN_PREFIX.length).split('#', 1)[0] as Section);
    for (const entry of JSON.parse(String(doc)) as unknown[])
      entries?.set(JSON.stringify(entry), entry);
  }
  const all = <Entry>(section: Section) => [...(found.get(section)?.values() ?? [])] as Entry[];
  return {
    rows: all('rows'),
    units: all('units'),
    ids: all('ids'),
    identifiers: all('identifiers'),
    values: all('values'),
    items: all('items'),
  };
};

/** The items of a plan. */
export const planItems = (table: Table, id: string, prefix = PLAN_PREFIX): AsyncGenerator<Item> =>
  itemsIn(table, { pk: planKey(id, '').pk, skPrefix: prefix });
