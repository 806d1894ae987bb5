/**
 * List changes: what a commit did to the customers' lists of units, as an attribute of the scope it wrote.
 *
 * The table's stream carries it to whoever keeps views. It names customers and units by their places in the scope's text,
 * `2:0,5 4:` for two units that came to the third customer and others that left the fifth; where the scope lies in
 * parts, by their names. A scope whose customers have what they had carries none, and nobody needs to look at it.
 * @module
 */
import type { Item, ValueMap } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import type { Customer, Scope } from '#domain/identity/scope.ts';
import { parseScope } from '#domain/identity/scope-text.ts';

/** A customer whose list of units changed, with those that came to it. */
export interface ListChange {
  readonly id: OneId;
  readonly came: readonly UnitKey[];
}

type NamedText = readonly (readonly [id: string, came: readonly string[]])[];

/** The attribute of a scope: how the lists of its customers differ from those before; by names where it lies in parts. */
export const listChangeAttributes = (
  before: Pick<Scope, 'customers'>,
  after: Pick<Scope, 'customers' | 'units'>,
  inParts: boolean,
): ValueMap => {
  const changes = changesBetween(before.customers, after.customers);
  if (changes.length === 0) return {};
  return { lists: inParts ? namedText(changes) : placesText(after, changes) };
};

const changesBetween = (
  before: readonly Customer[],
  after: readonly Customer[],
): readonly ListChange[] => {
  const had = new Map(before.map(({ id, units }) => [id, new Set(units)]));
  return after.flatMap(({ id, units }): readonly ListChange[] => {
    const old = had.get(id) ?? new Set();
    const came = units.filter((unit) => !old.has(unit));
    return came.length > 0 || old.size > units.length ? [{ id, came }] : [];
  });
};

const namedText = (changes: readonly ListChange[]): string =>
  JSON.stringify(changes.map(({ id, came }) => [id, came]) satisfies NamedText);

const placesText = (
  { customers, units }: Pick<Scope, 'customers' | 'units'>,
  changes: readonly ListChange[],
): string => {
  const customerAt = new Map(customers.map(({ id }, place) => [id, place]));
  const unitAt = new Map([...units.keys()].map((unit, place) => [unit, place]));
  return changes
    .map(({ id, came }) => `${customerAt.get(id)}:${came.map((unit) => unitAt.get(unit))}`)
    .join(' ');
};

/** The lists that a scope's new image says were changed; none of any other item. */
export const listChangesIn = (item: Item): readonly ListChange[] => {
  const { sk, doc, lists } = item;
  if (sk !== 'SCOPE' || typeof lists !== 'string') return [];
  if (lists.startsWith('[')) {
    const named = JSON.parse(lists) as NamedText;
    return named.map(([id, came]) => ({ id: id as OneId, came: came as readonly UnitKey[] }));
  }
  const { customers, units } = parseScope(doc as string);
  const unitKeys = [...units.keys()];
  return lists.split(' ').flatMap((change) => {
    const [place = '', came = ''] = change.split(':');
    const customer = customers[Number(place)];
    const places = came === '' ? [] : came.split(',');
    const keys = places.flatMap((unit) => unitKeys[Number(unit)] ?? []);
    return customer ? [{ id: customer.id, came: keys }] : [];
  });
};
