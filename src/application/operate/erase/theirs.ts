/**
 * Theirs: whether bytes are about the customer of an erasure.
 *
 * A record that is understood is the customer's when it is about one of its rows, or carries an identifier that nobody
 * else holds. Anything else is taken apart into words, and is the customer's when one of them, normalised, is such an
 * identifier. Values are compared by their pseudonyms, so this also finds those that no party row shows.
 * @module
 */
import type { Pseudonymise } from '#application/identity/read-row.ts';
import { recognise } from '#domain/capture/recognise.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { Definitions, NamespaceDefinition, Region } from '#domain/definitions/types.ts';
import { type IdentifierKey, identifierKey, namespaceOf } from '#domain/identity/evidence.ts';
import { normaliseValue } from '#domain/identity/normalise-value.ts';
import type { ErasurePlan, KnownValue } from './plan.ts';

/** What bytes have to do with the customer. */
export interface Verdict {
  readonly theirs: boolean;
  /** Rows that the bytes are about. */
  readonly rows: readonly SourceRowKey[];
  /** Values among the customer's own identifiers that the bytes carry. */
  readonly values: readonly KnownValue[];
}

/** Judges bytes. */
export type Judge = (bytes: Uint8Array) => Verdict;

/** What judging needs. */
export interface JudgePorts {
  readonly definitions: Definitions;
  readonly pseudonymise: Pseudonymise;
}

/** Makes the judge of a plan. */
export const makeJudge = (ports: JudgePorts, plan: ErasurePlan): Judge => {
  const rows = new Set(plan.rows.map(({ rowKey }) => rowKey));
  const own = new Set(plan.identifiers);
  const names = wordReader(ports, own);
  return (bytes) => {
    const seen = recognise(bytes, ports.definitions);
    if (seen.opaque) {
      const values = names(new TextDecoder().decode(bytes));
      return { theirs: values.length > 0, rows: [], values };
    }
    const values = seen.identifiers
      .filter(({ namespace, scope, value }) =>
        own.has(identifierKey(namespace, scope, ports.pseudonymise(namespace, scope, value))),
      )
      .map(({ namespace, scope, value }) => ({ namespace, ...(scope ? { scope } : {}), value }));
    const theirs = values.length > 0 || seen.rows.some((row) => rows.has(row));
    return { theirs, rows: seen.rows, values };
  };
};

/** Everything that separates words in JSON, CSV and text; what phones, addresses and cards are written with does not. */
const SEPARATORS = /[\s,;|"'`<>{}[\]\\]+/;
const SHORTEST = 4;
const LONGEST = 200;

const wordReader = (
  { definitions, pseudonymise }: JudgePorts,
  own: ReadonlySet<IdentifierKey>,
): ((text: string) => readonly KnownValue[]) => {
  const wanted = new Set([...own].map(namespaceOf));
  const namespaces = Object.values(definitions.namespaces).filter(({ namespace }) =>
    wanted.has(namespace as ReturnType<typeof namespaceOf>),
  );
  const scopes = scopesIn(own);
  const regions = [...new Set(Object.values(definitions.sources).map(({ region }) => region))];
  const isOwn = ({ namespace, scope, value }: KnownValue) =>
    own.has(identifierKey(namespace, scope, pseudonymise(namespace, scope, value)));
  return (text) => {
    const found = wordsOf(text).flatMap((word) =>
      namespaces.flatMap((rules) => readings(rules, word, regions, scopes).filter(isOwn)),
    );
    return [...new Map(found.map((value) => [JSON.stringify(value), value])).values()];
  };
};

/** The words of a text, and what stands between its quotes or separators as a whole: numbers are written with spaces. */
const wordsOf = (text: string): readonly string[] => {
  const cells = text.split(/["',;|<>{}[\]\\\r\n\t]+/);
  const words = [
    ...cells,
    ...text.split(SEPARATORS),
    ...cells.flatMap((cell) => cell.split(/[:=]/)),
  ];
  return [...new Set(words.map((word) => word.trim()))].filter(
    ({ length }) => length >= SHORTEST && length <= LONGEST,
  );
};

const scopesIn = (own: ReadonlySet<IdentifierKey>): ReadonlyMap<string, readonly string[]> => {
  const scopes = new Map<string, Set<string>>();
  for (const identifier of own) {
    const named = identifier.slice(0, identifier.lastIndexOf('#'));
    const colon = named.indexOf(':');
    if (colon < 0) continue;
    const namespace = named.slice(0, colon);
    scopes.set(namespace, (scopes.get(namespace) ?? new Set()).add(named.slice(colon + 1)));
  }
  return new Map([...scopes].map(([namespace, all]) => [namespace, [...all]]));
};

const readings = (
  { namespace, normalise }: NamespaceDefinition,
  word: string,
  regions: readonly Region[],
  scopes: ReadonlyMap<string, readonly string[]>,
): readonly KnownValue[] => {
  const values = new Set(
    (normalise === 'phone' ? [undefined, ...regions] : [undefined]).flatMap(
      (region) => normaliseValue(normalise, word, region) ?? [],
    ),
  );
  const within = scopes.get(namespace) ?? [];
  return [...values].flatMap((value) => [
    { namespace, value },
    ...within.map((scope) => ({ namespace, scope, value })),
  ]);
};
