/**
 * Profile rows for tests: `partyRow('crm.member.1', { name: 'A' })`, `order('pos.receipt.1', 500)`.
 */
import fc from 'fast-check';
import { rowVersion } from '#domain/capture/row-version.ts';
import type { ViewDefinition } from '#domain/definitions/types.ts';
import { type FactRow, type FactsPartial, factsPartial } from '#domain/profile/facts-partial.ts';
import { type PartyRow, type ProfileView, profileView } from '#domain/profile/profile-view.ts';
import { rowKey } from './rows.ts';

/** A view with one of everything. */
export const VIEW: ViewDefinition = {
  profile: [
    { field: 'name', sources: ['crm', 'erp'] },
    { field: 'city', sources: ['erp', 'crm'] },
  ],
  measures: [
    { measure: 'orders', of: 'order', fold: 'count' },
    {
      measure: 'spend',
      of: 'order',
      fold: 'money',
      field: 'total',
      minus: { of: 'return', field: 'total' },
    },
    { measure: 'points', of: 'points', fold: 'sum', field: 'delta' },
    { measure: 'lastOrderAt', of: 'order', fold: 'latest', field: 'at' },
  ],
};

/** 2026-11-22, noon in UTC. */
export const NOW = Date.UTC(2026, 10, 22, 12);

/** Facts added up, as of {@link NOW}. */
export const addUp = (facts: readonly FactRow[], view = VIEW): FactsPartial =>
  factsPartial({ view, zones: {}, now: NOW }, facts);

/** The view of rows, facts in parts, as of {@link NOW}. */
export const viewOfRows = (
  parties: readonly PartyRow[],
  ...parts: readonly (readonly FactRow[])[]
): ProfileView =>
  profileView(
    VIEW,
    parties,
    parts.flatMap((facts) => addUp(facts)),
    { now: NOW },
  );

/** A party row; identifiers as `phone:+852…`, with a question mark when unverified. */
export const partyRow = (
  row: string,
  fields: PartyRow['fields'],
  ...identifiers: readonly string[]
): PartyRow => ({
  rowKey: rowKey(row),
  fields,
  stamp: { version: rowVersion(1, 'load', '', 0) },
  identifiers: identifiers.map((text) => {
    const [namespace = '', value = ''] = text.replace('?', '').split(':');
    return { namespace, value, verified: !text.endsWith('?') };
  }),
});

/** An order of `cents` at an instant. */
export const order = (row: string, cents: number, at?: number, currency = 'HKD'): FactRow => ({
  rowKey: rowKey(row),
  as: 'order',
  fields: { total: { amount: cents, currency }, ...(at === undefined ? {} : { at }) },
});

/** Any party rows of a customer, each with a key of its own. */
export const anyParties: fc.Arbitrary<readonly PartyRow[]> = fc.uniqueArray(
  fc
    .record({
      row: fc
        .tuple(fc.constantFrom('crm', 'erp', 'pos'), fc.nat(5))
        .map(([s, n]) => `${s}.member.${n}`),
      fields: fc.dictionary(
        fc.constantFrom('name', 'city', 'other'),
        fc.constantFrom('a', 'b', true, 7),
      ),
      identifiers: fc.array(fc.constantFrom('phone:1', 'phone:1?', 'phone:2', 'email:1?'), {
        maxLength: 3,
      }),
    })
    .map(({ row, fields, identifiers }) => partyRow(row, fields, ...identifiers)),
  { selector: (row) => row.rowKey, maxLength: 6, size: 'max' },
);

const factFields = fc.record(
  {
    total: fc.record({
      amount: fc.integer({ min: -999, max: 9999 }),
      currency: fc.constantFrom('HKD', 'CNY'),
    }),
    delta: fc.integer({ min: -50, max: 50 }),
    at: fc.integer({ min: -5, max: 5_000 }),
  },
  { requiredKeys: [] },
);

/** Any fact rows of a customer, each with a key of its own. */
export const anyFacts: fc.Arbitrary<readonly FactRow[]> = fc.uniqueArray(
  fc
    .record({
      row: fc
        .tuple(fc.constantFrom('pos', 'shop'), fc.nat(20))
        .map(([s, n]) => `${s}.receipt.${n}`),
      as: fc.constantFrom('order', 'return', 'points'),
      fields: factFields,
    })
    .map(({ row, as, fields }) => ({ rowKey: rowKey(row), as, fields })),
  { selector: (row) => row.rowKey, maxLength: 10, size: 'max' },
);
