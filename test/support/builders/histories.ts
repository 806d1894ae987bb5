/**
 * Histories for tests: what sources committed, and one of the many ways in which it may be delivered.
 */
import fc from 'fast-check';
import type { FactChange, PartyChange } from '#application/identity/row-change.ts';
import { assertNever } from '#domain/shared/assert.ts';
import { fact, factGone, party, partyGone, partyRenamed } from './rows.ts';

/** A change of one row; a changed primary key is two that travel together. */
export type Delivered = readonly (PartyChange | FactChange)[];

/** A history, and the batches in which it arrives: out of order and repeated. */
export interface History {
  readonly committed: readonly Delivered[];
  readonly batches: readonly Delivered[];
}

const claim = (values: number) =>
  fc
    .tuple(
      fc.constantFrom('card', 'card', 'phone', 'email', 'unionid', 'born'),
      fc.nat(values - 1),
      fc.constantFrom('', '', '?'),
    )
    .map(([namespace, value, doubt]) => `${namespace}#${value}${doubt}`);

interface Drawn {
  readonly kind: 'party' | 'fact' | 'partyGone' | 'factGone' | 'rename';
  readonly row: number;
  readonly other: number;
  readonly claims: readonly string[];
  readonly as: string;
}

const drawn = (rows: number, values: number): fc.Arbitrary<Drawn> =>
  fc.record({
    kind: fc.constantFrom(
      ...(['party', 'party', 'fact', 'fact', 'fact', 'partyGone', 'factGone', 'rename'] as const),
    ),
    row: fc.nat(rows - 1),
    other: fc.nat(rows - 1),
    claims: fc.array(claim(values), { maxLength: 3 }),
    as: fc.constantFrom('order', 'order', 'return', 'points'),
  });

const nameOf = (row: number): string => `${row % 2 ? 'crm' : 'erp'}.${row}`;

/** What was drawn, as it is committed with version `n`. */
const happened = ({ kind, row, other, claims, as }: Drawn, n: number): Delivered => {
  const name = nameOf(row);
  switch (kind) {
    case 'party':
      return [party(name, n, ...claims)];
    case 'partyGone':
      return [partyGone(name, n)];
    case 'rename':
      return other === row ? [] : partyRenamed(nameOf(other), name, n, ...claims);
    case 'factGone':
      return [factGone(`pos.${row}`, n)];
    case 'fact':
      return [fact(`pos.${row}`, n, claims.slice(0, 2), { as, fields: fieldsAt(n) })];
    default:
      return assertNever(kind);
  }
};

const fieldsAt = (n: number) => ({
  total: { amount: n * 10, currency: n % 3 ? 'HKD' : 'CNY' },
  delta: n,
  at: n,
});

/** Draws histories of up to `events` events over so many rows and values per namespace. */
export const historyOf = (events: number, rows: number, values: number): fc.Arbitrary<History> =>
  fc
    .array(drawn(rows, values), { minLength: 1, maxLength: events, size: 'max' })
    .map((events) => events.map((event, index) => happened(event, index + 1)))
    .chain((committed) =>
      fc.record({
        committed: fc.constant(committed),
        batches: batchesOf(committed),
      }),
    );

const batchesOf = (committed: readonly Delivered[]): fc.Arbitrary<readonly Delivered[]> =>
  fc
    .record({
      order: fc.shuffledSubarray([...committed.keys()], { minLength: committed.length }),
      again: fc.shuffledSubarray([...committed.keys()]),
      cuts: fc.array(fc.integer({ min: 1, max: 5 }), {
        minLength: 2 * committed.length,
        maxLength: 2 * committed.length,
      }),
    })
    .map(({ order, again, cuts }) => {
      const left = [...order, ...again].map((index) => committed[index] ?? []);
      return cuts.flatMap((size) => (left.length > 0 ? [left.splice(0, size).flat()] : []));
    });

/** The rows that live when all is delivered, in whatever order: each at its highest version. */
export const liveRowsOf = ({ committed }: History): readonly (PartyChange | FactChange)[] => {
  const latest = new Map<string, PartyChange | FactChange>();
  for (const change of committed.flat()) {
    const other = latest.get(change.rowKey);
    if (!other || change.version >= other.version) latest.set(change.rowKey, change);
  }
  return [...latest.values()].filter((change) => change.after !== undefined);
};
