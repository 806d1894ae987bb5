/**
 * Decide: what an operator says about two evidence units, as an input of F.
 *
 * A decision is an identifier that both units hold, of a namespace that no source can claim. So it takes effect by the
 * same commit as any other evidence, is withdrawn like it, and the batch computation knows it without a rule of its own.
 * It belongs to the keys of the two units: it outlives their rows, and comes back with them.
 * @module
 */
import {
  evidenceAttributes,
  FACT_UNIT_PREFIX,
  noteKey,
  parseRowItem,
  parseUnitItem,
  unitItemKey,
} from '#application/shared/items.ts';
import { evidenceText } from '#application/shared/party-row.ts';
import {
  decisionKey,
  formatDecisionItem,
  parseDecisionItem,
  type StoredDecision,
  underNote,
} from '#application/shared/review-items.ts';
import type { Action, Condition, Item } from '#application/shared/table.ts';
import {
  type Claim,
  type EvidenceUnit,
  orderedClaims,
  type UnitKey,
} from '#domain/identity/evidence.ts';
import {
  type DecisionKind,
  decisionIdentifier,
  isDecision,
  type MergePolicy,
} from '#domain/identity/merge-policy.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';
import { findUnit, type UnknownName } from './find-unit.ts';
import { commitLaid } from './laid-rows.ts';
import { ContentionError, type IdentityPorts, restructure } from './restructure.ts';
import type { StructuralChange } from './world.ts';

/** What an operator says. */
export interface DecisionRequest {
  readonly kind: DecisionKind;
  /** Row keys or customer ids. */
  readonly a: string;
  readonly b: string;
  /** Who says so, and why. */
  readonly actor: string;
  readonly reason: string;
}

/** Why a decision is not taken. */
export type DecisionProblem = UnknownName | { readonly code: 'same-unit' };

/** Times the two units are read again after somebody else changed one. */
const MAX_ATTEMPTS = 24;

/**
 * Takes a decision, and brings the customers to what it says.
 * @throws ContentionError when the units were changed by others again and again
 */
export const decide = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  request: DecisionRequest,
): Promise<Result<StoredDecision, DecisionProblem>> => {
  const [a, b] = [await findUnit(ports.table, request.a), await findUnit(ports.table, request.b)];
  if (!a.ok) return a;
  if (!b.ok) return b;
  if (a.value === b.value) return failure({ code: 'same-unit' });
  const at = ports.clock();
  const id = `${at.toString(36)}${Math.floor(ports.random() * 2 ** 40).toString(36)}`;
  const { kind, actor, reason } = request;
  const decision = { id, kind, a: a.value, b: b.value, actor, reason, at };
  const taken = await apply(ports, policy, decision, (unit) => [...unit.claims, claimOf(decision)]);
  if (taken === undefined) return success(decision);
  const detail = 'has just gone';
  return failure({ code: 'unknown-name', name: taken, detail });
};

/** Takes a decision back; `undefined` when there is none with this id. */
export const revoke = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  id: string,
  by: { readonly actor: string; readonly reason: string },
): Promise<StoredDecision | undefined> => {
  const [item] = await ports.table.getAll([decisionKey(id)]);
  if (!item) return undefined;
  const decision = parseDecisionItem(item);
  if (decision.revoked) return decision;
  const revoked = { ...decision, revoked: { ...by, at: ports.clock() } };
  const { identifier } = claimOf(decision);
  await apply(ports, policy, revoked, (unit) =>
    unit.claims.filter((claim) => claim.identifier !== identifier),
  );
  return revoked;
};

const claimOf = ({ kind, id }: Pick<StoredDecision, 'kind' | 'id'>): Claim => ({
  identifier: decisionIdentifier(kind, id),
  verified: true,
});

/** Writes a decision to its units; gives the one that is not there, for only what exists can be decided about. */
const apply = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  decision: StoredDecision,
  claims: (unit: EvidenceUnit) => readonly Claim[],
): Promise<UnitKey | undefined> => {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const items = await readUnits(ports, decision);
    // A row that was laid is decided about once it is committed.
    if (!(await commitLaid(ports, policy, items))) continue;
    const changes = changesOf(decision, items, claims);
    const gone = changes.find(({ before, key }) => !before && key !== decision.id);
    if (gone && !decision.revoked) return gone.key;
    if ((await restructure(ports, policy, changes)).done) return undefined;
  }
  throw new ContentionError(`units were changed by others ${MAX_ATTEMPTS} times over`);
};

/** The items of both units, then their notes. */
const readUnits = ({ table }: IdentityPorts, { a, b }: StoredDecision) =>
  table.getAll([...[a, b].map(unitItemKey), ...[a, b].map(noteKey)]);

/** Both units with other claims; one whose row is gone only keeps the note for when it comes back. */
const changesOf = (
  decision: StoredDecision,
  items: readonly (Item | undefined)[],
  claims: (unit: EvidenceUnit) => readonly Claim[],
): readonly StructuralChange[] => {
  const units = [decision.a, decision.b];
  const changes = units.map((unit, index) =>
    changeOf(unit, items[index], items[index + units.length], claims),
  );
  const record: Action = { kind: 'put', item: formatDecisionItem(decision) };
  const own: StructuralChange['own'] = () => [record];
  return [...changes, { key: decision.id as UnitKey, own }].map((change) => ({
    ...change,
    decision: decision.id,
  }));
};

const changeOf = (
  key: UnitKey,
  item: Item | undefined,
  noted: Item | undefined,
  claims: (unit: EvidenceUnit) => readonly Claim[],
): StructuralChange => {
  const { evidence, scope } = storedUnit(key, item) ?? {};
  // Unit and note are written together but not read at one instant. The commit is fenced by the version of the note, so
  // it is the note that says which decisions the unit holds.
  const before = underNote(evidence ?? { ...NOBODY, key, claims: [] }, noted);
  const after = { ...before, claims: orderedClaims(claims(before)) };
  const note = noteAction(key, after, noted);
  if (!evidence || !item) return { key, own: () => [note, absent(key)] };
  return {
    key,
    before,
    after,
    ...(scope ? { scope } : {}),
    own: (home) => [note, claimsWrite(after, item, home)],
  };
};

const NOBODY = { party: false, mayCreate: false } as const;

const storedUnit = (key: UnitKey, item: Item | undefined) => {
  if (!item) return undefined;
  return key.startsWith(FACT_UNIT_PREFIX) ? parseUnitItem(item) : parseRowItem(item);
};

const noteAction = (key: UnitKey, after: EvidenceUnit, noted: Item | undefined): Action => {
  const claims = after.claims.map(({ identifier }) => identifier).filter(isDecision);
  const version = (noted?.['ver'] as number | undefined) ?? 0;
  const when: Condition = noted ? { equals: [['ver'], version] } : { missing: ['pk'] };
  return { kind: 'update', key: noteKey(key), set: { ver: version + 1, claims }, when };
};

// A unit that came to life meanwhile has taken the decision along and must lose it.
const absent = (key: UnitKey): Action => ({
  kind: 'check',
  key: unitItemKey(key),
  when: { all: [{ missing: ['evidence'] }, { missing: ['claims'] }] },
});

const claimsWrite = (after: EvidenceUnit, item: Item, scope: string): Action => {
  const key = unitItemKey(after.key);
  if (after.party) {
    const when: Condition = { equals: [['evidence'], item['evidence'] as string] };
    return { kind: 'update', key, set: { evidence: evidenceText(after), scope }, when };
  }
  // Whoever is about to remove the unit has read what it claimed before.
  const set = { ...evidenceAttributes(after), scope };
  return { kind: 'update', key, set, remove: ['dying'], when: { exists: ['claims'] } };
};
