import { expect, test } from 'vitest';
import { joinUpdates } from '#application/identity/join-updates.ts';
import type { Action } from '#application/shared/table.ts';

const key = (sk: string) => ({ pk: 'P', sk });
const update = (sk: string, more: object): Action => ({ kind: 'update', key: key(sk), ...more });

test('updates of one item become one, where the first of them stood', () => {
  const check: Action = { kind: 'check', key: key('c'), when: { exists: ['pk'] } };
  expect(
    joinUpdates([
      update('a', { set: { x: 1 }, when: { missing: ['x'] } }),
      check,
      update('b', { set: { y: 1 } }),
      update('a', { set: { z: 1 }, remove: ['gone'], when: { exists: ['pk'] } }),
    ]),
  ).toEqual([
    update('a', {
      set: { x: 1, z: 1 },
      remove: ['gone'],
      when: { all: [{ missing: ['x'] }, { exists: ['pk'] }] },
    }),
    check,
    update('b', { set: { y: 1 } }),
  ]);
});

test('one update of an item, and what is no update, stays as it is', () => {
  const actions = [update('a', { set: { x: 1 } }), { kind: 'delete', key: key('b') } as const];
  expect(joinUpdates(actions)).toEqual(actions);
});
