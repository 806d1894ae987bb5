/**
 * Parts of a world that have nothing in common.
 *
 * Changes of a batch are read together. Those that the write of one scope can commit go apart, each with its own scope,
 * since that costs half of a transaction; all others stay together.
 * @module
 */

import { DisjointSets } from '#domain/identity/disjoint-sets.ts';
import type { IdentifierKey } from '#domain/identity/evidence.ts';
import { type MergePolicy, scoringOf } from '#domain/identity/merge-policy.ts';
import { mergeScopes } from '#domain/identity/scope.ts';
import { holdersIn } from './scope-holders.ts';
import type { StructuralChange, World } from './world.ts';

/** What stays together whatever it has in common. */
const REST = 'rest';

/** Parts of a world, all of it; one when rules score pairs, for then scopes hang together by what rows say. */
export const partsOf = (world: World, policy: MergePolicy): readonly World[] => {
  if (!world.changes.some(({ apart }) => apart) || scoringOf(policy)) return [world];
  const sets = connected(world);
  const rest = sets.find(REST);
  const names = new Set(world.changes.map(({ key }) => sets.find(`unit ${key}`)));
  if (names.size < 2) return [world];
  return [...names.union(new Set([rest]))].flatMap((name) => {
    const part = partNamed(world, sets, name);
    return part.changes.length + part.scopes.length > 0 ? [part] : [];
  });
};

const connected = (world: World): DisjointSets<string> => {
  const { changes, memberships, scopes } = world;
  const tied = scopesOf(world);
  const sets = new DisjointSets([
    REST,
    ...changes.map(({ key }) => `unit ${key}`),
    ...memberships.map(({ identifier }) => `value ${identifier}`),
    ...scopes.map(({ id }) => `scope ${id}`),
  ]);
  const join = (name: string, others: readonly string[]) => {
    for (const other of others) sets.union(name, other);
  };
  const known = new Set(changes.map(({ key }) => key));
  for (const { identifier, joins, leaves } of memberships) {
    const units = [...joins, ...leaves].filter((unit) => known.has(unit));
    join(
      `value ${identifier}`,
      units.map((unit) => `unit ${unit}`),
    );
    join(
      `value ${identifier}`,
      (tied.get(identifier) ?? []).map((scope) => `scope ${scope}`),
    );
  }
  for (const change of changes) join(`unit ${change.key}`, homesOf(change, world));
  const reached = new Set([...tied.values()].flat());
  const apart = scopes.filter(({ id }) => !reached.has(id));
  join(
    REST,
    apart.map(({ id }) => `scope ${id}`),
  );
  join(
    REST,
    changes.filter(({ apart }) => !apart).map(({ key }) => `unit ${key}`),
  );
  return sets;
};

/** The scopes that list a unit, or that its own item leads to, whatever it claims. */
const homesOf = ({ key, scope: pointer }: StructuralChange, { scopes }: World): readonly string[] =>
  scopes
    .filter(({ id, from = [], scope }) => {
      const leads = pointer !== undefined && [id, ...from].includes(pointer);
      return leads || scope.units.has(key);
    })
    .map(({ id }) => `scope ${id}`);

/**
 * The scopes that identifiers are listed in, or their claims lead to: one that was read just before it took up the holders
 * does not list them, and its version is what makes the commit fail.
 */
const scopesOf = ({
  memberships,
  scopes,
}: World): ReadonlyMap<IdentifierKey, readonly string[]> => {
  const identifiers = memberships.map(({ identifier }) => identifier);
  const listed = holdersIn(scopes, new Set(identifiers)).scope;
  const leads = new Map<string, string>(
    scopes.flatMap(({ id, from = [] }) => [id, ...from].map((name) => [name, id] as const)),
  );
  return new Map(
    memberships.map(({ identifier, claim, holders = [], by }) => {
      const pointed = claim?.scope === undefined ? undefined : leads.get(claim.scope);
      const own = listed.get(identifier);
      const theirs =
        by === 'claim'
          ? scopes
              .filter(({ scope }) => holders.some((unit) => scope.units.has(unit)))
              .map(({ id }) => id)
          : [];
      const all = [pointed, own, ...theirs].filter((id) => id !== undefined);
      return [identifier, all] as const;
    }),
  );
};

const partNamed = (world: World, sets: DisjointSets<string>, name: string): World => {
  const isIn = (node: string) => sets.find(node) === name;
  const changes = world.changes.filter(({ key }) => isIn(`unit ${key}`));
  const scopes = world.scopes.filter(({ id }) => isIn(`scope ${id}`));
  const units = new Set(changes.map(({ key }) => key));
  return {
    changes,
    scopes,
    scope: mergeScopes(scopes.map(({ scope }) => scope)),
    memberships: world.memberships.filter(({ identifier }) => isIn(`value ${identifier}`)),
    revived: world.revived.filter(({ anchor }) => units.has(anchor)),
    notes: world.notes.filter(({ unit }) => units.has(unit)),
    unfenced: world.unfenced.filter((unit) => units.has(unit)),
    looked: world.looked.filter((unit) => units.has(unit)),
    token: world.token,
  };
};
