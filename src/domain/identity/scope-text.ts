/**
 * Scope text: a scope as compact JSON. A write costs the whole item by the kilobyte, so every key stands in it once and
 * is named by its place elsewhere.
 *
 * ```json
 * {"u":["pc crm.contact.7","c ~Xa…"],"i":{"card#Qb…":[0,1],"phone#Zk…":["1?"]},"l":[["one_ab…",0,1764460800000]],"c":[[0]]}
 * ```
 *
 * Two units, the second of which has an unverified phone besides the card of both; an id that is anchored at the first; and
 * a customer under that id with all units.
 * @module
 */

import { must } from '#domain/shared/assert.ts';
import { append } from '#domain/shared/multimap.ts';
import {
  byText,
  type Claim,
  claimText,
  type EvidenceUnit,
  type IdentifierKey,
  parseClaim,
  type UnitKey,
} from './evidence.ts';
import { formatListed, type ListedText, parseListed } from './held-value.ts';
import type { LedgerEntry, OneId } from './one-id.ts';
import type { Customer, Scope } from './scope.ts';

/** A place in a list; what is not in the list stands for itself. */
type Place = number | string;

interface ScopeText {
  /** Units: flags, a space, the key. */
  readonly u: readonly string[];
  /** Holders of each identifier; `"3?"` of one that does not hold it verified and at all times. */
  readonly i: Readonly<Record<string, readonly Place[]>>;
  /** Shared identifiers, by their places in `i`. */
  readonly s?: readonly Place[];
  /** Ledger entries: id, anchor, time of issue. */
  readonly l: readonly (readonly [id: string, anchor: Place, issuedAt: number])[];
  /** Customers: the id by its place in `l`, and their units; none when it has all, in their order. */
  readonly c: readonly (readonly Place[])[];
  readonly h?: readonly ListedText[];
}

/** A scope as compact JSON: some 45 bytes an identifier, and as many a unit. */
export const formatScope = (scope: Scope): string => {
  const units = [...scope.units.values()];
  const holders = holdersByPlace(units);
  const unitAt = placesOf(units.map(({ key }) => key));
  const identifierAt = placesOf([...holders.keys()]);
  const text: ScopeText = {
    u: units.map((unit) => `${flagsOf(unit)} ${unit.key}`),
    i: Object.fromEntries(holders),
    ...(scope.shared.size === 0 ? {} : { s: [...scope.shared].map(identifierAt) }),
    l: scope.ledger.map(({ id, anchor, issuedAt }) => [id, unitAt(anchor), issuedAt]),
    c: customersText(scope, unitAt),
    ...(scope.held.length === 0 ? {} : { h: scope.held.map(formatListed) }),
  };
  return JSON.stringify(text);
};

const placesOf = (keys: readonly string[]): ((key: string) => Place) => {
  const places = new Map(keys.map((key, place) => [key, place]));
  return (key) => places.get(key) ?? key;
};

const flagsOf = (unit: EvidenceUnit): string =>
  `${unit.party ? 'p' : ''}${unit.mayCreate ? 'c' : ''}`;

const holdersByPlace = (units: readonly EvidenceUnit[]): ReadonlyMap<string, readonly Place[]> => {
  const holders = new Map<string, Place[]>();
  for (const [place, { claims }] of units.entries()) {
    for (const claim of claims) {
      const of = holders.get(claim.identifier) ?? [];
      holders.set(claim.identifier, of);
      const more = claimText(claim).slice(claim.identifier.length);
      of.push(more === '' ? place : `${place}${more}`);
    }
  }
  return holders;
};

const customersText = (
  { customers, ledger, units }: Scope,
  unitAt: (key: string) => Place,
): ScopeText['c'] => {
  const idAt = placesOf(ledger.map(({ id }) => id));
  const all = inOrder(units.keys()).join('\n');
  return customers.map(({ id, units: own }) =>
    own.join('\n') === all ? [idAt(id)] : [idAt(id), ...own.map(unitAt)],
  );
};

const inOrder = (keys: Iterable<UnitKey>): readonly UnitKey[] => [...keys].sort(byText);

/** Reads {@link formatScope} back. */
export const parseScope = (json: string): Scope => {
  const { u, i, s = [], l, c, h = [] }: ScopeText = JSON.parse(json);
  const keys = u.map((unit) => unit.slice(unit.indexOf(' ') + 1) as UnitKey);
  const claims = claimsByUnit(i);
  const units = keys.map((key, place): EvidenceUnit => {
    const flags = must(u[place], 'unit').slice(0, -key.length);
    return {
      key,
      party: flags.includes('p'),
      mayCreate: flags.includes('c'),
      claims: claims.get(place) ?? [],
    };
  });
  const identifiers = Object.keys(i) as IdentifierKey[];
  const ledger = l.map(
    ([id, anchor, issuedAt]): LedgerEntry => ({
      id: id as OneId,
      anchor: at(keys, anchor),
      issuedAt,
    }),
  );
  return {
    units: new Map(units.map((unit) => [unit.key, unit])),
    shared: new Set(s.map((place) => at(identifiers, place))),
    ledger,
    customers: c.map((customer) => parseCustomer(customer, ledger, keys)),
    held: h.map(parseListed),
  };
};

const at = <Key extends string>(keys: readonly Key[], place: Place): Key =>
  typeof place === 'number' ? must(keys[place], 'place in a scope') : (place as Key);

const claimsByUnit = (holders: ScopeText['i']): ReadonlyMap<number, readonly Claim[]> => {
  const claims = new Map<number, Claim[]>();
  for (const identifier of Object.keys(holders).sort(byText)) {
    for (const holder of holders[identifier] ?? []) {
      const [place, more] = typeof holder === 'number' ? [holder, ''] : placeAndMore(holder);
      append(claims, place, parseClaim(`${identifier}${more}`));
    }
  }
  return claims;
};

const placeAndMore = (holder: string): readonly [place: number, more: string] => {
  const [, place = '', more = ''] = /^(\d+)(.*)$/.exec(holder) ?? [];
  return [Number(place), more];
};

const parseCustomer = (
  [id = '', ...own]: readonly Place[],
  ledger: readonly LedgerEntry[],
  keys: readonly UnitKey[],
): Customer => ({
  id: typeof id === 'number' ? must(ledger[id], 'entry of a customer').id : (id as OneId),
  units: own.length === 0 ? inOrder(keys) : own.map((place) => at(keys, place)),
});
