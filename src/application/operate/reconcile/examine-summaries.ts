/**
 * Examination of summaries: what is served of every customer of a scope, compared with a view made from the stored rows.
 *
 * Views are compared, not their parts, so how a summary keeps its parts is its own matter. A view that shows rows which
 * the table has lost is left alone: healing it would take from the customer what a replay brings back.
 * @module
 */
import type { StoredScope } from '#application/identity/scope-store.ts';
import { markOfDefinitions, rowsIn, type Summary, viewOf } from '#application/profile/summary.ts';
import { bucketKeysOf, isFactUnit, readParts } from '#application/profile/unit-parts.ts';
import { liveContributionsIn } from '#application/shared/contributions.ts';
import {
  bucketKey,
  parseRowItem,
  parseUnitItem,
  summaryKey,
  unitItemKey,
} from '#application/shared/items.ts';
import { isPartyItem } from '#application/shared/party-row.ts';
import type { CurrentDefinitions } from '#application/shared/ports.ts';
import type { Item, Key } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { Customer } from '#domain/identity/scope.ts';
import { partialContext } from '#domain/profile/facts-partial.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';
import { type Finding, finding } from './finding.ts';
import { addCounts, countRows, type LiveRow, type TableCounts } from './row-counts.ts';
import { readStoredView } from './stored-view.ts';
import type { Surroundings } from './surroundings.ts';

/** What views are compared by: the definitions in force, at an instant. */
export interface Standard extends CurrentDefinitions {
  /** Epoch milliseconds. */
  readonly now: number;
}

/** What the summaries of a scope came to. */
export interface SummaryExamination {
  readonly findings: readonly Finding[];
  readonly counts: TableCounts;
  /** Summaries made by other definitions, which are not compared. */
  readonly outdated: number;
}

/** Compares the summaries of a scope's customers, and counts its rows. */
export const examineSummaries = async (
  around: Surroundings,
  standard: Standard,
  { scope }: StoredScope,
): Promise<SummaryExamination> => {
  const units = [...scope.units.keys()];
  await around.getAll(await bucketKeys(around, units));
  const each = await Promise.all(
    scope.customers.map((customer) => examineSummary(around, standard, customer)),
  );
  const owned = new Set(scope.customers.flatMap((customer) => customer.units));
  const others = units.filter((unit) => !owned.has(unit));
  return {
    findings: each.flatMap(({ findings }) => findings),
    counts: addCounts([
      ...each.map(({ counts }) => counts),
      countRows(await rowsOf(around, others), 'unowned'),
    ]),
    outdated: each.reduce((sum, { outdated }) => sum + outdated, 0),
  };
};

const bucketKeys = async (
  around: Surroundings,
  units: readonly UnitKey[],
): Promise<readonly Key[]> => {
  const items = await around.getAll(units.map(unitItemKey));
  return units.flatMap((unit, index) => bucketKeysOf(unit, items[index]));
};

const rowsOf = async (
  around: Surroundings,
  units: readonly UnitKey[],
): Promise<readonly LiveRow[]> => {
  const items = await around.getAll(units.map(unitItemKey));
  const buckets = await around.getAll(await bucketKeys(around, units));
  return [
    ...items.flatMap((item) =>
      item && isPartyItem(item)
        ? [{ rowKey: item.pk.slice(2), version: parseRowItem(item).version }]
        : [],
    ),
    ...buckets.flatMap((bucket) => liveContributionsIn(bucket)),
  ];
};

const examineSummary = async (
  around: Surroundings,
  standard: Standard,
  { id, units }: Customer,
): Promise<SummaryExamination> => {
  const rows = await rowsOf(around, units);
  const key = summaryKey(id);
  const remedy = { kind: 'recompute', customer: id } as const;
  const { summary, gone } = await readStoredView(around, id);
  if (!summary) {
    const missing = finding(key, 'missing', 'view of a customer', { expected: units }, remedy);
    return { findings: [missing], counts: countRows(rows, 'missing'), outdated: 0 };
  }
  if (gone.length > 0) {
    const findings = gone.map((part) => finding(part, 'missing', 'part of a view', {}, remedy));
    return { findings, counts: countRows(rows, 'missing'), outdated: 0 };
  }
  const outdated = summary.definitions === markOfDefinitions(standard.hash) ? 0 : 1;
  const differs =
    outdated === 0 && !(await showsLostRows(around, units, summary))
      ? await difference(around, standard, units, summary)
      : undefined;
  if (!differs) return { findings: [], counts: countRows(rows, 'shown'), outdated };
  const wrong = finding(key, 'differs', 'view of a customer', differs, remedy);
  return { findings: [wrong], counts: countRows(rows, 'missing'), outdated };
};

const difference = async (
  around: Surroundings,
  { definitions, now }: Standard,
  units: readonly UnitKey[],
  summary: Summary,
): Promise<{ readonly expected: string; readonly found: string } | undefined> => {
  const { view } = definitions;
  const items = await around.getAll(units.map(unitItemKey));
  const parts = await readParts(
    around,
    partialContext(definitions, now),
    units.map((unit, index) => ({ unit, item: items[index] })),
  );
  // A map comes from the store with its attributes in any order.
  const expected = canonicalJson(viewOf(view, { units: parts }, { now }) ?? null);
  const found = canonicalJson(viewOf(view, summary, { now }) ?? null);
  return expected === found ? undefined : { expected, found };
};

const isLost = (unit: UnitKey, item: Item | undefined): boolean =>
  isFactUnit(unit) ? parseUnitItem(item) === undefined : item === undefined;

// Buckets never go once they are there; one that a view has rows from and the table has not was taken away.
const showsLostRows = async (
  around: Surroundings,
  units: readonly UnitKey[],
  summary: Summary,
): Promise<boolean> => {
  const items = await around.getAll(units.map(unitItemKey));
  if (units.some((unit, index) => isLost(unit, items[index]))) return true;
  const shown = units.flatMap((unit) => {
    const part = summary.units.get(unit);
    if (part?.kind !== 'facts') return [];
    return [...part.buckets]
      .filter(([bucket, own]) => rowsIn({ kind: 'facts', buckets: new Map([[bucket, own]]) }) > 0)
      .map(([bucket]) => bucketKey(unit, bucket));
  });
  return (await around.getAll(shown)).some((item) => item === undefined);
};
