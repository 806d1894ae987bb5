/**
 * Law: the memory table and DynamoDB agree. The same random actions, over few keys and names so that they meet, have the
 * same outcomes (done, refused with which reasons, which rule broken), leave the same items and cost the same.
 *
 * DynamoDB, a real engine, is the oracle; what the engine does otherwise than AWS is refused by both adapters.
 * @module
 */
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { meterClient } from '#adapters/dynamodb/client.ts';
import { TableRuleError } from '#adapters/dynamodb/errors.ts';
import { actionKey, keyText } from '#adapters/dynamodb/item-rules.ts';
import { makeMeter } from '#adapters/dynamodb/meter.ts';
import { DynamoTable } from '#adapters/dynamodb/table.ts';
import { MemoryTable } from '#adapters/memory/table.ts';
import type {
  Action,
  Condition,
  Key,
  Path,
  Table,
  Value,
  Write,
} from '#application/shared/table.ts';
import { createTable, startDynamo } from '../support/engines.ts';

const { client, stop } = await startDynamo();
afterAll(stop);

const billed = makeMeter();
meterClient(client, billed);

const NAMES = ['v', 'n', 'pos.r.1', '標籤'];
const name = fc.constantFrom(...NAMES);
const text = fc.constantFrom('', '0001#0', '0001#1#00A', '0001#1#00B', '\uFFFD', '😀');
const scalar = fc.oneof(text, fc.integer({ min: -2, max: 2 }), fc.boolean());

const key: fc.Arbitrary<Key> = fc.record({
  pk: fc.constantFrom('P', 'Q'),
  sk: fc.constantFrom('A', 'A#1', 'Ä'),
});

const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 4, arbitrary: scalar },
    fc.constant(null),
    fc.uniqueArray(text, { minLength: 1, maxLength: 3 }).map((texts) => new Set(texts)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

const attributes = fc.dictionary(name, value, { maxKeys: 3, noNullPrototype: true });

const path: fc.Arbitrary<Path> = fc.oneof(
  fc.tuple(fc.oneof(name, fc.constant('pk'))),
  fc.tuple(name, name),
);

const condition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    path.map((missing) => ({ missing })),
    path.map((exists) => ({ exists })),
    fc.tuple(path, scalar).map((equals) => ({ equals })),
    fc.tuple(path, fc.oneof(text, fc.integer({ min: -2, max: 2 }))).map((less) => ({ less })),
    fc.array(tie('condition'), { maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie('condition'), { maxLength: 3 }).map((any) => ({ any })),
  ),
})).condition;

const when = fc.option(condition, { nil: undefined }).map((held) => (held ? { when: held } : {}));

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.tuple(key, attributes, when).map(([of, rest, held]) => {
    return { kind: 'put', item: { ...rest, ...of }, ...held } as const;
  }),
  fc
    .record({
      key,
      set: attributes,
      remove: fc.uniqueArray(name, { maxLength: 2 }),
      add: fc.dictionary(name, fc.integer({ min: -2, max: 2 }), {
        maxKeys: 2,
        noNullPrototype: true,
      }),
      held: when,
    })
    .map(({ held, ...update }) => ({ kind: 'update', ...update, ...held }) as const),
  fc.tuple(key, when).map(([of, held]) => ({ kind: 'delete', key: of, ...held }) as const),
  fc.tuple(key, condition).map(([of, held]) => ({ kind: 'check', key: of, when: held }) as const),
);

/** A check alone cannot stand outside a transaction. */
const step = fc.oneof(
  { weight: 3, arbitrary: action },
  { weight: 1, arbitrary: fc.array(action, { minLength: 1, maxLength: 5 }) },
);

const perform = async (table: Table, actions: Action | readonly Action[]): Promise<unknown> => {
  try {
    if (Array.isArray(actions)) return await table.transact(actions);
    const single = actions as Action;
    return single.kind === 'check' ? await table.transact([single]) : await table.write(single);
  } catch (error) {
    if (error instanceof TableRuleError) return { rule: error.rule };
    if (error instanceof RangeError) return 'range';
    throw error;
  }
};

const keyOf = (write: Write): string => keyText(actionKey(write));

const contents = async (table: Table): Promise<unknown> => [
  await table.query({ pk: 'P' }),
  await table.query({ pk: 'Q' }),
];

test('the same actions have the same outcomes, leave the same items and cost the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      const dynamo = new DynamoTable({ client, tableName: await createTable(client) });
      const counted = makeMeter();
      const memory = new MemoryTable({ meter: counted });
      Object.assign(billed, makeMeter());
      for (const actions of steps) {
        expect(await perform(memory, actions)).toEqual(await perform(dynamo, actions));
        expect(counted, JSON.stringify(actions)).toEqual(billed);
      }
      expect(await contents(memory)).toEqual(await contents(dynamo));
      expect(counted).toEqual(billed);
    }),
    { numRuns: 60 },
  );
}, 60_000);

/** A write that goes as a statement, or nearly: the items that hold what it asks for, others, and none. */
const plainWrite: fc.Arbitrary<Write> = fc.letrec<{ write: Write }>(() => {
  const plainName = fc.constantFrom('v', 'pos/r/1', '~u', 'a-b');
  const plainPath: fc.Arbitrary<Path> = fc.oneof(
    fc.tuple(plainName),
    fc.tuple(plainName, plainName),
  );
  const of = fc.record({ pk: fc.constantFrom('P', 'Q'), sk: fc.constantFrom('A', 'B', 'C') });
  const leaf: fc.Arbitrary<Condition> = fc.oneof(
    plainPath.map((missing) => ({ missing })),
    plainPath.map((exists) => ({ exists })),
    fc.tuple(plainPath, scalar).map((equals) => ({ equals })),
    fc.tuple(plainPath, text).map((less) => ({ less })),
  );
  const held = fc.oneof(
    leaf,
    fc.array(leaf, { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
    fc
      .array(
        fc.oneof(
          leaf,
          fc.array(leaf, { minLength: 1, maxLength: 2 }).map((all) => ({ all })),
        ),
        {
          minLength: 1,
          maxLength: 3,
        },
      )
      .map((any) => ({ any })),
  );
  const put = fc
    .tuple(of, fc.dictionary(plainName, value, { maxKeys: 3, noNullPrototype: true }))
    .map(([key, rest]): Write => ({ kind: 'put', item: { ...rest, ...key }, when: ABSENT }));
  const several = fc.dictionary(plainName, value, { minKeys: 1, noNullPrototype: true });
  const update = fc
    .tuple(of, several, held)
    .map(([key, set, when]): Write => ({ kind: 'update', key, set, when }));
  const remove = of.map((key): Write => ({ kind: 'delete', key }));
  return {
    write: fc.oneof(
      { weight: 3, arbitrary: put },
      { weight: 5, arbitrary: update },
      { weight: 1, arbitrary: remove },
    ),
  };
}).write;

const ABSENT: Condition = { missing: ['pk'] };

test('independent writes sent together do what they do one by one', async () => {
  const batches = fc.array(
    fc.uniqueArray(plainWrite, { minLength: 1, maxLength: 6, selector: (write) => keyOf(write) }),
    { minLength: 5, maxLength: 25 },
  );
  await fc.assert(
    fc.asyncProperty(batches, async (steps) => {
      const dynamo = new DynamoTable({ client, tableName: await createTable(client) });
      const memory = new MemoryTable();
      for (const writes of steps) {
        expect(await dynamo.writeAll(writes)).toEqual(await memory.writeAll(writes));
      }
      expect(await contents(dynamo)).toEqual(await contents(memory));
    }),
    { numRuns: 60 },
  );
}, 60_000);

test.each([
  ['a put of a new item', { kind: 'put', item: { pk: 'P', sk: 'A', b: 'x'.repeat(1014) } }, 1],
  ['one byte more', { kind: 'put', item: { pk: 'P', sk: 'A', b: 'x'.repeat(1018) } }, 2],
  ['a put in place of a larger item', { kind: 'put', item: { pk: 'P', sk: 'L' } }, 6],
  ['an update of a larger item', { kind: 'update', key: { pk: 'P', sk: 'L' }, add: { n: 1 } }, 6],
  ['a delete of a larger item', { kind: 'delete', key: { pk: 'P', sk: 'L' } }, 6],
] as const)(
  '%s is billed by the size before and after, in a transaction double',
  async (_, action, units) => {
    for (const factor of [1, 2]) {
      const dynamo = new DynamoTable({ client, tableName: await createTable(client) });
      const counted = makeMeter();
      const memory = new MemoryTable({ meter: counted });
      const large = { kind: 'put', item: { pk: 'P', sk: 'L', b: 'x'.repeat(6_000) } } as const;
      for (const [table, meter] of [
        [dynamo, billed],
        [memory, counted],
      ] as const) {
        await table.write(large);
        Object.assign(meter, makeMeter());
        if (factor === 1) await table.write(action);
        else await table.transact([action]);
        expect(meter).toEqual({ requests: 1, readUnits: 0, writeUnits: factor * units });
      }
    }
  },
);
