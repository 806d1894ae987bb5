/**
 * Extract row: a record of a file as evidence, with the pseudonyms and features that matching works on.
 * @module
 */
import {
  type Claim,
  type EvidenceUnit,
  identifierKey,
  orderedClaims,
  type UnitKey,
} from '#domain/identity/evidence.ts';
import { blockingKeys } from '#domain/identity/matching/blocking-keys.ts';
import {
  type MatchFeatures,
  type RawFeatures,
  readFeatures,
} from '#domain/identity/matching/match-features.ts';
import { normaliseOpaque } from '#domain/identity/normalise-text.ts';
import type { ExtractDefinition, ExtractRules, FileMapping } from './extract-definition.ts';

/** A record as the file has it: text by column. */
export type RawRecord = Readonly<Record<string, string>>;

/** A row of an extract, read. */
export interface ExtractRow {
  readonly source: string;
  /** Primary key as the file says it, its columns joined by `|`. */
  readonly key: string;
  readonly features: MatchFeatures;
  readonly accounts: readonly Account[];
}

interface Account {
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
  const { raw, accounts } = gather(mapping, said, source);
  return {
    source,
    key: parts.length === 0 ? String(place.record) : parts.join('|'),
    features: readFeatures(raw, definition),
    accounts,
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

interface Gathered {
  readonly raw: RawFeatures;
  readonly accounts: readonly Account[];
}

const gather = (
  mapping: FileMapping,
  said: (column: string) => string | undefined,
  source: string,
): Gathered => {
  const filled = Object.entries(mapping.columns).flatMap(([column, role]) => {
    const value = said(column);
    return value === undefined ? [] : [{ role, value }];
  });
  const plain = new Map<string, string>();
  for (const { role, value } of filled) {
    if (role.kind === 'plain')
      plain.set(role.role, together(role.role, plain.get(role.role), value));
  }
  const named = (kind: 'id' | 'text') =>
    filled.flatMap(({ role, value }) => (role.kind === kind ? [[role.name, value] as const] : []));
  return {
    raw: rawFeatures(plain, new Map(named('id')), new Map(named('text'))),
    accounts: filled.flatMap(({ role, value }) =>
      role.kind === 'account'
        ? accountOf(role.name, role.perSource ? source : undefined, value)
        : [],
    ),
  };
};

const accountOf = (name: string, scope: string | undefined, raw: string): readonly Account[] => {
  const value = normaliseOpaque(raw);
  return value === undefined ? [] : [{ name, value, ...(scope === undefined ? {} : { scope }) }];
};

/** Two columns of a name or an address are one text; of anything else the first that is filled counts. */
const together = (role: string, before: string | undefined, value: string): string => {
  if (before === undefined) return value;
  return role.startsWith('name') || role === 'address' ? `${before} ${value}` : before;
};

const rawFeatures = (
  plain: ReadonlyMap<string, string>,
  ids: ReadonlyMap<string, string>,
  texts: ReadonlyMap<string, string>,
): RawFeatures => {
  const some = (entries: Readonly<Record<string, string | undefined>>) =>
    Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
  return {
    ...some({
      birthDate: plain.get('birth-date'),
      gender: plain.get('gender'),
      email: plain.get('email'),
      phone: plain.get('phone'),
    }),
    name: some({
      given: plain.get('name.given'),
      family: plain.get('name.family'),
      full: plain.get('name'),
    }),
    address: some({
      line: plain.get('address'),
      number: plain.get('address.number'),
      city: plain.get('address.city'),
      postcode: plain.get('address.postcode'),
      state: plain.get('address.state'),
    }),
    ids: Object.fromEntries(ids),
    texts: Object.fromEntries(texts),
  };
};

/** Keyed hash of a value in its namespace and scope. */
export type Pseudonymise = (namespace: string, scope: string | undefined, value: string) => string;

/** Namespace of the blocking keys of an extract. */
export const KEY_NAMESPACE = 'key';

/** Key of a row's unit: source and primary key, `crm.row.17`. */
export const unitKeyOf = ({ source, key }: Pick<ExtractRow, 'source' | 'key'>): UnitKey =>
  `${escaped(source)}.row.${escaped(key)}` as UnitKey;

const escaped = (part: string): string => part.replaceAll('%', '%25').replaceAll('.', '%2E');

/** The row as evidence: identifiers and blocking keys as claims, values that are placeholders left out. */
export const evidenceOf = (
  row: ExtractRow,
  rules: ExtractRules,
  pseudonymise: Pseudonymise,
): EvidenceUnit => {
  const features = withoutBlocked(row.features, rules);
  const claim = (namespace: string, value: string, scope?: string): Claim => ({
    identifier: identifierKey(namespace, scope, pseudonymise(namespace, scope, value)),
    verified: true,
  });
  const { phone, email, ids = {} } = features;
  return {
    key: unitKeyOf(row),
    party: true,
    mayCreate: true,
    features,
    claims: orderedClaims([
      ...(phone === undefined ? [] : [claim('phone', phone)]),
      ...(email === undefined ? [] : [claim('email', email)]),
      ...Object.entries(ids).map(([name, value]) => claim(name, value)),
      ...row.accounts.map(({ name, scope, value }) => claim(name, value, scope)),
      ...blockingKeys(features, rules.keys).map((key) => claim(KEY_NAMESPACE, key)),
    ]),
  };
};

const withoutBlocked = (features: MatchFeatures, { blocked }: ExtractRules): MatchFeatures => {
  const { phone, email, ...rest } = features;
  const isKept = (name: string, value: string | undefined): value is string =>
    value !== undefined && !(blocked[name] ?? []).includes(value);
  return {
    ...rest,
    ...(isKept('phone', phone) ? { phone } : {}),
    ...(isKept('email', email) ? { email } : {}),
  };
};
