/**
 * Small random worlds for identity: few people, many rows, shared and unverified values, deletes and key changes.
 */

import type { RowChange } from '#application/identity/row-change.ts';
import { rowVersion } from '#domain/capture/row-version.ts';
import { sourceRowKey } from '#domain/capture/source-row.ts';
import type { NamespaceDefinition } from '#domain/definitions/types.ts';
import {
  claimText,
  type EvidenceUnit,
  identifierKey,
  orderedClaims,
  type UnitKey,
} from '#domain/identity/evidence.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import type { Random } from '#domain/shared/clock.ts';

const namespace = (
  name: string,
  priority: number,
  rules: Partial<NamespaceDefinition>,
): NamespaceDefinition => ({
  namespace: name,
  priority,
  normalise: 'opaque',
  links: true,
  cap: 4,
  blocked: [],
  ...rules,
});

/** Rules with low caps, so that small worlds cross them often. */
export const SMALL_POLICY: MergePolicy = {
  unionid: namespace('unionid', 1, { limit: 1 }),
  card: namespace('card', 2, { limit: 1 }),
  phone: namespace('phone', 3, {
    limit: 2,
    cap: 3,
    corroboratedBy: ['born', 'name'],
    opposedBy: ['name'],
  }),
  email: namespace('email', 4, { limit: 2 }),
  born: namespace('born', 5, { limit: 1, links: false, yieldsTo: ['name'] }),
  name: namespace('name', 6, { links: false }),
};

/** The rules that may come into force while a world runs: other limits, caps and priorities. */
export const RULES: readonly [MergePolicy, ...MergePolicy[]] = [
  SMALL_POLICY,
  {
    ...SMALL_POLICY,
    card: namespace('card', 3, { limit: 2, cap: 3 }),
    phone: namespace('phone', 2, { limit: 1, cap: 5 }),
  },
  {
    ...SMALL_POLICY,
    phone: namespace('phone', 3, { cap: 2 }),
    email: namespace('email', 5, { limit: 1, cap: 6 }),
    born: namespace('born', 4, { links: false }),
  },
];

/** Changes of a world in the order they were committed at their sources. */
export interface World {
  readonly seed: number;
  readonly changes: readonly RowChange[];
}

const pick = <Entry>(random: Random, entries: readonly Entry[]): Entry =>
  entries[Math.floor(random() * entries.length)] as Entry;

const claimsOf = (random: Random, people: number) => {
  const person = Math.floor(random() * people);
  const drawn = [
    { name: 'card', value: `${person}`, chance: 0.4 },
    { name: 'phone', value: `${person}`, chance: 0.5 },
    { name: 'phone', value: `${Math.floor(random() * people)}`, chance: 0.15 },
    { name: 'phone', value: 'shop', chance: 0.15 },
    { name: 'email', value: `${person}`, chance: 0.3 },
    { name: 'unionid', value: `${person}`, chance: 0.25 },
    { name: 'born', value: `${person % 3}`, chance: 0.3 },
    // Somebody mistypes it.
    { name: 'born', value: `${Math.floor(random() * 3)}`, chance: 0.15 },
    { name: 'name', value: `${person % 4}`, chance: 0.5 },
  ];
  return orderedClaims(
    drawn
      .filter(({ chance }) => random() < chance)
      .map(({ name, value }) => ({
        identifier: identifierKey(name, undefined, value),
        verified: random() < 0.7,
        ...(random() < 0.1 ? { to: '2019-12-31' } : random() < 0.1 ? { from: '2020-01-01' } : {}),
      })),
  );
};

const factUnit = (random: Random, people: number): EvidenceUnit | undefined => {
  const claims = claimsOf(random, people).slice(0, 2);
  const mayCreate = random() < 0.9;
  const key = `~${mayCreate ? 'c' : '-'}${claims.map(claimText).join('+')}` as UnitKey;
  return claims.length === 0 ? undefined : { key, party: false, mayCreate, claims };
};

const partyAfter = (random: Random, people: number, rowKey: string) => ({
  evidence: {
    key: rowKey as UnitKey,
    party: true,
    mayCreate: random() < 0.9,
    claims: claimsOf(random, people),
  },
  fields: { name: `n${Math.floor(random() * 9)}` },
  identifiers: [],
});

const factAfter = (random: Random, people: number) => {
  const unit = factUnit(random, people);
  const total = Math.floor(random() * 100);
  // Three of four are sales; what others say of nobody is not kept.
  const sale = total % 4 > 0 ? { paid: { amount: total, currency: 'HKD' } } : {};
  return {
    ...(unit ? { unit } : {}),
    contribution: { as: 'order', fields: { total, ...sale } },
  };
};

/** Draws a world: `events` changes over about `people` people; now and then a source is loaded anew in between. */
export const drawWorld = (seed: number, random: Random, people: number, events: number): World => {
  const reloadAt = random() < 0.3 ? Math.floor(random() * events) : events;
  const draw = (from: number, to: number, generation: number) =>
    Array.from({ length: Math.max(0, to - from) }, (_, index) =>
      drawEvent(random, people, generation, `${from + index + 1}`),
    ).flat();
  const before = draw(0, reloadAt, 1);
  const reloaded = reloadAt < events ? reload({ seed, changes: before }) : [];
  return { seed, changes: [...before, ...reloaded, ...draw(reloadAt, events, 2)] };
};

/** The rows that are live, as a full load of the next generation delivers them. */
const reload = (world: World): readonly RowChange[] =>
  liveRows(world).map((row, index) => {
    const sequences = [`load ${index}`];
    const version = rowVersion(2, 'load', '0', 1);
    if (row.kind !== 'party') return { ...row, version, sequences };
    const { renamedFrom: _, ...party } = row;
    return { ...party, version, sequences };
  });

/** One change; a change of a primary key is two, the former row's end and the new row. */
const drawEvent = (
  random: Random,
  people: number,
  generation: number,
  position: string,
): readonly RowChange[] => {
  const isParty = random() < 0.5;
  const source = pick(random, ['crm', 'pos']);
  const number = `${Math.floor(random() * people * 1.5)}`;
  const rowKey = sourceRowKey(source, isParty ? 'member' : 'receipt', [number]);
  const version = rowVersion(generation, 'cdc', position, 1);
  const base = { rowKey, source: 'x', version, sequences: [position] };
  const gone = random() < 0.2;
  if (!isParty) {
    return [{ ...base, kind: 'fact', ...(gone ? {} : { after: factAfter(random, people) }) }];
  }
  const former = random() < 0.08 ? memberRow(random, people, source) : rowKey;
  if (former === rowKey) {
    return [
      { ...base, kind: 'party', ...(gone ? {} : { after: partyAfter(random, people, rowKey) }) },
    ];
  }
  const after = partyAfter(random, people, rowKey);
  return [
    { ...base, kind: 'party', rowKey: former },
    { ...base, kind: 'party', renamedFrom: former, after },
  ];
};

const memberRow = (random: Random, people: number, source: string) =>
  sourceRowKey(source, 'member', [`${Math.floor(random() * people)}`]);

/** The rows that are live after all changes, whatever order they arrived in. */
export const liveRows = ({ changes }: World): readonly RowChange[] => {
  const latest = new Map<string, RowChange>();
  for (const change of changes) {
    const other = latest.get(change.rowKey);
    if (!other || change.version >= other.version) latest.set(change.rowKey, change);
  }
  return [...latest.values()].filter(
    (change) => change.kind !== 'heartbeat' && change.after !== undefined,
  );
};

/** The evidence units that the live rows form. */
export const liveUnits = (rows: readonly RowChange[]): readonly EvidenceUnit[] => {
  const units = new Map<UnitKey, EvidenceUnit>();
  for (const row of rows) {
    const unit =
      row.kind === 'party'
        ? row.after?.evidence
        : row.kind === 'fact'
          ? row.after?.unit
          : undefined;
    if (unit) units.set(unit.key, unit);
  }
  return [...units.values()];
};
