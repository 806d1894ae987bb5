/**
 * Survivorship: of the values that a customer's party rows give for one profile field, which one is shown and why.
 *
 * A field's rule is the first criterion; the others follow in one fixed order, the row key last, so that every two
 * candidates have an order and the answer never depends on how rows came. Each loser says which criterion it lost by.
 * @module
 */
import type { RowVersion } from '#domain/capture/row-version.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { ProfileFieldDefinition, SurvivorshipRule } from '#domain/definitions/types.ts';
import { byText } from '#domain/identity/evidence.ts';
import { assertNever } from '#domain/shared/assert.ts';

/** When a row was set. */
export interface Stamp {
  readonly version: RowVersion;
  /** Commit time, epoch milliseconds; absent for a load row. */
  readonly at?: number;
}

/** A live party row, as survivorship sees it. */
export interface SurvivorRow {
  readonly rowKey: SourceRowKey;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly stamp: Stamp;
}

/** A value that a row gives. */
export interface Candidate {
  readonly value: string | number | boolean;
  readonly rowKey: SourceRowKey;
  readonly source: string;
  /** Whether its source vouches for the field. */
  readonly verified: boolean;
  readonly version: RowVersion;
  /** When the value was set, epoch milliseconds: the row's own field `updatedAt`, else the time of its commit. */
  readonly at?: number;
}

/** What decided between two candidates. */
export type Criterion = 'verified' | 'frequency' | 'source' | 'recency' | 'row-key';

/** A candidate that is not shown. `same` when it gives the value that is. */
export interface Loser extends Candidate {
  readonly lostBy: Criterion | 'same';
}

/** The value of a field with everything that speaks for and against it. */
export interface Survivor {
  readonly winner: Candidate;
  readonly rule: SurvivorshipRule;
  /** In the order in which they would take the winner's place. */
  readonly losers: readonly Loser[];
}

/** Field of a party row that says when the row was last changed at its source. */
const UPDATED_AT = 'updatedAt';

/** Finds the value of a field; `undefined` when no row of the field's sources gives one. */
export const survive = (
  definition: ProfileFieldDefinition,
  rows: readonly SurvivorRow[],
): Survivor | undefined => {
  const candidates = rows.flatMap((row) => candidateOf(definition, row));
  const rule = definition.rule ?? 'source-priority';
  const compare = comparison(definition, candidates);
  const sorted = candidates.sort((a, b) => compare(a, b).order);
  const [winner, ...others] = sorted;
  if (winner === undefined) return undefined;
  const losers = others.map((loser) => ({
    ...loser,
    lostBy: loser.value === winner.value ? ('same' as const) : compare(winner, loser).by,
  }));
  return { winner, rule, losers };
};

const candidateOf = (
  { field, sources, verifiedIn = [] }: ProfileFieldDefinition,
  { rowKey, fields, stamp }: SurvivorRow,
): readonly Candidate[] => {
  const value = fields[field];
  const [source = '', table = ''] = rowKey.split('.', 2);
  if (!isScalar(value) || !sources.includes(source)) return [];
  const { version, at } = stamp;
  const updatedAt = fields[UPDATED_AT];
  const setAt = typeof updatedAt === 'number' ? updatedAt : at;
  const verified = verifiedIn.includes(`${source}.${table}`);
  const candidate = { value, rowKey, source, verified, version };
  return [setAt === undefined ? candidate : { ...candidate, at: setAt }];
};

const isScalar = (value: unknown): value is Candidate['value'] =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

interface Compared {
  /** Negative when the first one wins. */
  readonly order: number;
  readonly by: Criterion;
}

const comparison = (definition: ProfileFieldDefinition, candidates: readonly Candidate[]) => {
  const criteria = criteriaOf(definition.rule ?? 'source-priority');
  const count = frequencies(candidates);
  const compareBy = (by: Criterion, a: Candidate, b: Candidate): number => {
    switch (by) {
      case 'verified':
        return Number(b.verified) - Number(a.verified);
      case 'frequency':
        return (count.get(b.value) ?? 0) - (count.get(a.value) ?? 0);
      case 'source':
        return definition.sources.indexOf(a.source) - definition.sources.indexOf(b.source);
      case 'recency':
        return (b.at ?? Number.MIN_SAFE_INTEGER) - (a.at ?? Number.MIN_SAFE_INTEGER);
      case 'row-key':
        return byText(a.rowKey, b.rowKey);
      default:
        return assertNever(by);
    }
  };
  return (a: Candidate, b: Candidate): Compared => {
    const by = criteria.find((criterion) => compareBy(criterion, a, b) !== 0) ?? 'row-key';
    return { order: compareBy(by, a, b), by };
  };
};

/** Every rule is its own criterion first; then come the sources as listed, then the time, then the row key. */
const criteriaOf = (rule: SurvivorshipRule): readonly Criterion[] => {
  switch (rule) {
    case 'source-priority':
      return ['source', 'row-key'];
    case 'most-recent':
      return ['recency', 'source', 'row-key'];
    case 'most-frequent':
      return ['frequency', 'source', 'recency', 'row-key'];
    case 'verified-first':
      return ['verified', 'source', 'recency', 'row-key'];
    default:
      return assertNever(rule);
  }
};

const frequencies = (candidates: readonly Candidate[]): ReadonlyMap<unknown, number> => {
  const counts = new Map<unknown, number>();
  for (const { value } of candidates) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};

/** Says in a sentence why a loser is not shown; rows are not named, for a row key may be a card number. */
export const explainLoss = (
  { lostBy, source }: Loser,
  { winner }: Pick<Survivor, 'winner'>,
): string => {
  switch (lostBy) {
    case 'same':
      return 'says the same';
    case 'verified':
      return `${source} does not vouch for it, ${winner.source} does`;
    case 'frequency':
      return 'more rows say what is shown';
    case 'source':
      return `${winner.source} comes before ${source}`;
    case 'recency':
      return 'what is shown was set later';
    case 'row-key':
      return 'what is shown is of the first of equal rows';
    default:
      return assertNever(lostBy);
  }
};
