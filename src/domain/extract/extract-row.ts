/**
 * Extract row: a record of a file as evidence, with the pseudonyms and features that matching works on.
 * @module
 */
import { sourceRowKey } from '#domain/capture/source-row.ts';
import type { Region } from '#domain/definitions/types.ts';
import {
  type Claim,
  type EvidenceUnit,
  identifierKey,
  orderedClaims,
  type UnitKey,
} from '#domain/identity/evidence.ts';
import { lacksCountry } from '#domain/identity/matching/compare-values.ts';
import { keysOfRow, withoutPlaceholders } from '#domain/identity/matching/features-of-row.ts';
import {
  type MatchFeatures,
  type RawFeatures,
  type ReadingRules,
  readFeatures,
} from '#domain/identity/matching/match-features.ts';
import { rawFeatures } from '#domain/identity/matching/raw-features.ts';
import type { AccountRole } from '#domain/identity/matching/roles.ts';
import { normaliseOpaque } from '#domain/identity/normalise-text.ts';
import { own } from '#domain/shared/json-safety.ts';
import type {
  ExtractDefinition,
  ExtractRules,
  FileMapping,
  RegionRule,
} from './extract-definition.ts';

/** A record as the file has it: text by column. */
export type RawRecord = Readonly<Record<string, string>>;

/** A row of an extract, read. */
export interface ExtractRow {
  readonly source: string;
  /** Primary key as the file says it, its columns joined by `|`. */
  readonly key: string;
  /** What its columns say, as text. */
  readonly raw: RawFeatures;
  readonly features: MatchFeatures;
  readonly accounts: readonly Account[];
}

/** A login, a device: one of possibly many that a person has. */
export interface Account {
  readonly name: string;
  readonly scope?: string;
  readonly value: string;
}

/** Reads a record; `undefined` when it has no primary key. */
export const readRow = (
  record: RawRecord,
  mapping: FileMapping,
  definition: ExtractDefinition,
  place: { readonly file: string; readonly record: number },
): ExtractRow | undefined => {
  const said = (column: string) => presentText(record[column], definition.missing);
  const source = sourceOf(mapping, said) ?? place.file;
  const parts = mapping.key.map(said);
  if (parts.some((part) => part === undefined)) return undefined;
  const raw = rawFeatures(mapping.columns, said);
  return {
    source,
    key: parts.length === 0 ? String(place.record) : parts.join('|'),
    raw,
    features: readFeatures(raw, readingRules(mapping, definition, said)),
    accounts: accountsOf(mapping, said, source),
  };
};

const presentText = (
  text: string | undefined,
  missing: ReadonlySet<string>,
): string | undefined => {
  const trimmed = (text ?? '').trim();
  return missing.has(trimmed.toLowerCase()) ? undefined : trimmed;
};

const sourceOf = (
  { source }: FileMapping,
  said: (column: string) => string | undefined,
): string | undefined => {
  if (source === undefined) return undefined;
  return 'value' in source ? source.value : said(source.column);
};

/** The region of the row, else of its source, else of the extract; a code that is not listed is some other country. */
const readingRules = (
  { region: rule }: FileMapping,
  { region: common, dateOrder }: ExtractDefinition,
  said: (column: string) => string | undefined,
): ReadingRules => {
  const region = rule === undefined ? common : regionOf(rule, common, said);
  return { dateOrder, ...(region === undefined ? {} : { region }) };
};

const regionOf = (
  rule: RegionRule,
  common: Region | undefined,
  said: (column: string) => string | undefined,
): Region | undefined => {
  if ('value' in rule) return rule.value;
  const code = said(rule.column);
  return code === undefined ? common : own(rule.codes, code.toLowerCase());
};

const accountsOf = (
  { columns }: FileMapping,
  said: (column: string) => string | undefined,
  source: string,
): readonly Account[] =>
  Object.entries(columns).flatMap(([column, role]) =>
    role.kind === 'account'
      ? accountOf(role, normaliseOpaque(said(column) ?? ''), said, source)
      : [],
  );

const accountOf = (
  { name, per }: AccountRole,
  value: string | undefined,
  said: (column: string) => string | undefined,
  source: string,
): readonly Account[] => {
  if (value === undefined) return [];
  if (per === undefined) return [{ name, value }];
  // Of an account in nobody knows which app, a value says nothing.
  const scope = per === 'source' ? source : normaliseOpaque(said(per.column) ?? '');
  return scope === undefined ? [] : [{ name, scope, value }];
};

/** Keyed hash of a value in its namespace and scope. */
export type Pseudonymise = (namespace: string, scope: string | undefined, value: string) => string;

/** Namespace of the blocking keys of an extract. */
export const KEY_NAMESPACE = 'key';

/** Key of a row's unit: source and primary key, `crm.row.17`. */
export const unitKeyOf = ({ source, key }: Pick<ExtractRow, 'source' | 'key'>): UnitKey =>
  sourceRowKey(sourceId(source), ROW_TABLE, [key]) as string as UnitKey;

/** The table that rows of an extract are in. */
export const ROW_TABLE = 'row';

/** A source as row keys and definitions name it. */
export const sourceId = (source: string): string =>
  source.replaceAll('%', '%25').replaceAll('.', '%2E');

/** The features of a row, values that are placeholders left out. */
export const saidFeatures = (row: ExtractRow, { blocked }: ExtractRules): MatchFeatures =>
  withoutPlaceholders(row.features, {
    dates: [],
    phones: new Set(blocked['phone']),
    emails: new Set(blocked['email']),
  });

/** An identifier of a row: its namespace, its value, and the scope it has. */
export interface RowIdentifier {
  readonly namespace: string;
  readonly value: string;
  readonly scope?: string;
}

/**
 * Scope of phone numbers of which nobody said the country. They are counted, so that a shared one is known, and compared;
 * but they are never the same as a number in full, and link nobody by themselves.
 */
const LOCAL = 'local';

/** The identifiers of a row by its features, values that are placeholders left out. */
export const identifiersOf = (
  row: ExtractRow,
  { phone, email, ids = {} }: MatchFeatures,
): readonly RowIdentifier[] => [
  ...(phone === undefined ? [] : [phoneIdentifier(phone)]),
  ...(email === undefined ? [] : [{ namespace: 'email', value: email }]),
  ...Object.entries(ids).map(([namespace, value]) => ({ namespace, value })),
  ...row.accounts.map(({ name, ...said }) => ({ namespace: name, ...said })),
];

const phoneIdentifier = (value: string): RowIdentifier => ({
  namespace: 'phone',
  value,
  ...(lacksCountry(value) ? { scope: LOCAL } : {}),
});

/** The row as evidence: identifiers and blocking keys as claims, values that are placeholders left out. */
export const evidenceOf = (
  row: ExtractRow,
  rules: ExtractRules,
  pseudonymise: Pseudonymise,
): EvidenceUnit => {
  const features = saidFeatures(row, rules);
  const claim = (namespace: string, value: string, scope?: string): Claim => ({
    identifier: identifierKey(namespace, scope, pseudonymise(namespace, scope, value)),
    verified: true,
  });
  return {
    key: unitKeyOf(row),
    party: true,
    mayCreate: true,
    features,
    claims: orderedClaims([
      ...identifiersOf(row, features).map(({ namespace, value, scope }) =>
        claim(namespace, value, scope),
      ),
      ...keysOfRow(features, rules.keys).map((key) => claim(KEY_NAMESPACE, key)),
    ]),
  };
};
