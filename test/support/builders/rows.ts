/**
 * Row changes for tests: `party('a', 3, 'card#1')` is version 3 of row `a`, which claims a card.
 */
import type { FactChange, PartyChange } from '#application/identity/row-change.ts';
import type { Contribution } from '#application/shared/contributions.ts';
import { type RowVersion, rowVersion } from '#domain/capture/row-version.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import { claimText, type EvidenceUnit } from '#domain/identity/evidence.ts';
import { unit } from './evidence.ts';

/** Version number `n` of a row. */
export const version = (n: number): RowVersion => rowVersion(1, 'cdc', String(n), 1);

/** A name as a row key. */
export const rowKey = (name: string): SourceRowKey => name as SourceRowKey;

const base = (row: string, n: number) => ({
  rowKey: rowKey(row),
  source: row.split('.')[0] ?? '',
  version: version(n),
  committedAt: n * 1_000,
  sequences: [String(n)],
});

/** A party row with these claims; its name tells the version. */
export const party = (row: string, n: number, ...claims: readonly string[]): PartyChange => ({
  ...base(row, n),
  kind: 'party',
  after: { evidence: unit(row, ...claims), fields: { name: `${row} ${n}` }, identifiers: [] },
});

/** A party row that was deleted. */
export const partyGone = (row: string, n: number): PartyChange => ({
  ...base(row, n),
  kind: 'party',
});

/** A change of primary key: the old row goes and the new one comes with one record. */
export const partyRenamed = (
  from: string,
  to: string,
  n: number,
  ...claims: readonly string[]
): readonly [PartyChange, PartyChange] => [
  partyGone(from, n),
  { ...party(to, n, ...claims), renamedFrom: rowKey(from) },
];

/** The unit of facts that carry these claims. */
export const factUnit = (...claims: readonly string[]): EvidenceUnit => {
  const { claims: ordered } = unit('', ...claims);
  return unit(`~${ordered.map(claimText).join('+')}`, ...claims);
};

/** An order of `n` cents; without claims it names nobody. */
export const fact = (
  row: string,
  n: number,
  claims: readonly string[],
  contribution: Contribution = { as: 'order', fields: { total: n } },
): FactChange => ({
  ...base(row, n),
  kind: 'fact',
  after: { ...(claims.length > 0 ? { unit: factUnit(...claims) } : {}), contribution },
});

/** A fact row that was deleted. */
export const factGone = (row: string, n: number): FactChange => ({ ...base(row, n), kind: 'fact' });
