/**
 * A source file, completed: every default filled in, so that no function needs to know one.
 * @module
 */
import { assertNever } from '#domain/shared/assert.ts';
import type { FieldText, IdentifierText, SourceText, TableText } from './schema.ts';
import type {
  FieldMapping,
  IdentifierRule,
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

/** What fields take from their source. */
interface Defaults {
  readonly timeZone: string;
  readonly currency: string;
}

/** Completes a source. */
export const compileSource = (text: SourceText): SourceDefinition => {
  const { position, fedBy, brand, tables, timeZone, currency, ...stated } = text;
  const defaults = {
    timeZone: timeZone ?? TIME_ZONES[text.region],
    currency: currency ?? CURRENCIES[text.region],
  };
  return {
    ...stated,
    ...defaults,
    ...(position === undefined ? {} : { position }),
    ...(fedBy === undefined ? {} : { fedBy }),
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
});

const compileIdentifier = ({ scope, region, map, ...stated }: IdentifierText): IdentifierRule => ({
  ...stated,
  ...(scope === undefined ? {} : { scope }),
  ...(region === undefined ? {} : { region }),
  ...(map === undefined ? {} : { map }),
});

const compileField = (field: FieldText, defaults: Defaults): FieldMapping => {
  switch (field.type) {
    case 'time': {
      const { type, column, zone = defaults.timeZone } = field;
      return field.wallClock === true
        ? { type, column, zone, wallClock: true }
        : { type, column, zone };
    }
    case 'money':
      return { ...field, currency: field.currency ?? { value: defaults.currency } };
    case 'integer':
      return field.negate === true
        ? { type: 'integer', column: field.column, negate: true }
        : { type: 'integer', column: field.column };
    case 'text':
    case 'boolean':
    case 'date':
    case 'code':
      return field;
    default:
      return assertNever(field);
  }
};

/** Applies a function to each value of a record. */
export const mapValues = <From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From, name: string) => To,
): Readonly<Record<string, To>> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
