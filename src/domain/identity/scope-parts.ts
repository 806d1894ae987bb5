/**
 * Scope parts: how a large scope is cut into texts of their own, so that a change writes only those that it concerns.
 *
 * A part is a scope like any other: some units, the ids that are anchored at them, the customers under these ids, and some of
 * the held and shared values. All parts put together are the scope. What is in a part stays there while it exists, and what
 * comes goes where its customer is, so that most changes concern one part.
 * @module
 */
import { must } from '#domain/shared/assert.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import { type EvidenceUnit, type IdentifierKey, sameEvidence, type UnitKey } from './evidence.ts';
import { type ListedValue, sameListed } from './held-value.ts';
import type { LedgerEntry, OneId } from './one-id.ts';
import { type Customer, mergeScopes, type Scope } from './scope.ts';
import { formatScope } from './scope-text.ts';

/** A part as it was read. */
export interface ScopePart {
  readonly scope: Scope;
  /** Bytes of its text. */
  readonly bytes: number;
}

/** A part to be written. */
export interface WrittenPart extends ScopePart {
  readonly text: string;
}

/** The parts of a scope: those that stay as they are, and those to be written; any other is to go. */
export interface ScopeLayout<Part extends ScopePart> {
  readonly kept: readonly Part[];
  readonly written: readonly WrittenPart[];
}

/**
 * Cuts a scope into parts of at most `size` bytes, apart from what cannot be cut. Deterministic; linear in the size of the scope.
 * @param before the parts that its units came from, of one scope or of several
 */
export const layOut = <Part extends ScopePart>(
  before: readonly Part[],
  after: Scope,
  size: number,
): ScopeLayout<Part> => {
  const places = placesOf(before, after, size);
  const cut = cutAt(after, places, before.length + 1);
  const isSame = ({ scope }: Part, place: number) => {
    const is = must(cut[place], 'part');
    return !isEmpty(is) && sameScope(scope, is);
  };
  const kept = new Set(
    [...before.entries()].flatMap(([place, part]) => (isSame(part, place) ? [place] : [])),
  );
  const changed = cut.filter((part, place) => !isEmpty(part) && !kept.has(place)).map(written);
  return split(
    joined({ kept: before.filter((_, place) => kept.has(place)), written: changed }, size),
    size,
  );
};

const written = (scope: Scope): WrittenPart => {
  const text = formatScope(scope);
  return { scope, text, bytes: Buffer.byteLength(text) };
};

const isEmpty = ({ units, held, shared }: Scope): boolean =>
  units.size + held.length + shared.size === 0;

/** Where things go: the number of a part by unit, held and shared value. What is nowhere goes with a unit. */
interface Places {
  readonly units: ReadonlyMap<UnitKey, number>;
  readonly held: ReadonlyMap<IdentifierKey, number>;
  readonly shared: ReadonlyMap<IdentifierKey, number>;
}

const placesOf = (before: readonly ScopePart[], after: Scope, size: number): Places => {
  const units = new Map<UnitKey, number>();
  const [held, shared] = [new Map<IdentifierKey, number>(), new Map<IdentifierKey, number>()];
  for (const [place, { scope }] of before.entries()) {
    const stayed = [...scope.units.keys()].filter((key) => after.units.has(key));
    // A part that all units have left is given up.
    if (stayed.length === 0 && scope.units.size > 0) continue;
    for (const key of stayed) units.set(key, place);
    for (const { identifier } of scope.held) held.set(identifier, place);
    for (const identifier of scope.shared) shared.set(identifier, place);
  }
  placeNewcomers(units, before, after, size);
  return { units, held, shared };
};

// A unit goes to its customer; whoever comes without one that is there goes to the smallest part, if that has room.
const placeNewcomers = (
  units: Map<UnitKey, number>,
  before: readonly ScopePart[],
  after: Scope,
  size: number,
): void => {
  const stray = roomiest(new Set(units.values()), before, size);
  const anchors = anchorsOf(after);
  const place = (keys: Iterable<UnitKey>, at: number) => {
    for (const key of keys) if (!units.has(key)) units.set(key, at);
  };
  for (const { id, units: own } of after.customers) {
    if (own.every((key) => units.has(key))) continue;
    const placed = [anchors.get(id), ...own].map((key) => key && units.get(key)).find(isNumber);
    place(own, placed ?? stray);
  }
  place(after.units.keys(), stray);
};

/** The smallest of these parts, or a new one when all are half full. */
const roomiest = (
  places: ReadonlySet<number>,
  before: readonly ScopePart[],
  size: number,
): number => {
  const bytesOf = (place: number) => must(before[place], 'part').bytes;
  const open = [...places].filter((place) => bytesOf(place) < size / 2);
  const [smallest = before.length] = open.sort((a, b) => bytesOf(a) - bytesOf(b));
  return smallest;
};

const isNumber = (place: unknown): place is number => typeof place === 'number';

const anchorsOf = ({ ledger }: Scope): ReadonlyMap<OneId, UnitKey> =>
  new Map(ledger.map(({ id, anchor }) => [id, anchor]));

const cutAt = (scope: Scope, places: Places, count: number): readonly Scope[] => {
  const parts = Array.from({ length: count }, emptyPart);
  const [first = 0] = places.units.values();
  const at = (unit: UnitKey | undefined) =>
    unit === undefined ? undefined : places.units.get(unit);
  const part = (place = first) => must(parts[place], 'part');
  const anchors = anchorsOf(scope);
  for (const [key, unit] of scope.units) part(at(key)).units.set(key, unit);
  for (const entry of scope.ledger) part(at(entry.anchor)).ledger.push(entry);
  for (const customer of scope.customers)
    part(at(anchors.get(customer.id)) ?? at(customer.units[0])).customers.push(customer);
  for (const value of scope.held)
    part(places.held.get(value.identifier) ?? at(value.sides[0])).held.push(value);
  const holders = holdersOf(
    scope,
    [...scope.shared].filter((one) => !places.shared.has(one)),
  );
  for (const identifier of scope.shared)
    part(places.shared.get(identifier) ?? at(holders.get(identifier))).shared.add(identifier);
  return parts;
};

const emptyPart = () => ({
  units: new Map<UnitKey, EvidenceUnit>(),
  shared: new Set<IdentifierKey>(),
  ledger: [] as LedgerEntry[],
  customers: [] as Customer[],
  held: [] as ListedValue[],
});

/** One holder of each identifier. */
const holdersOf = (
  { units }: Scope,
  identifiers: readonly IdentifierKey[],
): ReadonlyMap<IdentifierKey, UnitKey> => {
  if (identifiers.length === 0) return new Map();
  const wanted = new Set(identifiers);
  return new Map(
    [...units.values()].flatMap(({ key, claims }) =>
      claims.flatMap(({ identifier }) =>
        wanted.has(identifier) ? [[identifier, key] as const] : [],
      ),
    ),
  );
};

// Order apart: nothing depends on it.
const sameScope = (a: Scope, b: Scope): boolean =>
  a.units.size === b.units.size &&
  [...b.units.values()].every((unit) => sameUnit(a.units.get(unit.key), unit)) &&
  sameMembers(a.ledger, b.ledger, ({ id }) => id, sameEntry) &&
  sameMembers(a.customers, b.customers, ({ id }) => id, sameUnits) &&
  sameMembers(a.held, b.held, ({ identifier }) => identifier, sameListed) &&
  a.shared.size === b.shared.size &&
  [...b.shared].every((identifier) => a.shared.has(identifier));

const sameMembers = <Member>(
  a: Iterable<Member>,
  b: Iterable<Member>,
  nameOf: (member: Member) => string,
  isSame: (x: Member, y: Member) => boolean,
): boolean => {
  const named = new Map<string, Member>();
  for (const member of a) named.set(nameOf(member), member);
  let count = 0;
  for (const member of b) {
    const other = named.get(nameOf(member));
    if (other === undefined || !(other === member || isSame(other, member))) return false;
    count += 1;
  }
  return count === named.size;
};

const sameUnit = (a: EvidenceUnit | undefined, b: EvidenceUnit): boolean =>
  a === b || (a !== undefined && a.party === b.party && sameEvidence(a, b));

const sameEntry = (a: LedgerEntry, b: LedgerEntry): boolean =>
  a.anchor === b.anchor && a.issuedAt === b.issuedAt;

const sameUnits = (a: Customer, b: Customer): boolean =>
  a.units.length === b.units.length && a.units.every((unit, index) => unit === b.units[index]);

// What has become small takes in another, so that parts do not become many.
const joined = <Part extends ScopePart>(
  layout: ScopeLayout<Part>,
  size: number,
): ScopeLayout<Part> => {
  const small = layout.written.find(({ bytes }) => bytes < size / 4);
  if (small === undefined) return layout;
  const others = [...layout.kept, ...layout.written].filter((part) => part !== small);
  const [other] = others.sort((a, b) => a.bytes - b.bytes);
  if (other === undefined || other.bytes + small.bytes > (size * 3) / 4) return layout;
  const isLeft = (part: ScopePart) => part !== small && part !== other;
  const one = written(mergeScopes([other.scope, small.scope]));
  return joined(
    { kept: layout.kept.filter(isLeft), written: [...layout.written.filter(isLeft), one] },
    size,
  );
};

const split = <Part extends ScopePart>(
  { kept, written: parts }: ScopeLayout<Part>,
  size: number,
): ScopeLayout<Part> => ({ kept, written: parts.flatMap((part) => splitPart(part, size)) });

/** Share of `size` that parts begin with, so that there is room for what comes. */
const FILL = 0.7;

const splitPart = (part: WrittenPart, size: number): readonly WrittenPart[] => {
  const { scope, bytes } = part;
  const things = thingsIn(scope);
  if (bytes <= size || things.length < 2) return [part];
  const count = Math.min(things.length, Math.max(2, Math.ceil(bytes / (size * FILL))));
  const placed = things.map(
    (thing, index) => [thing, Math.floor((index * count) / things.length)] as const,
  );
  const of = <Key extends string>(kind: Thing['kind']) =>
    new Map(
      placed.flatMap(([thing, place]) => (thing.kind === kind ? [[thing.key as Key, place]] : [])),
    );
  const places = {
    units: of<UnitKey>('unit'),
    held: of<IdentifierKey>('held'),
    shared: of<IdentifierKey>('shared'),
  };
  return cutAt(scope, places, count)
    .map(written)
    .flatMap((one) => splitPart(one, size));
};

/** What a part can be cut between. */
interface Thing {
  readonly kind: 'unit' | 'held' | 'shared';
  readonly key: string;
}

// Customers stay together, and what is held stays with whom it concerns.
const thingsIn = ({ units, customers, held, shared }: Scope): readonly Thing[] => {
  const heldAt = groupBy(held, ({ sides }) => sides[0]);
  const owned = customers.flatMap((customer) => customer.units).filter((key) => units.has(key));
  const inOrder = new Set([...owned, ...units.keys()]);
  const heldOf = (values: readonly ListedValue[] = []) =>
    values.map(({ identifier }): Thing => ({ kind: 'held', key: identifier }));
  const elsewhere = held.filter(({ sides }) => !units.has(sides[0] as UnitKey));
  return [
    ...[...inOrder].flatMap((key): Thing[] => [{ kind: 'unit', key }, ...heldOf(heldAt.get(key))]),
    ...heldOf(elsewhere),
    ...[...shared].map((key): Thing => ({ kind: 'shared', key })),
  ];
};
