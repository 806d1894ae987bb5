/**
 * Party rows: a row that describes a customer is one evidence unit, kept whole in its registry item.
 *
 * A change that leaves the row's claims as they are is one conditional write. Any other is structural. A row that is seen
 * first may be laid: written with a mark, ahead of the scope whose write commits it (laid-rows.ts, docs/adr/0070).
 * @module
 */
import {
  asMap,
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
import { generationOf } from '#domain/capture/row-version.ts';
import { orderedClaims, sameEvidence, type UnitKey } from '#domain/identity/evidence.ts';
import { isDecision } from '#domain/identity/merge-policy.ts';
import { InvariantError, must } from '#domain/shared/assert.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';
import type { Json } from '#domain/shared/json.ts';
import { withImage } from './join-changes.ts';
import type { PartyChange } from './row-change.ts';
import type { StructuralChange } from './world.ts';

/** What a party change asks for, given the registry as read. */
export type PartyStep =
  | { readonly step: 'skip'; readonly outcome: 'applied' | 'stale' }
  | { readonly step: 'write'; readonly action: Write }
  | { readonly step: 'restructure'; readonly change: StructuralChange }
  /** The row was laid: what it asks for when its scope lists it, and else the commit that never came. */
  | { readonly step: 'look'; readonly committed: PartyStep; readonly commit: StructuralChange }
  /** The commit of a row that was laid comes first, and then the row is read again. */
  | { readonly step: 'commit'; readonly change: StructuralChange };

/** Decides what to do with a party change. Pure. */
export const decideParty = (arrived: PartyChange, item: Item | undefined): PartyStep => {
  const row = item && parseRowItem(item);
  const step = stepOf(arrived, row, item);
  if (!item || !row?.laid || (step.step === 'write' && isNews(arrived, row))) return step;
  return { step: 'look', committed: step, commit: commitOf(item) };
};

/**
 * Whether all of a delivery is later than the row: then its image may be replaced without a look, because the change that the
 * row was laid with comes again if its commit did not come. A new load does not rely on that.
 */
const isNews = ({ version, since = version }: PartyChange, row: RowItem): boolean =>
  since > row.version && generationOf(since) === generationOf(row.version);

const stepOf = (
  arrived: PartyChange,
  row: RowItem | undefined,
  item: Item | undefined,
): PartyStep => {
  const change = row ? withDecisions(joinedWith(arrived, row), row) : arrived;
  if (row && item && saysAll(row, change) && !readsAnew(change, row, item)) {
    return { step: 'skip', outcome: row.version === arrived.version ? 'applied' : 'stale' };
  }
  if (!change.after && !row?.evidence) return { step: 'write', action: tombstone(change, row) };
  if (change.after && row?.evidence && sameEvidence(change.after.evidence, row.evidence)) {
    const isLaid = row.laid === true && isNews(arrived, row);
    return { step: 'write', action: imageWrite(change, change.after, row, isLaid) };
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
    // A renamed row comes in the very commit that the row it was goes in.
    ...(after && !row?.evidence && !change.renamedFrom ? { apart: 'before' } : {}),
    own: (scope, evidence) => [
      change.after
        ? imageUpdate(change, { ...change.after, ...(evidence ? { evidence } : {}) }, row, scope)
        : tombstone(change, row),
    ],
  };
};

/** The own write of a new row, ahead of its commit. */
export const asLaid = (write: Write): Write => {
  if (write.kind !== 'update') throw new InvariantError('a row is laid by an update');
  const { key, when } = write;
  const set = { ...write.set, said: { ...asMap(write.set?.['said']), laid: true } };
  // Rows that were never seen go in one request.
  return when && isNothing(when)
    ? { kind: 'put', item: { ...key, ...set }, when }
    : { ...write, set };
};

const isNothing = (when: Condition): boolean => 'missing' in when && when.missing[0] === 'pk';

const STILL_LAID: Condition = { equals: [['said', 'laid'], true] };

/** The commit of a row that was laid, as it is stored; on condition that it still is, and was not pointed elsewhere. */
export const commitOf = (item: Item): StructuralChange => {
  const row = parseRowItem(item);
  const { laid: _laid, ...said } = asMap(item['said']);
  const [evidence, scope] = [must(row.evidence, 'claims of a row'), must(row.scope, 'its scope')];
  return {
    key: evidence.key,
    after: evidence,
    scope,
    own: (home, after = evidence) => [
      {
        kind: 'update',
        key: { pk: item.pk, sk: item.sk },
        set: { evidence: evidenceText(after), said, scope: home },
        when: { all: [asRead(row), STILL_LAID, { equals: [['scope'], scope] }] },
      },
    ],
  };
};

// The image may be replaced by any later one as long as the claims stay what the identity graph knows.
const imageWrite = (
  change: PartyChange,
  after: NonNullable<PartyChange['after']>,
  row: RowItem,
  isLaid: boolean,
): Write => ({
  kind: 'update',
  key: rowItemKey(change.rowKey),
  set: { said: { ...saidBy(change, after), ...(isLaid ? { laid: true } : {}) } },
  when: {
    all: [
      isWhole(change) && change.version > row.version && (row.laid ?? false) === isLaid
        ? { less: [versionPath(row), change.version] }
        : asRead(row),
      row.laid ? STILL_LAID : { missing: ['said', 'laid'] },
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
