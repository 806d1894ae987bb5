/**
 * Redaction: a presented profile with only what a grant shows.
 *
 * Works on the answer and not on the query, so that whatever a later field is made of, it passes here before it leaves.
 * @module
 */
import type { FieldMapping } from '#domain/definitions/types.ts';
import { type MaskKind, mask } from '#domain/shared/mask.ts';
import type { Grant, Treatment } from './access.ts';

/** A profile as the API presents it. */
export type PresentedProfile = Readonly<Record<string, unknown>>;

const KINDS: Readonly<Record<string, MaskKind>> = {
  name: 'name',
  nameLatin: 'name',
  nickname: 'name',
  birthDate: 'date',
  'identifiers.phone': 'phone',
  'identifiers.email': 'email',
  'identifiers.birth-date': 'date',
};

/** Members that say who the answer is about and how fresh; never personal by themselves. */
const ABOUT: ReadonlySet<string> = new Set([
  'customerId',
  'redirectedFrom',
  'asOf',
  'lagMs',
  'positions',
  'version',
  'sources',
  'consents',
]);

/** Whether anything is seen of values of a type. Numbers, amounts and flags have no mask: they are shown or not. */
export const showsType = (treatment: Treatment, type: FieldMapping['type']): boolean =>
  treatment === 'clear' || (treatment === 'masked' && !UNMASKABLE.has(type));

const UNMASKABLE: ReadonlySet<FieldMapping['type']> = new Set(['integer', 'boolean', 'money']);

/** Masks a value of a served field; `undefined` when there is nothing to show of it. */
export const treatValue = (treatment: Treatment, field: string, value: unknown): unknown => {
  if (treatment === 'clear') return value;
  const text = treatment === 'masked' && typeof value === 'string';
  return text ? mask(KINDS[field] ?? 'code', value) : undefined;
};

/** The profile as the grant shows it. Measures count as a whole: half a figure is a wrong figure. */
export const redactProfile = (
  profile: PresentedProfile,
  { treat }: Pick<Grant, 'treat'>,
): PresentedProfile =>
  Object.fromEntries(
    Object.entries(profile).flatMap(([member, value]): readonly [string, unknown][] => {
      if (member === 'profile') return [[member, redactFields(value, treat)]];
      if (member === 'identifiers') return [[member, redactIdentifiers(value, treat)]];
      return ABOUT.has(member) || treat(member) === 'clear' ? [[member, value]] : [];
    }),
  );

type Treat = Grant['treat'];

/** What a source row says, with more that is shown as it is. */
interface Said {
  readonly value: unknown;
  readonly row: string;
}

/** A field: what is shown, and what other rows say. */
interface Field extends Said {
  readonly others?: readonly Said[];
}

const redactFields = (fields: unknown, treat: Treat): object =>
  Object.fromEntries(
    Object.entries(fields as Record<string, Field>).flatMap(([field, { others, ...said }]) =>
      redactSaid(field, said, treat).map((shown) => [
        field,
        others
          ? { ...shown, others: others.flatMap((other) => redactSaid(field, other, treat)) }
          : shown,
      ]),
    ),
  );

/** What a row says of a field, if anything of it is shown. */
const redactSaid = (
  field: string,
  { value, row, ...rest }: Said,
  treat: Treat,
): readonly object[] => {
  const treatment = treat(field);
  const shown = treatValue(treatment, field, value);
  return shown === undefined
    ? []
    : [{ value: shown, ...marked(treatment), ...rest, ...rowOf(row, treat) }];
};

interface Known {
  readonly namespace: string;
  readonly value: unknown;
}

const redactIdentifiers = (identifiers: unknown, treat: Treat): readonly object[] =>
  (identifiers as readonly Known[]).flatMap((known) => {
    const field = `identifiers.${known.namespace}`;
    const treatment = treat(field);
    const value = treatValue(treatment, field, known.value);
    return value === undefined ? [] : [{ ...known, value, ...marked(treatment) }];
  });

const marked = (treatment: Treatment) => (treatment === 'masked' ? { masked: true } : {});

/** A row key may be a card number, so provenance by row is a field of its own. */
export const rowOf = (row: string, treat: Treat): { readonly row?: string } =>
  treat('row') === 'clear' ? { row } : {};
