/**
 * A source file, completed: every default filled in, so that no function needs to know one.
 * @module
 */
import { parseRole } from '#domain/identity/matching/roles.ts';
import { assertNever } from '#domain/shared/assert.ts';
import type { FieldText, IdentifierText, SourceText, TableText } from './schema.ts';
import type {
  FieldMapping,
  IdentifierRule,
  MatchColumns,
  QualityRule,
  Region,
  SourceDefinition,
  TableDefinition,
} from './types.ts';

const TIME_ZONES: Readonly<Record<Region, string>> = {
  CN: 'Asia/Shanghai',
  HK: 'Asia/Hong_Kong',
  MO: 'Asia/Macau',
  SG: 'Asia/Singapore',
};

const CURRENCIES: Readonly<Record<Region, string>> = { CN: 'CNY', HK: 'HKD', MO: 'MOP', SG: 'SGD' };

/** What fields and columns take from their source. */
interface Defaults {
  readonly region: Region;
  readonly timeZone: string;
  readonly currency: string;
}

/** Completes a source. */
export const compileSource = (text: SourceText): SourceDefinition => {
  const { position, images, brand, tables, timeZone, currency, ...stated } = text;
  const defaults = {
    region: text.region,
    timeZone: timeZone ?? TIME_ZONES[text.region],
    currency: currency ?? CURRENCIES[text.region],
  };
  return {
    ...stated,
    ...defaults,
    ...(position === undefined ? {} : { position }),
    ...(images === undefined ? {} : { images }),
    ...(brand === undefined ? {} : { brand }),
    tables: mapValues(tables, (table, name) => compileTable(name, table, defaults)),
  };
};

const compileTable = (name: string, table: TableText, defaults: Defaults): TableDefinition => ({
  table: name,
  key: table.key,
  kind: table.kind,
  as: table.as ?? name,
  evidence: table.evidence,
  identifiers: table.identifiers.map(compileIdentifier),
  fields: mapValues(table.fields, (field) => compileField(field, defaults)),
  ...(table.match === undefined ? {} : { match: compileMatch(table.match, defaults.region) }),
  ...(table.file === undefined ? {} : { file: defined(table.file) }),
  ...(table.retention === undefined ? {} : { retention: table.retention }),
  // The shape check has seen to it that a fix is there when the severity is fix.
  ...(table.quality.length === 0 ? {} : { quality: table.quality as readonly QualityRule[] }),
});

const compileMatch = (columns: Readonly<Record<string, string>>, region: Region): MatchColumns => ({
  columns: Object.fromEntries(
    Object.entries(columns).flatMap(([column, text]) => {
      const role = parseRole(text);
      return role === undefined ? [] : [[column, role] as const];
    }),
  ),
  region,
  dateOrder: 'day-first',
});

const compileIdentifier = ({
  scope,
  region,
  map,
  validFrom,
  validTo,
  ...stated
}: IdentifierText): IdentifierRule => ({
  ...stated,
  ...(validFrom === undefined ? {} : { validFrom }),
  ...(validTo === undefined ? {} : { validTo }),
  ...(scope === undefined ? {} : { scope }),
  ...(region === undefined ? {} : { region }),
  ...(map === undefined ? {} : { map }),
});

const compileField = (field: FieldText, defaults: Defaults): FieldMapping => {
  switch (field.type) {
    case 'time': {
      const { zone = defaults.timeZone, wallClock, ...stated } = field;
      return defined({ ...stated, zone, ...(wallClock ? { wallClock } : {}) });
    }
    case 'money':
      return defined({ ...field, currency: field.currency ?? { value: defaults.currency } });
    case 'integer': {
      const { negate, ...stated } = field;
      return defined({ ...stated, ...(negate ? { negate } : {}) });
    }
    case 'text':
    case 'boolean':
    case 'date':
    case 'code':
      return defined(field);
    default:
      return assertNever(field);
  }
};

/** A record without the keys that a file left out. */
type Defined<Shape> = { [Key in keyof Shape]: Exclude<Shape[Key], undefined> };

/** Leaves out what a file has left out: an absent key and an undefined one are not the same type. */
export const defined = <Shape extends object>(shape: Shape): Defined<Shape> =>
  Object.fromEntries(
    Object.entries(shape).filter(([, value]) => value !== undefined),
  ) as Defined<Shape>;

/** Applies a function to each value of a record. */
export const mapValues = <From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From, name: string) => To,
): Readonly<Record<string, To>> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
