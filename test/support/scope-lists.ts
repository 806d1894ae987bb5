/**
 * Scope lists: the text of a scope among the items of a table, and who holds an identifier by the scope that its claim
 * points to.
 */
import { joinParts } from '#application/identity/scope-store.ts';
import type { Item } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import { parseScope } from '#domain/identity/scope-text.ts';

/** The whole text of a scope, given its first item. */
export const textOf = (items: readonly Item[], head: Item): string => {
  const parts = Array.from({ length: Number(head['parts'] ?? 0) }, (_, index) =>
    items.find(({ pk, sk }) => pk === head.pk && sk === `PART#${index + 1}`),
  );
  return joinParts(head, parts) ?? '';
};

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
  const scope = item?.['doc'] === undefined ? undefined : parseScope(textOf(items, item));
  return [...(scope?.units.values() ?? [])]
    .filter(({ claims }) => claims.some((one) => one.identifier === identifier))
    .map(({ key }) => key);
};
