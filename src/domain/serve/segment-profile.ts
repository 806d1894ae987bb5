/**
 * Segment profile: a customer in the shapes of Segment's Profile API.
 *
 * Pure functions over what a caller may see. Members that we do not know (when an identifier was first seen, and by which
 * message) are `null`: the shape stays, and nothing is made up.
 * Source: Segment documentation, "Profile API".
 * @module
 */
import { keyPartsOf } from '#domain/capture/source-row.ts';
import { type FactRow, sourceOf } from '#domain/profile/facts-partial.ts';
import { own } from '#domain/shared/json-safety.ts';
import type { Grant } from './access.ts';
import { timeOf } from './activity.ts';
import { treatValue } from './redact.ts';
import { segmentTypeOf } from './segment-ids.ts';

type Body = Readonly<Record<string, unknown>>;

/** An entry of a list, with the text that it is sorted by. */
export interface Entry {
  readonly sortedBy: string;
  readonly shown: Body;
}

/** A trait: its value, and where it is from when one row gives it. */
export interface Trait {
  readonly name: string;
  readonly kind: 'field' | 'computed_trait';
  readonly value: unknown;
  readonly source: string | null;
}

/** Traits of a profile as the API presents it and as its grant shows it, by name. */
export const segmentTraits = (traits: Readonly<Record<string, Body>>): readonly Trait[] =>
  Object.entries(traits)
    .map(([name, { value, source }]) => ({
      name,
      kind: source === undefined ? ('computed_trait' as const) : ('field' as const),
      value,
      source: typeof source === 'string' ? source : null,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

interface Known {
  readonly namespace: string;
  readonly scope?: string;
  readonly value: string;
  readonly sources: readonly string[];
}

/** An identifier, without the source that gave it. */
export const segmentIdentifier = ({ namespace, scope, value }: Omit<Known, 'sources'>): Body => ({
  collection: 'users',
  type: segmentTypeOf(namespace),
  id: scope === undefined ? value : `${scope}:${value}`,
  encoding: 'none',
});

/** Identifiers as entries. `hide` gives a text that stands for a value and does not tell it. */
export const segmentExternalIds = (
  identifiers: readonly Known[],
  hide: (text: string) => string,
): readonly Entry[] =>
  identifiers.map((known) => ({
    sortedBy: hide(JSON.stringify([known.namespace, known.scope ?? null, known.value])),
    shown: {
      source_id: known.sources[0] ?? null,
      ...segmentIdentifier(known),
      created_at: null,
      first_message_id: null,
    },
  }));

/** Which events are asked for. Instants are epoch milliseconds; `end` is exclusive. */
export interface EventFilter {
  readonly start: number;
  readonly end: number;
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
}

/** Facts that are calls of the Tracking API. */
export const EVENT_KIND = 'web-event';

/** Events as entries. `externalIds` are those of the customer, for events keep pseudonyms of theirs only. */
export const segmentEvents = (
  facts: readonly FactRow[],
  { start, end, include, exclude }: EventFilter,
  grant: Pick<Grant, 'treat'>,
  customer: { readonly id: string; readonly externalIds: readonly Body[] },
): readonly Entry[] =>
  facts
    .filter((fact) => fact.as === EVENT_KIND && timeOf(fact) >= start && timeOf(fact) < end)
    .filter(({ fields: { name } }) => !include || include.includes(String(name)))
    .filter(({ fields: { name } }) => !exclude?.includes(String(name)))
    .map((fact) => ({
      sortedBy: `${String(timeOf(fact)).padStart(16, '0')} ${fact.rowKey}`,
      shown: presentEvent(fact, grant, customer),
    }));

const presentEvent = (
  fact: FactRow,
  { treat }: Pick<Grant, 'treat'>,
  { id, externalIds }: { readonly id: string; readonly externalIds: readonly Body[] },
): Body => {
  const { rowKey, fields } = fact;
  const shown = (field: string) =>
    treatValue(treat(`${EVENT_KIND}.${field}`), `${EVENT_KIND}.${field}`, fields[field]);
  const type = shown('type') ?? 'track';
  const name = shown('name');
  const properties = shown('properties');
  return {
    external_ids: externalIds,
    context: {},
    type,
    message_id: keyPartsOf(rowKey)[0] ?? null,
    source_id: sourceOf(rowKey),
    timestamp: new Date(timeOf(fact)).toISOString(),
    properties: typeof properties === 'string' ? parsed(properties) : {},
    ...(name === undefined ? {} : { [own(NAMED, String(type)) ?? 'event']: name }),
    related: { users: id },
  };
};

/** Where a call has what it is called. */
const NAMED: Readonly<Record<string, string>> = { page: 'name', screen: 'name', group: 'group_id' };

// Masked properties are no JSON any more.
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
};

/** Groups that the customer was put into by `group` calls, each once. */
export const segmentLinks = (facts: readonly FactRow[]): readonly Entry[] => {
  const groups = new Map<string, FactRow>();
  for (const fact of facts) {
    const { type, name } = fact.fields;
    if (fact.as !== EVENT_KIND || type !== 'group' || typeof name !== 'string') continue;
    const known = groups.get(name);
    if (!known || timeOf(fact) < timeOf(known)) groups.set(name, fact);
  }
  return [...groups].map(([id, fact]) => ({
    sortedBy: id,
    shown: {
      to_collection: 'accounts',
      external_ids: [
        {
          id,
          type: 'group_id',
          source_id: sourceOf(fact.rowKey),
          collection: 'accounts',
          created_at: new Date(timeOf(fact)).toISOString(),
          encoding: 'none',
        },
      ],
    },
  }));
};

/** Entries after a position, at most `limit`, in this order. */
export const segmentPage = (
  entries: readonly Entry[],
  sort: 'asc' | 'desc',
  after: string | undefined,
  limit: number,
): { readonly page: readonly Entry[]; readonly hasMore: boolean } => {
  const sign = sort === 'asc' ? 1 : -1;
  const compare = (a: string, b: string) => sign * (a < b ? -1 : Number(a > b));
  const rest = entries
    .filter(({ sortedBy }) => after === undefined || compare(sortedBy, after) > 0)
    .sort((a, b) => compare(a.sortedBy, b.sortedBy));
  return { page: rest.slice(0, limit), hasMore: rest.length > limit };
};
