/**
 * Description of evidence for people: the rows behind a unit, and the masked value behind an identifier.
 *
 * The value of an identifier is in no key. A party row keeps what it was made from, and whoever has the pepper can tell
 * which value it was; of a value that only facts hold, the namespace is all there is to show.
 * @module
 */
import { liveContributionsIn } from '#application/shared/contributions.ts';
import { bucketKey, bucketsIn, FACT_UNIT_PREFIX, unitItemKey } from '#application/shared/items.ts';
import { lastChangeIn, partySaidIn } from '#application/shared/party-row.ts';
import { decisionKey, parseDecisionItem } from '#application/shared/review-items.ts';
import type { Item, Table, ValueMap } from '#application/shared/table.ts';
import type { NamespaceDefinition } from '#domain/definitions/types.ts';
import {
  type EvidenceUnit,
  type IdentifierKey,
  identifierKey,
  namespaceOf,
  type UnitKey,
} from '#domain/identity/evidence.ts';
import type { Identifier } from '#domain/identity/identifier.ts';
import { isDecision, links, type MergePolicy, rulesOf } from '#domain/identity/merge-policy.ts';
import { normaliseValue } from '#domain/identity/normalise-value.ts';
import { unitsOfPair } from '#domain/identity/pair.ts';
import { mask, maskKindOf } from '#domain/shared/mask.ts';
import type { Pseudonymise } from './read-row.ts';

/** What explaining needs. */
export interface ExplainPorts {
  readonly table: Table;
  readonly pseudonymise: Pseudonymise;
  /** How a value is shown; masked when absent. `null` hides it. */
  readonly show?: ShowValue;
  /** Most units of a scope that are weighed; any number when absent. */
  readonly maxUnits?: number;
}

/** Shows a value of a namespace, or hides it. */
export type ShowValue = (rules: NamespaceDefinition, value: string) => string | null;

/** A value made of several (name and birth date) has no part that tells nothing. */
export const showMasked: ShowValue = ({ normalise, compose }, value) =>
  compose === undefined ? mask(maskKindOf(normalise), value) : mask('code', '');

/** A unit as it is shown. */
export interface ShownUnit {
  readonly unit: UnitKey;
  readonly kind: 'party' | 'fact';
  /** Number of its live rows. */
  readonly rows: number;
  /** Some of them, with when their latest change was committed at the source; `null` for a row of a full load. */
  readonly samples: readonly { readonly row: string; readonly at: string | null }[];
}

/** A value as it is shown. */
export interface ShownValue {
  readonly identifier: IdentifierKey;
  readonly namespace: string;
  /** 1 is the strongest. */
  readonly priority: number;
  /** What the namespace does with it. */
  readonly use: 'links' | 'guards' | 'shared' | 'decision' | 'score';
  /** Masked; `null` when no party row keeps it. */
  readonly value: string | null;
  /** Who decided and why, of a decision. */
  readonly decision?: { readonly actor: string; readonly reason: string; readonly at: string };
}

const MAX_SAMPLES = 3;
/** Buckets of a unit that are looked at for its rows. */
const MAX_BUCKETS = 64;

const instant = (at: unknown): string | null =>
  typeof at === 'number' ? new Date(at).toISOString() : null;

/** Describes units by their rows. */
export const describeUnits = async (
  table: Table,
  units: readonly EvidenceUnit[],
): Promise<ReadonlyMap<UnitKey, ShownUnit>> => {
  const items = await table.getAll(units.map(({ key }) => unitItemKey(key)));
  const shown = units.map(async ({ key }, index) =>
    key.startsWith(FACT_UNIT_PREFIX)
      ? factUnit(table, key, items[index])
      : partyUnit(key, items[index]),
  );
  return new Map((await Promise.all(shown)).map((unit) => [unit.unit, unit]));
};

const partyUnit = (unit: UnitKey, item: Item | undefined): ShownUnit => ({
  unit,
  kind: 'party',
  rows: 1,
  samples: [{ row: unit, at: instant(item && lastChangeIn(item)['at']) }],
});

const factUnit = async (
  table: Table,
  unit: UnitKey,
  item: Item | undefined,
): Promise<ShownUnit> => {
  const count = Math.min(MAX_BUCKETS, bucketsIn(item));
  const buckets = await table.getAll(Array.from({ length: count }, (_, n) => bucketKey(unit, n)));
  const rows = buckets.flatMap(liveContributionsIn).map(({ rowKey, committedAt }) => ({
    row: rowKey,
    at: instant(committedAt),
  }));
  return { unit, kind: 'fact', rows: rows.length, samples: rows.slice(0, MAX_SAMPLES) };
};

/**
 * Describes identifiers.
 * @param units where the rows that tell the values are looked for
 */
export const describeValues = async (
  { table, pseudonymise, show = showMasked }: ExplainPorts,
  policy: MergePolicy,
  identifiers: readonly IdentifierKey[],
  units: readonly EvidenceUnit[],
  shared: ReadonlySet<IdentifierKey> = new Set(),
): Promise<ReadonlyMap<IdentifierKey, ShownValue>> => {
  const values = await rawValues({ table, pseudonymise }, policy, identifiers, units);
  const decisions = await decisionsBehind(table, identifiers);
  return new Map(
    identifiers.map((identifier) => {
      if (unitsOfPair(identifier)) return [identifier, shownPair(identifier)];
      const rules = rulesOf(policy, identifier);
      const raw = values.get(identifier);
      const decision = decisions.get(identifier);
      const shown: ShownValue = {
        identifier,
        namespace: namespaceOf(identifier),
        priority: rules.priority,
        use: useOf(identifier, policy, shared),
        value: raw === undefined ? null : show(rules, raw),
        ...(decision ? { decision } : {}),
      };
      return [identifier, shown];
    }),
  );
};

/** Holders of a value that are looked at for it: one would do, had its row not changed since. */
const MAX_VOUCHERS = 3;

/**
 * The value behind one identifier, as it is shown; `null` when none of its first holders that describe a customer keeps
 * it. One request, however many hold it.
 */
export const describeHeldValue = async (
  ports: ExplainPorts,
  policy: MergePolicy,
  identifier: IdentifierKey,
  holders: readonly UnitKey[],
): Promise<string | null> => {
  const parties = holders.filter((unit) => !unit.startsWith(FACT_UNIT_PREFIX));
  const units = parties.slice(0, MAX_VOUCHERS).map(
    (key): EvidenceUnit => ({
      key,
      party: true,
      mayCreate: true,
      claims: [{ identifier, verified: true }],
    }),
  );
  const values = await describeValues(ports, policy, [identifier], units);
  return values.get(identifier)?.value ?? null;
};

/** Two rows that are scored have no value in common that would link them: what they weigh does. */
const shownPair = (identifier: IdentifierKey): ShownValue => ({
  identifier,
  namespace: namespaceOf(identifier),
  priority: 0,
  use: 'score',
  value: null,
});

const useOf = (
  identifier: IdentifierKey,
  policy: MergePolicy,
  shared: ReadonlySet<IdentifierKey>,
): ShownValue['use'] => {
  if (isDecision(identifier)) return 'decision';
  if (shared.has(identifier)) return 'shared';
  return links(policy, identifier) ? 'links' : 'guards';
};

const rawValues = async (
  { table, pseudonymise }: ExplainPorts,
  policy: MergePolicy,
  identifiers: readonly IdentifierKey[],
  units: readonly EvidenceUnit[],
): Promise<ReadonlyMap<IdentifierKey, string>> => {
  const wanted = new Set(identifiers);
  const wantedOf = ({ claims }: EvidenceUnit): readonly IdentifierKey[] =>
    claims.flatMap(({ identifier }) => (wanted.has(identifier) ? [identifier] : []));
  const parties = units.filter((unit) => unit.party && wantedOf(unit).length > 0);
  const items = await table.getAll(parties.map(({ key }) => unitItemKey(key)));
  const said = items.map(partySaidIn);
  // While the pepper is rotated, a scope may have the next pseudonyms already.
  const versions = pseudonymise.next ? [pseudonymise, pseudonymise.next] : [pseudonymise];
  const keyed = ({ namespace, scope, value, text = value }: Said) =>
    versions.map((version) => {
      const identifier = identifierKey(namespace, scope, version(namespace, scope, value));
      return [identifier, text] as const;
    });
  const told = new Map(said.flatMap((one) => one?.identifiers ?? []).flatMap(keyed));
  const inFields = parties.flatMap((unit, index) => {
    const untold = wantedOf(unit).filter((identifier) => !told.has(identifier));
    return fieldValues(policy, untold, said[index]?.fields).flatMap(keyed);
  });
  return new Map([...inFields, ...told]);
};

interface Said extends Pick<Identifier, 'namespace' | 'scope' | 'value'> {
  /** As a field of the row has it: a name is compared by its sound, which nobody would know again. */
  readonly text?: string;
}

// A row keeps no identifier that neither links nor limits, such as a name, but the field that it was made from.
const fieldValues = (
  policy: MergePolicy,
  identifiers: readonly IdentifierKey[],
  fields: ValueMap = {},
): readonly Said[] => {
  const texts = Object.values(fields).filter((value) => typeof value === 'string');
  const namespaces = new Set(identifiers.filter((one) => !isDecision(one)).map(namespaceOf));
  return [...namespaces].flatMap((namespace) => {
    const rules = policy[namespace];
    if (rules === undefined || rules.links || rules.compose) return [];
    return texts.flatMap((text) => {
      const value = normaliseValue(rules.normalise, text);
      return value === undefined ? [] : [{ namespace, value, text }];
    });
  });
};

const decisionsBehind = async (
  table: Table,
  identifiers: readonly IdentifierKey[],
): Promise<ReadonlyMap<IdentifierKey, NonNullable<ShownValue['decision']>>> => {
  const decided = identifiers.filter(isDecision);
  const items = await table.getAll(
    decided.map((identifier) => decisionKey(identifier.slice(identifier.indexOf('#') + 1))),
  );
  return new Map(
    decided.flatMap((identifier, index) => {
      const item = items[index];
      if (!item) return [];
      const { actor, reason, at } = parseDecisionItem(item);
      return [[identifier, { actor, reason, at: instant(at) ?? '' }] as const];
    }),
  );
};
