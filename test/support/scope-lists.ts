/**
 * Scope lists: who holds an identifier by the scope that its claim points to.
 */
import { scopesAmong } from '#application/identity/scope-store.ts';
import type { Item } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';

/** The scope that a pointer leads to. */
const scopeAt = (items: readonly Item[], pointer: unknown): Item | undefined => {
  const item = items.find(({ pk, sk }) => pk === `K#${pointer}` && sk === 'SCOPE');
  return item?.['into'] === undefined ? item : scopeAt(items, item['into']);
};

/** Units that a scope says hold an identifier. */
export const listedAt = (
  items: readonly Item[],
  pointer: unknown,
  identifier: string,
): readonly UnitKey[] => {
  const item = scopeAt(items, pointer);
  const own = item ? items.filter(({ pk, sk }) => pk === item.pk || sk === 'PART') : [];
  const [scope] = scopesAmong(own).values();
  return [...(scope?.units.values() ?? [])]
    .filter(({ claims }) => claims.some((one) => one.identifier === identifier))
    .map(({ key }) => key);
};
