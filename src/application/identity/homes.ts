/**
 * Homes: which scope each component lives in after a change.
 *
 * A component stays in the scope that most of its units came from. What moves must be pointed to its new scope one by
 * one; a scope with nothing left redirects to where most of its units went.
 * @module
 */

import type { ScopeId } from '#application/shared/items.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';

/** Where every unit lives, and what became of the scopes read. */
export interface Homes {
  readonly homeOf: ReadonlyMap<UnitKey, ScopeId>;
  /** Scopes that hold units now, old and new ones. */
  readonly living: ReadonlySet<ScopeId>;
  /** Absorbed scope → the scope it redirects to; one whose units are all gone is in neither. */
  readonly redirects: ReadonlyMap<ScopeId, ScopeId>;
}

/**
 * Finds homes for components.
 * @param cameFrom scope of every unit that had one
 * @param newScope gives the id of a scope that does not exist yet
 */
export const findHomes = (
  components: readonly (readonly UnitKey[])[],
  cameFrom: ReadonlyMap<UnitKey, ScopeId>,
  newScope: () => ScopeId,
): Homes => {
  const homeOf = new Map<UnitKey, ScopeId>();
  const living = new Set<ScopeId>();
  for (const component of [...components].sort((a, b) => b.length - a.length)) {
    const home = mostFrequent(component, cameFrom, living) ?? newScope();
    living.add(home);
    for (const unit of component) homeOf.set(unit, home);
  }
  return { homeOf, living, redirects: redirectsOf(homeOf, cameFrom, living) };
};

const mostFrequent = (
  component: readonly UnitKey[],
  cameFrom: ReadonlyMap<UnitKey, ScopeId>,
  taken: ReadonlySet<ScopeId>,
): ScopeId | undefined => {
  const origins = component.flatMap((unit) => cameFrom.get(unit) ?? []);
  return winner(origins.filter((scope) => !taken.has(scope)));
};

const redirectsOf = (
  homeOf: ReadonlyMap<UnitKey, ScopeId>,
  cameFrom: ReadonlyMap<UnitKey, ScopeId>,
  living: ReadonlySet<ScopeId>,
): ReadonlyMap<ScopeId, ScopeId> => {
  const absorbed = [...new Set(cameFrom.values())].filter((scope) => !living.has(scope));
  return new Map(
    absorbed.flatMap((scope) => {
      const homes = [...cameFrom].flatMap(([unit, from]) =>
        from === scope ? (homeOf.get(unit) ?? []) : [],
      );
      const into = winner(homes);
      return into === undefined ? [] : [[scope, into] as const];
    }),
  );
};

const winner = (votes: readonly ScopeId[]): ScopeId | undefined => {
  const counts = new Map<ScopeId, number>();
  for (const vote of votes) counts.set(vote, (counts.get(vote) ?? 0) + 1);
  const [first] = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return first?.[0];
};

/** Whether following a unit's old pointer leads to its home without being rewritten. */
export const pointsHome = (homes: Homes, from: ScopeId | undefined, home: ScopeId): boolean =>
  from !== undefined && (homes.living.has(from) ? from : homes.redirects.get(from)) === home;
