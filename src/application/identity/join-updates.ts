/**
 * Joining updates: a transaction takes each item once, and the first bucket of a fact unit may be written for several
 * reasons in one commit: a row goes from it, another comes to it, the unit follows its scope.
 * @module
 */
import type { Action, Condition } from '#application/shared/table.ts';
import { must } from '#domain/shared/assert.ts';
import { groupBy } from '#domain/shared/multimap.ts';

type Update = Extract<Action, { kind: 'update' }>;

/** Makes one of the updates and checks of each item that is updated, where the first stood; other actions stay as they are. */
export const joinUpdates = (actions: readonly Action[]): readonly Action[] => {
  const updated = new Set(actions.filter(isUpdate).map(nameOf));
  const joinable = (action: Action): action is Joinable =>
    isUpdate(action) || (action.kind === 'check' && updated.has(nameOf(action)));
  const groups = groupBy(actions.filter(joinable), nameOf);
  return actions.flatMap((action): readonly Action[] => {
    if (!joinable(action)) return [action];
    const same = must(groups.get(nameOf(action)), 'updates of an item');
    if (same.length === 1) return [action];
    return same[0] === action ? [same.map(asUpdate).reduce(joined)] : [];
  });
};

type Joinable = Extract<Action, { kind: 'update' | 'check' }>;

const isUpdate = (action: Action): action is Update => action.kind === 'update';

const asUpdate = ({ key, when, ...action }: Joinable): Update => ({
  ...action,
  kind: 'update',
  key,
  ...(when === undefined ? {} : { when }),
});

const nameOf = ({ key }: Joinable): string => JSON.stringify([key.pk, key.sk]);

const joined = (a: Update, b: Update): Update => {
  const remove = [...(a.remove ?? []), ...(b.remove ?? [])];
  const all = [a.when, b.when].filter((when): when is Condition => when !== undefined);
  return {
    kind: 'update',
    key: a.key,
    set: { ...a.set, ...b.set },
    ...(remove.length > 0 ? { remove: [...new Set(remove)] } : {}),
    ...(a.add || b.add ? { add: { ...a.add, ...b.add } } : {}),
    ...(all.length > 0 ? { when: { all } } : {}),
  };
};
