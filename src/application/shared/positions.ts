/**
 * Positions: up to where the changes of each source have been applied, one item for each shard of the change stream.
 *
 * A batch brings changes of most sources, so those of a shard stand in one item, an attribute each (docs/adr/0067). Its name
 * has a slash, which no source's has, so that none is taken for a key.
 * @module
 */
import { packedVersion, type RowVersion, versionOfPacked } from '#domain/capture/row-version.ts';
import { asMap, FRESHNESS_PARTITION } from './items.ts';
import type { Condition, Item, Key, ValueMap } from './table.ts';

/** How far a source has been applied on one shard. */
export interface Position {
  readonly source: string;
  /** Highest version that was applied. */
  readonly version: RowVersion;
  /** When it was committed at the source, epoch milliseconds. */
  readonly committedAt: number;
}

const PREFIX = 'at/';

/** Key of the positions of one shard. */
export const positionsKey = (shard: string): Key => ({ pk: FRESHNESS_PARTITION, sk: shard });

/** Positions as attributes; `appliedAt` in epoch milliseconds. */
export const formatPositions = (positions: readonly Position[], appliedAt: number): ValueMap =>
  Object.fromEntries(
    positions.map(({ source, version, committedAt }) => [
      nameOf(source),
      { v: packedVersion(version), committedAt, appliedAt },
    ]),
  );

/** Holds while the shard is not as far as a position, of its source. */
export const isBehind = ({ source, version }: Position): Condition => {
  const name = nameOf(source);
  return { any: [{ missing: [name] }, { less: [[name, 'v'], packedVersion(version)] }] };
};

/** The positions in an item. */
export const positionsIn = (item: Item | undefined): readonly Position[] =>
  Object.entries(item ?? {}).flatMap(([name, value]) => {
    if (!name.startsWith(PREFIX)) return [];
    const { v, committedAt } = asMap(value);
    const version = versionOfPacked(String(v));
    return [{ source: name.slice(PREFIX.length), version, committedAt: Number(committedAt) }];
  });

const nameOf = (source: string): string => `${PREFIX}${source}`;
