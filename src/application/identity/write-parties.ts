/**
 * Party rows: a row that describes a customer is one evidence unit, kept whole in its registry item.
 *
 * A change that leaves the row's claims as they are is one conditional write. Any other is structural.
 * @module
 */
import {
  imageAttributes,
  parseRowItem,
  type RowItem,
  rowItemKey,
} from '#application/shared/items.ts';
import {
  evidenceText,
  lastChangeIn,
  PARTY_ATTRIBUTES,
  saidAttributes,
} from '#application/shared/party-row.ts';
import type { Action, Condition, Item, Path, ValueMap, Write } from '#application/shared/table.ts';
import { formatParts, joinImages } from '#domain/capture/row-image.ts';
import { orderedClaims, sameEvidence, type UnitKey } from '#domain/identity/evidence.ts';
import { isDecision } from '#domain/identity/merge-policy.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';
import type { Json } from '#domain/shared/json.ts';
import { withImage } from './join-changes.ts';
import type { PartyChange } from './row-change.ts';
import type { StructuralChange } from './world.ts';

/** What a party change asks for, given the registry as read. */
export type PartyStep =
  | { readonly step: 'skip'; readonly outcome: 'applied' | 'stale' }
  | { readonly step: 'write'; readonly action: Write }
  | { readonly step: 'restructure'; readonly change: StructuralChange };

/** Decides what to do with a party change. Pure. */
export const decideParty = (arrived: PartyChange, item: Item | undefined): PartyStep => {
  const row = item && parseRowItem(item);
  const change = row ? withDecisions(joinedWith(arrived, row), row) : arrived;
  if (row && saysAll(row, change) && !readsAnew(change, row, item)) {
    return { step: 'skip', outcome: row.version === arrived.version ? 'applied' : 'stale' };
  }
  if (!change.after && !row?.evidence) return { step: 'write', action: tombstone(change, row) };
  if (change.after && row?.evidence && sameEvidence(change.after.evidence, row.evidence)) {
    return { step: 'write', action: imageWrite(change, change.after, row) };
  }
  return { step: 'restructure', change: structural(change, row) };
};

// What operators have decided about the row stays with it, whatever its source says.
const withDecisions = (change: PartyChange, row: RowItem): PartyChange => {
  const decided = row.evidence?.claims.filter(({ identifier }) => isDecision(identifier)) ?? [];
  if (decided.length === 0 || !change.after) return change;
  const { evidence } = change.after;
  const claims = orderedClaims([...evidence.claims, ...decided]);
  return { ...change, after: { ...change.after, evidence: { ...evidence, claims } } };
};

// What the row says once the change is in: more than the change when either holds only part of the row.
const joinedWith = (change: PartyChange, { image }: RowItem): PartyChange =>
  change.columns && image ? withImage(change, joinImages(change.columns.image, image)) : change;

const saysAll = (row: RowItem, { version, columns }: PartyChange): boolean =>
  columns && row.image
    ? row.version === version && formatParts(columns.image) === formatParts(row.image)
    : row.version >= version;

/**
 * Whether the row as it is stored says something else by the definitions in force than it did by those that it was written
 * under. A change that is there already, delivered again, so brings it to them.
 */
const readsAnew = (change: PartyChange, row: RowItem, item: Item): boolean => {
  const { after, version, columns } = change;
  if (!after || !row.evidence || row.version !== version) return false;
  return (
    !sameEvidence(after.evidence, row.evidence) ||
    saidText(saidAttributes(after, columns?.image.values)) !== saidText(lastChangeIn(item))
  );
};

const saidText = ({ fields = {}, identifiers = '[]' }: ValueMap): string =>
  canonicalJson([fields, identifiers] as unknown as Json);

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
        ? imageUpdate(change, { ...change.after, ...(evidence ? { evidence } : {}) }, row, scope)
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
  kind: 'update',
  key: rowItemKey(change.rowKey),
  set: { said: saidBy(change, after) },
  when: {
    all: [
      isWhole(change) && change.version > row.version
        ? { less: [versionPath(row), change.version] }
        : asRead(row),
      { equals: [['evidence'], evidenceText(after.evidence)] },
    ],
  },
});

const isWhole = ({ columns }: PartyChange): boolean =>
  !columns || formatParts(columns.image) === '';

const saidBy = (change: PartyChange, after: NonNullable<PartyChange['after']>): ValueMap => ({
  v: change.version,
  ...saidAttributes(after, change.columns?.image.values),
  ...(change.columns ? imageAttributes(change.columns.image) : {}),
  ...committedAt(change),
});

const committedAt = ({ committedAt: at }: PartyChange): ValueMap =>
  at === undefined ? {} : { at };

const imageUpdate = (
  change: PartyChange,
  after: NonNullable<PartyChange['after']>,
  row: RowItem | undefined,
  scope: string,
): Extract<Action, { kind: 'update' }> => ({
  kind: 'update',
  key: rowItemKey(change.rowKey),
  set: { evidence: evidenceText(after.evidence), said: saidBy(change, after), scope },
  remove: TOMBSTONE_ATTRIBUTES,
  when: asRead(row),
});

const TOMBSTONE_ATTRIBUTES = ['v', 'deleted', 'at'] as const;

const tombstone = (
  change: PartyChange,
  row: RowItem | undefined,
): Extract<Action, { kind: 'update' }> => ({
  kind: 'update',
  key: rowItemKey(change.rowKey),
  set: { v: change.version, deleted: true, ...committedAt(change) },
  remove: PARTY_ATTRIBUTES,
  when: asRead(row),
});

// What operators decide changes the claims of a row and not its version, and nor does what an earlier part adds.
const asRead = (row: RowItem | undefined): Condition => {
  if (!row) return { missing: ['pk'] };
  const { version, evidence, image } = row;
  const parts = image ? formatParts(image) : '';
  return {
    all: [
      { equals: [versionPath(row), version] },
      parts === '' ? { missing: ['said', 'parts'] } : { equals: [['said', 'parts'], parts] },
      ...(evidence ? [{ equals: [['evidence'], evidenceText(evidence)] } as const] : []),
    ],
  };
};

const versionPath = ({ evidence }: RowItem): Path => (evidence ? ['said', 'v'] : ['v']);
