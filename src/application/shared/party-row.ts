/**
 * Party row: what the registry item of a row that describes a customer holds of it.
 *
 * Claims are one text, which conditions compare and the reader of the table's stream looks for. Identifiers are one
 * text, `[["phone","+85291234567",{"verified":false}], ["unionid",9], …]`: as a list of maps they would name every
 * attribute anew, and a value that a column holds already is not written twice.
 * An ordinary row so stays below 1 024 bytes, which is one write unit. All that a change replaces is one attribute, `said`,
 * so that a batch's rows are written with one request; claims and scope stand beside it.
 * @module
 */
import type { ImageValues } from '#domain/capture/row-image.ts';
import {
  claimText,
  type EvidenceUnit,
  parseClaim,
  type UnitKey,
} from '#domain/identity/evidence.ts';
import type { Identifier } from '#domain/identity/identifier.ts';
import type { MatchFeatures } from '#domain/identity/matching/match-features.ts';
import type { Json } from '#domain/shared/json.ts';
import type { Item, ValueMap } from './table.ts';

/** What a party row shows of its customer. */
export interface PartySaid {
  readonly fields: ValueMap;
  readonly identifiers: readonly Identifier[];
}

/** Attributes of a party row's item that belong to no other row. */
export const PARTY_ATTRIBUTES = ['evidence', 'said', 'scope'] as const;

/** What the last change of a row left: of a party row what it said, of any other row the item itself. */
export const lastChangeIn = (item: Item): ValueMap =>
  item['said'] === undefined ? item : (item['said'] as ValueMap);

/** Whether an item is the registry of a party row that is not gone. */
export const isPartyItem = (item: Item): boolean =>
  item.sk === 'ROW' && item['evidence'] !== undefined;

/**
 * What a unit claims, as one text: `c card#… phone#…? {"name":…}`, without the `c` when it may not make a customer, with
 * match features where rules score pairs.
 */
export const evidenceText = ({ mayCreate, claims, features }: EvidenceUnit): string => {
  const said = claims.map((claim) => escaped(claimText(claim)));
  const more = features === undefined ? [] : [JSON.stringify(features)];
  return `${mayCreate ? 'c' : ''} ${[...said, ...more].join(' ')}`;
};

/** Reads {@link evidenceText} back. */
export const parseEvidenceText = (key: UnitKey, text: string): EvidenceUnit => {
  // No claim begins with a brace, for it begins with its namespace.
  const end = text.indexOf(' {');
  const [flags = '', ...claims] = (end < 0 ? text : text.slice(0, end)).split(' ');
  const said = claims.filter((claim) => claim !== '');
  return {
    key,
    party: true,
    mayCreate: flags.includes('c'),
    claims: said.map((claim) => parseClaim(plain(claim))),
    ...(end < 0 ? {} : { features: JSON.parse(text.slice(end + 1)) as MatchFeatures }),
  };
};

// The scope of an identifier is text of a source and may hold a space.
const escaped = (claim: string): string => claim.replaceAll('%', '%25').replaceAll(' ', '%20');
const plain = (text: string): string => text.replaceAll('%20', ' ').replaceAll('%25', '%');

/** What a row shows, as members of `said`; `columns` are those that it holds, if it does. */
export const saidAttributes = (
  { fields, identifiers }: PartySaid,
  columns: ImageValues = {},
): ValueMap => ({
  fields,
  identifiers: JSON.stringify(identifierTexts(identifiers, Object.values(columns))),
});

/** What a party row's item shows; nothing when it is another item, or the row is gone. */
export const partySaidIn = (item: Item | undefined): PartySaid | undefined => {
  if (item?.['said'] === undefined) return undefined;
  const said = lastChangeIn(item);
  const { fields, identifiers = '[]' } = said;
  const texts = JSON.parse(identifiers as string) as readonly IdentifierText[];
  const isShort = texts.some(([, value]) => typeof value === 'number');
  const columns = isShort ? Object.values(columnsIn(said)) : [];
  return {
    fields: fields as ValueMap,
    identifiers: texts.map((text) => parseIdentifier(text, columns)),
  };
};

/** The columns among what a row said. */
export const columnsIn = ({ columns = '{}' }: ValueMap): ImageValues =>
  JSON.parse(columns as string) as ImageValues;

/**
 * Namespace, value, and what else there is; verified unless it says otherwise. A number in place of the value is the
 * place of a column of the same item that holds it.
 */
export type IdentifierText = readonly [
  namespace: string,
  value: string | number,
  rest?: Partial<Identifier>,
];

/** Identifiers in short; a value that one of `columns` holds is named by its place. */
export const identifierTexts = (
  identifiers: readonly Identifier[],
  columns: readonly Json[] = [],
): readonly IdentifierText[] =>
  identifiers.map(({ namespace, value, verified, ...rest }) => {
    const column = columns.indexOf(value);
    const more = { ...rest, ...(verified ? {} : { verified }) };
    const named = [namespace, column < 0 ? value : column] as const;
    return Object.keys(more).length > 0 ? [...named, more] : named;
  });

/** Reads one of {@link identifierTexts} back. */
export const parseIdentifier = (
  [namespace, value, rest]: IdentifierText,
  columns: readonly Json[] = [],
): Identifier => ({
  namespace,
  value: typeof value === 'string' ? value : (columns[value] as string),
  verified: true,
  ...rest,
});
