/**
 * Shown kinds: of which kinds of entries a caller may know that there are any.
 *
 * A list of complaints without a word of any still says that somebody complained, when, and how often. So a kind of which
 * a grant shows no field is not there for it: no entry, and no part in a count. The rule asks the policy for each field and
 * names no kind.
 * @module
 */
import type { Definitions, FieldMapping, TableDefinition } from '#domain/definitions/types.ts';
import { own } from '#domain/shared/json-safety.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import type { Grant } from './access.ts';
import { showsType } from './redact.ts';

/** What a grant may know of kinds of entries: `order`, `case`, … */
export interface ShownKinds {
  readonly shows: (kind: string) => boolean;
  /** Whether a row, named by its key, describes a customer or is an entry of a kind that is shown. */
  readonly showsRow: (rowKey: string) => boolean;
  /** Whether every kind that a source, or any source, has entries of is shown. */
  readonly showsAllOf: (source?: string) => boolean;
}

/** The kinds of these definitions as a grant shows them. */
export const shownKinds = (
  { sources }: Definitions,
  { treat }: Pick<Grant, 'treat'>,
): ShownKinds => {
  const tables = Object.values(sources).flatMap(({ source, brand, tables: each }) =>
    Object.values(each)
      .filter(({ kind }) => kind === 'fact' || kind === 'event')
      .map(({ as, fields }) => ({ source, as, fields: fieldsIn(fields, brand !== undefined) })),
  );
  const fieldsOf = new Map(
    [...groupBy(tables, ({ as }) => as)].map(([kind, alike]) => [
      kind,
      alike.flatMap(({ fields }) => fields),
    ]),
  );
  const shows = (kind: string): boolean => {
    const fields = fieldsOf.get(kind) ?? [];
    // Where nothing but a time is known, no field speaks for the kind, and the time has to.
    if (fields.length === 0) return treat(`${kind}.at`) === 'clear';
    return fields.some(([field, type]) => showsType(treat(`${kind}.${field}`), type));
  };
  const hidden = tables.filter(({ as }) => !shows(as)).map(({ source }) => source);
  const showsAllOf = (source?: string): boolean =>
    source === undefined ? hidden.length === 0 : !hidden.includes(source);
  const showsRow = (rowKey: string): boolean => {
    const [source = '', table = ''] = rowKey.split('.');
    const defined = own(own(sources, source)?.tables ?? {}, table);
    return defined?.kind === 'party' || shows(defined?.as ?? table);
  };
  return { shows, showsRow, showsAllOf };
};

type FieldOfEntry = readonly [field: string, type: FieldMapping['type']];

/** What entries of a table say besides when: their fields, and the brand, which a source tells of all its rows. */
const fieldsIn = (
  fields: TableDefinition['fields'],
  hasBrand: boolean,
): readonly FieldOfEntry[] => [
  ...Object.entries(fields).flatMap(([field, { type }]): readonly FieldOfEntry[] =>
    field === 'at' ? [] : [[field, type]],
  ),
  ...(hasBrand ? ([['brand', 'code']] as const) : []),
];

/** What a source contributes, as a profile presents it. */
interface PresentedShare {
  readonly source: string;
}

/**
 * What each source contributes, without what tells of entries that are not shown: numbers and times of a source are of all
 * of its rows, so a source that has such entries is named only.
 */
export const shownShares = <T extends PresentedShare>(
  shares: readonly T[],
  { showsAllOf }: Pick<ShownKinds, 'showsAllOf'>,
): readonly (T | PresentedShare)[] =>
  shares.map((share) => (showsAllOf(share.source) ? share : { source: share.source }));
