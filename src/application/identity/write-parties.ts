/**
 * Party rows: a row that describes a customer is one evidence unit, kept whole in its registry item.
 *
 * A change that leaves the row's claims as they are is one conditional write. Any other is structural.
 * @module
 */
import {
  evidenceAttributes,
  parseRowItem,
  type RowItem,
  rowItemKey,
} from '#application/shared/items.ts';
import type { Action, Condition, Item, Write } from '#application/shared/table.ts';
import {
  claimText,
  type EvidenceUnit,
  orderedClaims,
  sameEvidence,
  type UnitKey,
} from '#domain/identity/evidence.ts';
import { isDecision } from '#domain/identity/merge-policy.ts';
import type { PartyChange } from './row-change.ts';
import type { StructuralChange } from './world.ts';

/** What a party change asks for, given the registry as read. */
export type PartyStep =
  | { readonly step: 'skip'; readonly outcome: 'applied' | 'stale' }
  | { readonly step: 'write'; readonly action: Write }
  | { readonly step: 'restructure'; readonly change: StructuralChange };

/** Decides what to do with a party change. Pure. */
export const decideParty = (given: PartyChange, item: Item | undefined): PartyStep => {
  const row = item && parseRowItem(item);
  const change = withDecisions(given, row);
  if (row && row.version >= change.version) {
    return { step: 'skip', outcome: row.version === change.version ? 'applied' : 'stale' };
  }
  if (!change.after && !row?.evidence) return { step: 'write', action: tombstone(change, row) };
  if (change.after && row?.evidence && sameEvidence(change.after.evidence, row.evidence)) {
    return { step: 'write', action: imageWrite(change, change.after, row) };
  }
  return { step: 'restructure', change: structural(change, row) };
};

// What operators have decided about the row stays with it, whatever its source says.
const withDecisions = (change: PartyChange, row: RowItem | undefined): PartyChange => {
  const decided = row?.evidence?.claims.filter(({ identifier }) => isDecision(identifier)) ?? [];
  if (decided.length === 0 || !change.after) return change;
  const { evidence } = change.after;
  const claims = orderedClaims([...evidence.claims, ...decided]);
  return { ...change, after: { ...change.after, evidence: { ...evidence, claims } } };
};

const structural = (change: PartyChange, row: RowItem | undefined): StructuralChange => {
  const after = change.after?.evidence;
  return {
    key: change.rowKey as string as UnitKey,
    ...(row?.evidence ? { before: row.evidence } : {}),
    ...(row?.scope ? { scope: row.scope } : {}),
    ...(after ? { after } : {}),
    ...(change.renamedFrom ? { renamedFrom: change.renamedFrom as string as UnitKey } : {}),
    own: (scope, evidence) => [
      change.after
        ? imageUpdate(change, { ...change.after, ...(evidence ? { evidence } : {}) }, row, {
            scope,
          })
        : tombstone(change, row),
    ],
  };
};

// The image may be replaced by any later one as long as the claims stay what the identity graph knows.
const imageWrite = (
  change: PartyChange,
  after: NonNullable<PartyChange['after']>,
  row: RowItem,
): Write => ({
  ...imageUpdate(change, after, row, {}),
  when: {
    all: [
      { less: [['v'], change.version] },
      { equals: [['evidence'], evidenceText(after.evidence)] },
    ],
  },
});

const imageUpdate = (
  change: PartyChange,
  after: NonNullable<PartyChange['after']>,
  row: RowItem | undefined,
  more: { readonly scope?: string },
): Extract<Action, { kind: 'update' }> => ({
  kind: 'update',
  key: rowItemKey(change.rowKey),
  set: {
    v: change.version,
    source: change.source,
    ...evidenceAttributes(after.evidence),
    evidence: evidenceText(after.evidence),
    fields: after.fields,
    ...(change.committedAt === undefined ? {} : { at: change.committedAt }),
    ...more,
  },
  remove: ['deleted'],
  when: asRead(row),
});

/** Claims as one text, because a condition compares scalars. */
export const evidenceText = (unit: EvidenceUnit): string =>
  `${unit.mayCreate ? 'c' : ''} ${unit.claims.map(claimText).join(' ')}`;

const tombstone = (
  change: PartyChange,
  row: RowItem | undefined,
): Extract<Action, { kind: 'update' }> => ({
  kind: 'update',
  key: rowItemKey(change.rowKey),
  set: {
    v: change.version,
    deleted: true,
    ...(change.committedAt === undefined ? {} : { at: change.committedAt }),
  },
  remove: ['claims', 'mayCreate', 'evidence', 'fields', 'scope', 'source'],
  when: asRead(row),
});

// What operators decide changes the claims of a row and not its version.
const asRead = (row: RowItem | undefined): Condition => {
  if (!row) return { missing: ['pk'] };
  const version: Condition = { equals: [['v'], row.version] };
  return row.evidence
    ? { all: [version, { equals: [['evidence'], evidenceText(row.evidence)] }] }
    : version;
};
