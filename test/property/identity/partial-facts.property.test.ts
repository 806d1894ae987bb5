/**
 * Law 1, partial images of facts: a row that arrives in whole and partial changes, in any order, repeated, cut into any
 * batches and applied by any number of workers that may die, contributes what it says at its source, once, where its
 * identifiers say.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldToLatest } from '#application/identity/join-changes.ts';
import type { FactChange } from '#application/identity/row-change.ts';
import { liveContributionsIn } from '#application/shared/contributions.ts';
import { goneImage, partialImage, type RowImage, wholeImage } from '#domain/capture/row-image.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import { must } from '#domain/shared/assert.ts';
import type { JsonObject } from '#domain/shared/json.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { fact, rowKey, version } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';
import { aPipeline, DEMO } from '../../support/pipeline.ts';
import { Crash, type Faults, Scheduler, seededRandom } from '../../support/scheduler.ts';

interface Drawn {
  readonly row: string;
  readonly operation: 'insert' | 'update' | 'delete';
  readonly data: JsonObject;
}

const drawnOf = (columns: Readonly<Record<string, fc.Arbitrary<string | null>>>) =>
  fc.record({
    row: fc.constantFrom('1', '2'),
    operation: fc.constantFrom(...(['insert', 'update', 'update', 'update', 'delete'] as const)),
    data: fc.record(columns, { requiredKeys: [] }) as fc.Arbitrary<JsonObject>,
  });

/** Rows at their source once all changes are made, by key; one that was only ever updated is not known. */
const replay = (changes: readonly Drawn[]): ReadonlyMap<string, JsonObject> => {
  const rows = new Map<string, JsonObject>();
  for (const { row, operation, data } of changes) {
    if (operation === 'delete') rows.delete(row);
    else if (operation === 'insert') rows.set(row, data);
    else if (rows.has(row)) rows.set(row, { ...rows.get(row), ...data });
  }
  return rows;
};

/** A history, and its changes in an order of delivery, some of them twice. */
const deliveryOf = (columns: Parameters<typeof drawnOf>[0]) =>
  fc.array(drawnOf(columns), { minLength: 1, maxLength: 9 }).chain((changes) => {
    const places = changes.map((_, index) => index);
    return fc.record({
      changes: fc.constant(changes),
      order: fc
        .tuple(
          fc.shuffledSubarray(places, { minLength: places.length }),
          fc.array(fc.constantFrom(...places), { maxLength: 3 }),
        )
        .map(([once, again]) => [...once, ...again]),
      size: fc.integer({ min: 1, max: 4 }),
    });
  });

const inBatches = <Entry>(entries: readonly Entry[], size: number): readonly Entry[][] =>
  entries.length === 0 ? [] : [entries.slice(0, size), ...inBatches(entries.slice(size), size)];

/** The demo, with a till whose updates carry changed columns only. */
const PARTIAL: Definitions = {
  ...DEMO.definitions,
  sources: {
    ...DEMO.definitions.sources,
    pos: { ...must(DEMO.definitions.sources['pos'], 'pos'), images: 'partial' },
  },
};

const RECEIPT = {
  card_no: fc.constantFrom(null, '610000001', '610000002'),
  mobile: fc.constantFrom(null, '91234567'),
  amt: fc.constantFrom('10.00', '12.50'),
  ccy: fc.constantFrom('HKD', 'CNY'),
  store_cd: fc.constantFrom(null, 'HK-TST1'),
};

const textOf = ({ row, operation, data }: Drawn, n: number): string => {
  const position = `00000002/${(n * 16).toString(16).toUpperCase().padStart(8, '0')}`;
  return dmsText({ operation, position, data: { receipt_no: row, ...data } });
};

/** What the buckets show once these batches are in: unit, row and what it says. */
const shown = async (batches: readonly (readonly string[])[]) => {
  const definitions = async () => ({ hash: 'partial', definitions: PARTIAL });
  const { resolve, table, quarantine } = aPipeline({ definitions });
  for (const batch of batches) await resolve(...batch);
  expect(quarantine.held()).toEqual([]);
  return table
    .dump()
    .filter(({ sk }) => sk === 'BUCKET')
    .flatMap((bucket) =>
      liveContributionsIn(bucket).map(({ rowKey: key, fact: said }) => [bucket.pk, key, said]),
    )
    .toSorted();
};

test('a fact is what its source holds, in any delivery', async () => {
  await fc.assert(
    fc.asyncProperty(deliveryOf(RECEIPT), async ({ changes, order, size }) => {
      const texts = changes.map((change, index) => textOf(change, index + 1));
      const sent = order.map((place) => must(texts[place], 'text'));
      const whole = [...replay(changes)].map(([row, data], index) =>
        textOf({ row, operation: 'insert', data }, 99 + index),
      );
      expect(await shown(inBatches(sent, size))).toEqual(await shown([whole]));
    }),
    { numRuns: 300 },
  );
});

const COLUMNS = {
  card: fc.constantFrom(null, '1', '2', '3'),
  phone: fc.constantFrom(null, '8'),
  total: fc.constantFrom('1', '2'),
};

const said = (row: string, { card, phone, total }: JsonObject): FactChange['after'] =>
  fact(row, 1, [...(card ? [`card#${card}`] : []), ...(phone ? [`phone#${phone}`] : [])], {
    as: 'order',
    fields: { total: total ?? 0 },
  }).after;

const changeOf = ({ row, operation, data }: Drawn, n: number): FactChange => {
  const key = `pos.${row}`;
  const read = (image: RowImage) =>
    image.base === undefined || image.gone ? undefined : said(key, image.values);
  const images = {
    insert: wholeImage(version(n), data),
    update: partialImage(version(n), data),
    delete: goneImage(version(n)),
  };
  const image = images[operation];
  const after = read(image);
  return {
    kind: 'fact',
    rowKey: rowKey(key),
    source: 'pos',
    version: version(n),
    committedAt: n,
    sequences: [String(n)],
    columns: { image, read },
    ...(after ? { after } : {}),
  };
};

/** Delivers batches with several workers; what fails is delivered again. */
const deliver = async (
  batches: readonly (readonly FactChange[])[],
  seed: number,
  workers: number,
  faults: Faults,
) => {
  const scheduler = new Scheduler(seededRandom(seed), faults);
  const store = anIdentityStore({ turn: scheduler.turn });
  const queue = [...batches];
  let deliveries = 0;
  const work = async () => {
    for (let batch = queue.shift(); batch; batch = queue.shift()) {
      const latest = foldToLatest(batch) as readonly FactChange[];
      if (++deliveries > 100 * batches.length) throw new Error('it does not come to an end');
      const apply = async () => {
        const { failures } = await store.facts(...latest);
        if (failures.length > 0) throw new Crash('rows failed');
      };
      await scheduler.live(apply).catch(() => queue.push([...latest]));
    }
  };
  await scheduler.run(() => Promise.all(Array.from({ length: workers }, work)));
  return store;
};

test.each([
  ['four workers', 4, { crash: 0, throttle: 0 }],
  ['one worker that dies', 1, { crash: 0.05, throttle: 0 }],
  ['three workers that die and are throttled', 3, { crash: 0.02, throttle: 0.03 }],
])('a fact lies once, and where it belongs: %s', async (_, workers, faults) => {
  await fc.assert(
    fc.asyncProperty(deliveryOf(COLUMNS), fc.nat(), async ({ changes, order, size }, seed) => {
      const made = changes.map((change, index) => changeOf(change, index + 1));
      const sent = order.map((place) => must(made[place], 'change'));
      const store = await deliver(inBatches(sent, size), seed, workers, faults);
      store.expectSound();
      const expected = [...replay(changes)].flatMap(([row, data]) => {
        const after = said(`pos.${row}`, data);
        return after?.unit
          ? [`${after.unit.key} pos.${row} ${after.contribution.fields['total']}`]
          : [];
      });
      const lies = store.contributions().map((line) => line.replace(/#\d+ (?=pos)/, ' '));
      expect(lies.toSorted()).toEqual(expected.toSorted());
    }),
    { numRuns: 150 },
  );
});
