/**
 * Re-keying of items: what has to be written so that an item stands under, and holds, pseudonyms of the next version.
 *
 * What is found by a pseudonym (claims with their members, lookups) is copied under its new key and stays under the old
 * one, so that reads go on until everybody has the next version. When all of it is there, what only holds pseudonyms changes
 * in place: a scope lists a value under one of its keys, and whoever reads tries both. Raw values
 * (`said` of a party row, contributions, summaries) are never looked into.
 * @module
 */
import { isScopeItem, partsIn } from '#application/identity/scope-store.ts';
import { lookupsOf, rowOfLookup } from '#application/profile/maintain-lookups.ts';
import { rowNamesIn } from '#application/shared/contributions.ts';
import { LOOKUP_PREFIX, type PartId, rowItemKey, scopePartKey } from '#application/shared/items.ts';
import { heldKey } from '#application/shared/review-items.ts';
import {
  type Action,
  type Condition,
  type Item,
  type Key,
  PackedText,
  type Table,
  type ValueMap,
} from '#application/shared/table.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { IdentifierKey } from '#domain/identity/evidence.ts';
import { isOfVersion } from '#domain/identity/pseudonym.ts';
import { rekeyClaim, rekeyText, rekeyValue, type Successor } from '#domain/identity/rekey-text.ts';
import { chunksOf } from '#domain/shared/chunks.ts';

/** Gives what is looked up by a value its place under a version of the pepper. */
type Pseudonymise = (namespace: string, scope: string | undefined, value: string) => string;

/** How pseudonyms are re-keyed. */
export interface Rekeying {
  /** Version that is left. */
  readonly from: number;
  readonly successor: Successor;
  /** Pseudonyms of both versions, for lookups: part of theirs is cut off, so they are made from the row anew. */
  readonly was: Pseudonymise;
  readonly pseudonymise: Pseudonymise;
}

/** Writes that belong together: all of them in one transaction, or none. */
export type Together = readonly Action[];

/** What a page of items takes to stand under its next keys, too; nothing for those that do. */
export const copyItems = async (
  table: Table,
  rekeying: Rekeying,
  items: readonly Item[],
): Promise<readonly Together[]> => {
  const claims = items.flatMap((item) => claimCopies(rekeying, item));
  const copies = [...claims, ...(await lookupCopies(table, rekeying, items))];
  return (await missing(table, copies)).map((item) => [putOnce(item)]);
};

/** What a page of items takes to hold the next pseudonyms; nothing for those that do. */
export const changeItems = async (
  table: Table,
  rekeying: Rekeying,
  items: readonly Item[],
): Promise<readonly Together[]> => {
  const places = items.map((item) => inPlace(rekeying, item));
  const scopes = items.filter((item) => item.sk === 'SCOPE' && isScopeItem(item));
  const rewritten = await Promise.all(scopes.map((item) => rewrittenScope(table, rekeying, item)));
  return [...places.filter((actions) => actions.length > 0), ...rewritten.flat()];
};

const putOnce = (item: Item): Action => ({ kind: 'put', item, when: { missing: ['pk'] } });

const missing = async (table: Table, copies: readonly Item[]): Promise<readonly Item[]> => {
  const unique = [...new Map(copies.map((item) => [`${item.pk} ${item.sk}`, item])).values()];
  const found = await table.getAll(unique.map(({ pk, sk }) => ({ pk, sk })));
  return unique.filter((_, index) => found[index] === undefined);
};

/** The item under its next key. */
const claimCopies = ({ successor }: Rekeying, item: Item): readonly Item[] => {
  const pk = nextClaimPartition(successor, item);
  return pk === item.pk ? [] : [{ ...item, pk }];
};

/** The lookups of the version that is left under their next keys; of those that find nothing any more, none. */
const lookupCopies = async (
  table: Table,
  { from, was, pseudonymise }: Rekeying,
  items: readonly Item[],
): Promise<readonly Item[]> => {
  const old = items.filter((item) => isLookupOf(from, item));
  const rows = await table.getAll(old.map((key) => rowItemKey(rowOfLookup(key) as SourceRowKey)));
  return old.flatMap(({ pk, sk }, index) => {
    // The same terms in the same order, under either version.
    const place = [...lookupsOf(was, rows[index]).keys()].indexOf(`${pk} ${sk}`);
    const key = [...lookupsOf(pseudonymise, rows[index]).values()][place];
    return key ? [{ ...key }] : [];
  });
};

const isLookupOf = (version: number, { pk }: Key): boolean =>
  pk.startsWith(LOOKUP_PREFIX) && isOfVersion(pk.slice(LOOKUP_PREFIX.length), version);

const CLAIM_PREFIX = 'I#';

const nextClaimPartition = (successor: Successor, { pk }: Key): string =>
  pk.startsWith(CLAIM_PREFIX)
    ? `${CLAIM_PREFIX}${rekeyClaim(successor, pk.slice(CLAIM_PREFIX.length))}`
    : pk;

const inPlace = ({ successor }: Rekeying, item: Item): Together => {
  const [kind] = item.pk.split('#', 1);
  if (kind === 'R') return changed(successor, item, ['said']);
  if (kind === 'A') return changed(successor, item, []);
  if (kind === 'U') return changed(successor, item, contributionNames(item));
  if (kind === 'HELD') return movedHeld(successor, item);
  return kind === 'K' && item.sk === 'EVENTS' ? forgotten(successor, item) : [];
};

const contributionNames = (bucket: Item): readonly string[] => [...rowNamesIn(bucket)];

/** The attributes that change; on condition that no other worker has changed one of them, or taken it away. */
const changed = (successor: Successor, item: Item, except: readonly string[]): Together => {
  const { pk, sk, ...attributes } = item;
  const entries = Object.entries(attributes)
    .filter(([name]) => !except.includes(name))
    .flatMap(([name, value]) => {
      const next = rekeyValue(successor, value);
      return next === value ? [] : [[name, next] as const];
    });
  if (entries.length === 0) return [];
  const asRead = entries.map(([name]): Condition => {
    const was = attributes[name];
    return typeof was === 'string' ? { equals: [[name], was] } : { exists: [name] };
  });
  const when: Condition = { all: asRead };
  return [{ kind: 'update', key: { pk, sk }, set: Object.fromEntries(entries), when }];
};

const movedHeld = (successor: Successor, item: Item): Together => {
  const { pk, sk } = item;
  const next = rekeyClaim(successor, sk) as IdentifierKey;
  if (next === sk) return [];
  return [
    { kind: 'put', item: { ...rekeyValue(successor, item), ...heldKey(next) } },
    { kind: 'delete', key: { pk, sk } },
  ];
};

/** Events of a commit that are on nobody's way any more: the stream carried them when they were written. */
const forgotten = (successor: Successor, item: Item): Together =>
  rekeyValue(successor, item) === item
    ? []
    : [{ kind: 'delete', key: { pk: item.pk, sk: item.sk } }];

// Events belong to the version that carried them, and would be told twice.
const rewrittenScope = async (
  table: Table,
  rekeying: Rekeying,
  item: Item,
): Promise<readonly Together[]> => {
  if (partsIn(item).length > 0) return rewrittenParts(table, rekeying, item);
  const { successor } = rekeying;
  const { doc = '', events = [] } = item;
  const next = rekeyText(successor, String(doc));
  const isSame = next === doc && rekeyValue(successor, events) === events;
  return isSame ? [] : [[nextScope(item, 0, { doc: new PackedText(next) })]];
};

const nextScope = (item: Item, steps: number, set: ValueMap): Action => {
  const ver = Number(item['ver'] ?? 0) + steps;
  return {
    kind: 'update',
    key: { pk: item.pk, sk: item.sk },
    set: { ...set, ver: ver + 1 },
    remove: ['events', 'eventsAt'],
    when: { equals: [['ver'], ver] },
  };
};

/** Parts replaced in one transaction, with two actions each. */
const PARTS_TOGETHER = 40;

// A part never changes, so one that is re-keyed is another part. As long as nobody resolves, some may be so before others.
const rewrittenParts = async (
  table: Table,
  { from, successor }: Rekeying,
  item: Item,
): Promise<readonly Together[]> => {
  const names = partsIn(item);
  const stored = await table.getAll(names.map(scopePartKey));
  const next = new Map<PartId, Item>();
  for (const [index, name] of names.entries()) {
    const part = stored[index];
    const text = String(part?.['doc'] ?? '');
    const doc = rekeyText(successor, text);
    const key = scopePartKey(`${name.split('~')[0]}~${from + 1}` as PartId);
    if (part && doc !== text) next.set(name, { ...part, ...key, doc: new PackedText(doc) });
  }
  const inForce = [...names];
  return chunksOf([...next], PARTS_TOGETHER).map((some, step): Together => {
    for (const [name, part] of some) inForce[inForce.indexOf(name)] = part.pk.slice(2) as PartId;
    return [
      nextScope(item, step, { parts: new PackedText(inForce.join(' ')) }),
      ...some.map(([, part]) => putOnce(part)),
      ...some.map(([name]): Action => ({ kind: 'delete', key: scopePartKey(name) })),
    ];
  });
};

/**
 * Takes away what of a page stands under a key of the version that was left, and nobody reads any more. A lookup that was
 * written late is copied first.
 */
export const removeLeft = async (
  table: Table,
  rekeying: Rekeying,
  items: readonly Item[],
): Promise<readonly Together[]> => {
  const late = await missing(table, await lookupCopies(table, rekeying, items));
  const left = items.filter((item) => isLeft(rekeying.from, item));
  return [
    ...late.map((item): Together => [{ kind: 'put', item }]),
    ...left.map(({ pk, sk }): Together => [{ kind: 'delete', key: { pk, sk } }]),
  ];
};

const isLeft = (version: number, key: Key): boolean => {
  const old: Successor = (text) => (isOfVersion(text, version) ? '' : undefined);
  return isLookupOf(version, key) || nextClaimPartition(old, key) !== key.pk;
};
