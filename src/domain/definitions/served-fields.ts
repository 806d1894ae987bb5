/**
 * Served fields: every field that an answer may hold, with what it is called, how it identifies, and which columns of which
 * systems it comes from. The data dictionary and `GET /v1/schema` are two forms of this list.
 *
 * It follows from the definitions alone, so it cannot say anything that is not so.
 * @module
 */
import { classOf, type FieldClass } from './access-file.ts';
import { explainMeasure, explainSurvivorship } from './explain.ts';
import { factLabel, fieldLabel } from './field-info.ts';
import type {
  Definitions,
  Labels,
  MeasureDefinition,
  NamespaceDefinition,
  SourceDefinition,
  TableDefinition,
} from './types.ts';

/** A column that a field comes from. */
export interface FieldOrigin {
  readonly source: string;
  readonly table: string;
  readonly column: string;
  /** Of identifiers: whether the source vouches for the value. */
  readonly verified?: boolean;
}

/** A served field. */
export interface ServedField {
  /** As policies call it: `tier`, `identifiers.phone`, `order.total`. */
  readonly name: string;
  readonly part: 'profile' | 'measures' | 'identifiers' | 'entries';
  /** Of a field of entries: `order`, `case`, … */
  readonly kind?: string;
  readonly field: string;
  readonly label: Labels;
  /** By the policy that is enforced; absent where there is none, or the field is shown with its entry anyway. */
  readonly class?: FieldClass;
  /** Types that it may have, most often one. */
  readonly types: readonly string[];
  /** Which value is shown, or how a figure is computed, as a sentence. */
  readonly meaning?: string;
  /** Days for which a figure is also given. */
  readonly windows?: readonly number[];
  /** Columns; none for what is computed of entries. */
  readonly from: readonly FieldOrigin[];
}

/** All served fields: profile, measures, identifiers by their priority, then entries by kind and name. */
export const servedFields = (definitions: Definitions): readonly ServedField[] => [
  ...definitions.view.profile.map((profile): ServedField => {
    const all = columnsOf(definitions, ({ kind }) => kind === 'party', profile.field);
    const from = all.filter(({ source }) => profile.sources.includes(source));
    return {
      ...ofView(definitions, 'profile', profile.field),
      ...typedBy(from),
      meaning: explainSurvivorship(profile),
    };
  }),
  ...definitions.view.measures.map((measure): ServedField => {
    const { windows } = measure as { readonly windows?: readonly number[] };
    return {
      ...ofView(definitions, 'measures', measure.measure),
      types: [TYPE_OF_FOLD[measure.fold]],
      meaning: explainMeasure(measure),
      ...(windows ? { windows } : {}),
      from: [],
    };
  }),
  ...Object.values(definitions.namespaces)
    .sort((a, b) => a.priority - b.priority)
    .map((namespace) => identifierField(definitions, namespace)),
  ...entryFields(definitions),
];

const ofView = (definitions: Definitions, part: 'profile' | 'measures', field: string) => ({
  name: field,
  part,
  field,
  label: fieldLabel(definitions, field),
  ...classIn(definitions, field),
});

const TYPE_OF_FOLD: Readonly<Record<MeasureDefinition['fold'], string>> = {
  count: 'integer',
  sum: 'integer',
  expiring: 'integer',
  expired: 'integer',
  money: 'money',
  average: 'money',
  latest: 'time',
  earliest: 'time',
  preferred: 'text',
  stage: 'text',
  repurchase: 'number',
  rfm: 'scores',
};

const classIn = ({ access }: Definitions, field: string): Pick<ServedField, 'class'> =>
  access ? { class: classOf(access, field) } : {};

const identifierField = (
  definitions: Definitions,
  { namespace, label }: NamespaceDefinition,
): ServedField => ({
  name: `identifiers.${namespace}`,
  part: 'identifiers',
  field: namespace,
  label: label ?? { zh: namespace, en: namespace },
  ...classIn(definitions, `identifiers.${namespace}`),
  types: ['text'],
  from: tablesOf(definitions).flatMap(({ source, table, identifiers }) =>
    identifiers
      .filter((rule) => rule.namespace === namespace)
      .map(({ column, verified }) => ({ source, table, column, verified })),
  ),
});

const entryFields = (definitions: Definitions): readonly ServedField[] => {
  const facts = tablesOf(definitions).filter(isFact);
  return [...new Set(facts.map(({ as }) => as))].sort().flatMap((kind) => {
    const alike = facts.filter(({ as }) => as === kind);
    const names = alike.flatMap(({ fields, brand }) => [
      ...Object.keys(fields),
      ...(brand ? ['brand'] : []),
    ]);
    return [...new Set(names)].sort().map(
      (field): ServedField => ({
        name: `${kind}.${field}`,
        part: 'entries',
        kind,
        field,
        label: factLabel(definitions, kind, field),
        // When an entry happened is shown with the entry.
        ...(field === 'at' ? {} : classIn(definitions, `${kind}.${field}`)),
        ...typedBy(columnsOf(definitions, (it) => isFact(it) && it.as === kind, field)),
      }),
    );
  });
};

const isFact = ({ kind }: TableDefinition): boolean => kind === 'fact' || kind === 'event';

interface TypedOrigin extends FieldOrigin {
  readonly type: string;
}

const typedBy = (columns: readonly TypedOrigin[]): Pick<ServedField, 'types' | 'from'> => ({
  types: [...new Set(columns.map(({ type }) => type))],
  from: columns.map(({ type: _type, ...origin }) => origin),
});

const columnsOf = (
  definitions: Definitions,
  wanted: (table: TableDefinition) => boolean,
  field: string,
): readonly TypedOrigin[] =>
  tablesOf(definitions)
    .filter(wanted)
    .flatMap(({ source, table, fields, brand }) => {
      const mapping = fields[field] ?? (field === 'brand' && brand);
      if (!mapping) return [];
      const type = 'type' in mapping ? mapping.type : 'code';
      return [{ source, table, column: mapping.column, type }];
    });

/** A table with what its source says of all its rows. */
type PlacedTable = TableDefinition & Pick<SourceDefinition, 'source' | 'brand'>;

const tablesOf = ({ sources }: Definitions): readonly PlacedTable[] =>
  Object.values(sources).flatMap(({ source, brand, tables }) =>
    Object.values(tables).map((each) => ({ ...each, source, ...(brand && { brand }) })),
  );
