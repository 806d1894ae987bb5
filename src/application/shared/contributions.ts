/**
 * Contributions: what a fact row adds to its customer, as one attribute of a bucket.
 *
 * The attribute is named after the row and holds `{v, c?, d}`: packed row version, commit time and, as compact JSON text,
 * `[what it is, its fields]`; of a row that is gone `{v, c?, gone: true}`. The text keeps items small and quick to
 * read, and nothing but the version has to be compared by the store. Dots in a row key become slashes, because a dot in
 * a PartiQL name leads into a map.
 * A row that moved to another place leaves `{m, gone: true}`: a version under a name of its own, so that no write that
 * compares versions finds one, and whoever read the former place cannot write to it any more.
 * @module
 */
import { packedVersion, type RowVersion, versionOfPacked } from '#domain/capture/row-version.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import { asMap } from './items.ts';
import type { Item, ValueMap } from './table.ts';

/** What a fact says. */
export interface Contribution {
  /** `order`, `return`, `points`, … */
  readonly as: string;
  readonly fields: ValueMap;
}

/** A contribution as it is stored. */
export interface StoredContribution {
  readonly rowKey: SourceRowKey;
  readonly version: RowVersion;
  /** Commit time of the change that wrote it, epoch milliseconds; absent for a load row. */
  readonly committedAt?: number;
  /** Absent when the row is gone. */
  readonly fact?: Contribution;
}

/** `pos.receipt.7` → `pos/receipt/7`. A slash inside a key becomes `%2F`, which no key holds: `%` itself is escaped. */
export const contributionName = (row: SourceRowKey): string =>
  row.replaceAll('/', '%2F').replaceAll('.', '/');

const rowOf = (name: string): SourceRowKey =>
  name.replaceAll('/', '.').replaceAll('%2F', '/') as SourceRowKey;

const isContribution = (attribute: string): boolean => attribute.includes('/');

/** A contribution as the value of its attribute. */
export const formatContribution = (stored: Omit<StoredContribution, 'rowKey'>): ValueMap => ({
  v: packedVersion(stored.version),
  ...(stored.committedAt === undefined ? {} : { c: stored.committedAt }),
  ...(stored.fact ? { d: JSON.stringify([stored.fact.as, stored.fact.fields]) } : { gone: true }),
});

/** What a row that moved away leaves. */
export const movedAway = (version: RowVersion): ValueMap => ({
  m: packedVersion(version),
  gone: true,
});

/** All contributions of a bucket, tombstones included. */
export const contributionsIn = (bucket: Item | undefined): readonly StoredContribution[] =>
  Object.entries(bucket ?? {}).flatMap(([name, value]) => {
    const { v, m, c, d } = asMap(value);
    const version = v ?? m;
    if (!isContribution(name) || typeof version !== 'string') return [];
    return [
      {
        rowKey: rowOf(name),
        version: versionOfPacked(version),
        ...(typeof c === 'number' ? { committedAt: c } : {}),
        ...(typeof d === 'string' ? { fact: parseFact(d) } : {}),
      },
    ];
  });

const parseFact = (text: string): Contribution => {
  const [as, fields] = JSON.parse(text) as [string, ValueMap];
  return { as, fields };
};

/** The contributions of a bucket whose rows are not gone. */
export const liveContributionsIn = (
  bucket: Item | undefined,
): readonly (StoredContribution & { readonly fact: Contribution })[] =>
  contributionsIn(bucket).flatMap((stored) =>
    stored.fact ? [{ ...stored, fact: stored.fact }] : [],
  );

/** What the rows of a bucket say that are not gone. */
export const factsIn = (
  bucket: Item,
): readonly (Contribution & Pick<StoredContribution, 'rowKey'>)[] =>
  Object.entries(bucket).flatMap(([name, value]) => {
    const { d } = asMap(value);
    return typeof d === 'string' && isContribution(name)
      ? [{ rowKey: rowOf(name), ...parseFact(d) }]
      : [];
  });

/** When the changes of a bucket's rows were committed, tombstones included; load rows have no time. */
export const commitTimesIn = (bucket: Item | undefined): ReadonlyMap<SourceRowKey, number> => {
  const times = new Map<SourceRowKey, number>();
  for (const [name, value] of Object.entries(bucket ?? {})) {
    const { c } = asMap(value);
    if (typeof c === 'number' && isContribution(name)) times.set(rowOf(name), c);
  }
  return times;
};

/** Whether a bucket holds a row that is not gone. */
export const hasLiveRow = (bucket: Item): boolean =>
  Object.values(bucket).some((value) => typeof asMap(value)['d'] === 'string');

/** Version of a row in a bucket, of its contribution or tombstone; empty when it is not there. */
export const versionIn = (bucket: Item | undefined, row: SourceRowKey): string => {
  const { v, m } = asMap(bucket?.[contributionName(row)]);
  const version = v ?? m;
  return typeof version === 'string' ? versionOfPacked(version) : '';
};

/** The rows of a bucket, by the names of their attributes; those that are gone or went included. */
export const rowNamesIn = (bucket: Item | undefined): ReadonlySet<string> =>
  new Set(Object.keys(bucket ?? {}).filter(isContribution));
