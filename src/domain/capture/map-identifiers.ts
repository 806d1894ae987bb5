/**
 * Identifiers of a row: which values name the customer, in the order in which links are accepted.
 *
 * A value that is no identifier (a placeholder, a phone without region, a blocked one) is left out and noted; the row
 * itself stays. A wrong identifier merges strangers, a missing one only leaves a row apart until better evidence comes.
 * @module
 */
import type {
  CodeColumn,
  IdentifierRule,
  NamespaceDefinition,
  Region,
  SourceDefinition,
  TableDefinition,
} from '#domain/definitions/types.ts';
import { type Identifier, spanOf, type Validity } from '#domain/identity/identifier.ts';
import { normaliseOpaque } from '#domain/identity/normalise-text.ts';
import { normaliseValue } from '#domain/identity/normalise-value.ts';
import { parseDay } from '#domain/shared/calendar.ts';
import type { JsonObject } from '#domain/shared/json.ts';
import { own } from '#domain/shared/json-safety.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';
import { readCode, scalarText } from './map-field.ts';
import type { NoteCode, QualityNote } from './mapped-row.ts';

/** Namespaces by name. */
export type Namespaces = Readonly<Record<string, NamespaceDefinition>>;

/** Reads the identifiers of a row; values that are none are added to `notes`. */
export const mapIdentifiers = (
  row: JsonObject,
  source: SourceDefinition,
  table: TableDefinition,
  namespaces: Namespaces,
  notes: QualityNote[],
): readonly Identifier[] => {
  const found: Ranked[] = [];
  for (const rule of table.identifiers) {
    const namespace = own(namespaces, rule.namespace);
    if (namespace === undefined) continue;
    const identifier = readIdentifier(rule, namespace, row, source.region);
    if (!identifier.ok) notes.push({ code: identifier.error, column: rule.column });
    else if (identifier.value !== undefined) {
      const days = readDays(rule, row, notes);
      found.push({ namespace, identifier: { ...identifier.value, ...days } });
    }
  }
  const { composites, onlyParts } = compositionOf(namespaces);
  const said = [
    ...found,
    ...composites.flatMap((composite) => composedOf(found, composite)),
  ].filter(({ namespace }) => !onlyParts.has(namespace.namespace));
  const ranked = withoutDuplicates(said.sort(byRank));
  return (table.evidence ? ranked : strongest(ranked)).map(({ identifier }) => identifier);
};

interface Ranked {
  readonly namespace: NamespaceDefinition;
  readonly identifier: Identifier;
}

/** What composites there are, and which namespaces are only there to compose them. */
interface Composition {
  readonly composites: readonly Composite[];
  readonly onlyParts: ReadonlySet<string>;
}

type Composite = NamespaceDefinition & { readonly compose: readonly string[] };

const compositions = new WeakMap<Namespaces, Composition>();

/** The same for every row, so it is worked out once per definitions. */
const compositionOf = (namespaces: Namespaces): Composition => {
  const known = compositions.get(namespaces);
  if (known) return known;
  const all = Object.values(namespaces);
  const made = {
    composites: all.filter((one): one is Composite => one.compose !== undefined),
    onlyParts: new Set(all.filter((one) => isOnlyPart(one, all)).map(({ namespace }) => namespace)),
  };
  compositions.set(namespaces, made);
  return made;
};

/** What neither links nor limits and is part of a composite is only there to compose it, unless it bears something out. */
const isOnlyPart = (
  { namespace, links, limit }: NamespaceDefinition,
  rules: readonly NamespaceDefinition[],
): boolean => {
  if (links || limit !== undefined) return false;
  const bearsOut = rules.some(({ corroboratedBy = [], yieldsTo = [], opposedBy = [] }) =>
    [...corroboratedBy, ...yieldsTo, ...opposedBy].includes(namespace),
  );
  return !bearsOut && rules.some(({ compose }) => compose?.includes(namespace));
};

/** Two values that agree are more than one that somebody typed, so a composite counts as verified. */
const composedOf = (found: readonly Ranked[], namespace: Composite): readonly Ranked[] => {
  const parts = namespace.compose.map((part) =>
    found.filter((one) => one.namespace.namespace === part).map(({ identifier }) => identifier),
  );
  return combinations(parts).map((value) => ({
    namespace,
    identifier: { namespace: namespace.namespace, value, verified: true },
  }));
};

const combinations = (parts: readonly (readonly Identifier[])[]): readonly string[] =>
  parts.reduce<readonly string[]>(
    (heads, values) =>
      heads.flatMap((head) =>
        values.map(({ value }) => (head === '' ? value : `${head}|${value}`)),
      ),
    [''],
  );

type IdentifierResult = Result<Identifier | undefined, NoteCode>;

const readIdentifier = (
  rule: IdentifierRule,
  namespace: NamespaceDefinition,
  row: JsonObject,
  sourceRegion: Region,
): IdentifierResult => {
  const raw = rawValue(rule, row);
  if (!raw.ok || raw.value === undefined) return raw as IdentifierResult;
  const region = regionOf(rule.region, row, sourceRegion);
  const value = normaliseValue(namespace.normalise, raw.value, region);
  if (value === undefined) return failure(region === undefined ? 'no-region' : 'not-an-identifier');
  if (namespace.blocked.includes(value)) return failure('blocked-identifier');
  return withScope(rule, row, value);
};

/** The days on which the value is the row's; an end that cannot be read is open, with a note. */
const readDays = (
  { validFrom, validTo }: IdentifierRule,
  row: JsonObject,
  notes: QualityNote[],
): Validity => {
  const [from, to] = [readDay(validFrom, row, notes), readDay(validTo, row, notes)];
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
};

const readDay = (
  column: string | undefined,
  row: JsonObject,
  notes: QualityNote[],
): string | undefined => {
  const value = column === undefined ? undefined : own(row, column);
  if (column === undefined || value === undefined || value === null || value === '')
    return undefined;
  const text = scalarText(value) ?? '';
  // Of a time the day is enough, as the source writes it.
  const day = parseDay(text) ?? parseDay(text.slice(0, 10));
  if (day === undefined) notes.push({ code: 'bad-date', column });
  return day;
};

/** Text of the column, through the rule's map when it has one; `undefined` for null and empty text. */
const rawValue = (rule: IdentifierRule, row: JsonObject): Result<string | undefined, NoteCode> => {
  const value = own(row, rule.column);
  if (value === undefined || value === null) return success(undefined);
  if (rule.map !== undefined) {
    const mapped = readCode(value, rule.map);
    return mapped.ok ? success(mapped.value as string | undefined) : mapped;
  }
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    return failure('not-an-identifier');
  const text = scalarText(value);
  if (text === undefined) return failure('not-an-identifier');
  return success(text === '' ? undefined : text);
};

/** The row's own region; a code that the definition does not list is some other country, not the source's. */
const regionOf = (
  column: CodeColumn | undefined,
  row: JsonObject,
  sourceRegion: Region,
): Region | undefined => {
  if (column === undefined) return sourceRegion;
  const code = scalarText(own(row, column.column)) ?? '';
  return code === '' ? sourceRegion : (own(column.map, code) as Region | undefined);
};

const withScope = (rule: IdentifierRule, row: JsonObject, value: string): IdentifierResult => {
  const identifier = { namespace: rule.namespace, value, verified: rule.verified };
  if (rule.scope === undefined) return success(identifier);
  const text = 'value' in rule.scope ? rule.scope.value : scalarText(own(row, rule.scope.column));
  // The scope is part of a key: it takes the same form and bounds as a value.
  const scope = text === undefined ? undefined : normaliseOpaque(text);
  return scope === undefined ? failure('no-scope') : success({ ...identifier, scope });
};

const byRank = (a: Ranked, b: Ranked): number =>
  a.namespace.priority - b.namespace.priority ||
  compareText(a.identifier.scope ?? '', b.identifier.scope ?? '') ||
  compareText(a.identifier.value, b.identifier.value);

/** By code unit, as the table compares keys; never by locale. */
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Of equal neighbours one stays, verified when any of them was, valid on the days of all. */
const withoutDuplicates = (sorted: readonly Ranked[]): readonly Ranked[] => {
  const kept: Ranked[] = [];
  for (const next of sorted) {
    const last = kept.at(-1);
    if (last === undefined || byRank(last, next) !== 0) kept.push(next);
    else
      kept[kept.length - 1] = { ...last, identifier: together(last.identifier, next.identifier) };
  }
  return kept;
};

const together = (a: Identifier, b: Identifier): Identifier => {
  const { from: _from, to: _to, ...same } = a;
  return { ...same, verified: a.verified || b.verified, ...spanOf(a, b) };
};

/** A row that is no evidence refers to its customer by one linking identifier and says nothing else. */
const strongest = (ranked: readonly Ranked[]): readonly Ranked[] =>
  ranked.filter(({ namespace }) => namespace.links).slice(0, 1);
