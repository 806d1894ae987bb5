/**
 * Work: what a change costs does not depend on how much its customer has, on either side of the table's stream. Counted
 * on the memory table in DynamoDB's units, by the demo's definitions.
 */
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { readDefinitions } from '#adapters/definitions/read-folder.ts';
import { itemSize } from '#adapters/dynamodb/item-size.ts';
import { makeMeter } from '#adapters/dynamodb/meter.ts';
import { maintainViews } from '#application/profile/maintain-views.ts';
import { wholeSummary } from '#application/profile/parts-apart.ts';
import { viewOf } from '#application/profile/summary.ts';
import type { TableChange } from '#application/profile/touched.ts';
import { must } from '#domain/shared/assert.ts';
import { NOW } from '../../support/builders/profile.ts';
import { fact, party } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';

const FOLDER = fileURLToPath(new URL('../../../definitions/', import.meta.url));
const DAY_MS = 86_400_000;

const demo = () => {
  const read = readDefinitions(FOLDER);
  if (!read.ok) throw new Error('the demo definitions do not compile');
  return read.value;
};

/** An order of customer 1; one a day, back from today. */
const order = (n: number, version = 1) =>
  fact(`pos.receipt.HK01-${String(n).padStart(7, '0')}`, version, ['card#1'], {
    as: 'order',
    fields: {
      at: NOW - (n % 3_000) * DAY_MS,
      brand: n % 3 === 0 ? 'bloom' : 'aurora',
      store: `HK0${n % 4}`,
      total: { amount: 10_000 + n, currency: 'HKD' },
    },
  });

/** A customer with so many orders, and how its changes are measured. */
const aCustomer = async (rows: number) => {
  const meter = makeMeter();
  let sequence = 0;
  let changes: TableChange[] = [];
  const store = anIdentityStore({
    meter,
    onAction: ({ before, after }) => {
      if (before === after) return;
      changes.push({
        ...(before ? { before } : {}),
        ...(after ? { after } : {}),
        sequence: String(++sequence),
      });
    },
  });
  const { hash, definitions } = demo();
  const ports = {
    table: store.table,
    clock: () => NOW,
    definitions: async () => ({ hash, definitions }),
  };
  const maintain = async () => {
    const taken = changes;
    changes = [];
    await maintainViews(ports, taken);
  };
  await store.parties(party('member.1', 1, 'card#1'));
  for (let n = 0; n < rows; n += 100) {
    const batch = Array.from({ length: Math.min(100, rows - n) }, (_, index) => order(n + index));
    await store.facts(...batch);
    await maintain();
  }
  await maintain();
  const measured = async (work: () => Promise<unknown>) => {
    const before = { ...meter };
    await work();
    return {
      writeUnits: meter.writeUnits - before.writeUnits,
      readUnits: meter.readUnits - before.readUnits,
      requests: meter.requests - before.requests,
    };
  };
  return { store, meter, maintain, measured, view: definitions.view };
};

const CHANGES = 40;

/** Mean cost of isolated changes: of rows that are there, and of new ones. */
const costOf = async (rows: number) => {
  const { store, maintain, measured, view } = await aCustomer(rows);
  const one = async (change: ReturnType<typeof order>) => {
    await store.facts(change);
    await maintain();
  };
  const known = await measured(async () => {
    for (let n = 0; n < CHANGES; n++) await one(order((n * 7919) % rows, 2 + n));
  });
  const fresh = await measured(async () => {
    for (let n = 0; n < CHANGES; n++) await one(order(1_000_000 + n));
  });
  const ids = store.table.dump().filter(({ sk }) => sk === 'SUMMARY');
  const { pk } = must(ids[0], 'summary');
  const reading = await measured(() => store.table.query({ pk }));
  const items = store.table.dump();
  const { summary } = wholeSummary(items.filter((item) => item.pk === pk));
  return {
    rows,
    known,
    fresh,
    reading,
    summary: itemSize(must(ids[0], 'summary')),
    largest: Math.max(...items.map(itemSize)),
    orders: summary && viewOf(view, summary, { now: NOW })?.measures['orderCount'],
  };
};

describe('a customer of 10, 100, 1 000 and 10 000 rows', () => {
  const costs: Awaited<ReturnType<typeof costOf>>[] = [];

  beforeAll(async () => {
    for (const rows of [10, 100, 1_000, 10_000]) costs.push(await costOf(rows));
  }, 120_000);

  test('has every row in its view', () => {
    expect(costs.map(({ orders }) => orders)).toEqual(costs.map(({ rows }) => rows + CHANGES));
  });

  test('costs at most 1.2 times as much per change as one of 10 rows', () => {
    const [small, ...others] = costs.map(({ known, fresh }) => known.writeUnits + fresh.writeUnits);
    for (const cost of others) expect(cost).toBeLessThanOrEqual(1.2 * must(small, 'cost'));
  });

  test('takes as many requests, and hardly reads more for a change', () => {
    const [small, ...others] = costs.map(({ known, fresh }) => ({
      requests: known.requests + fresh.requests,
      readUnits: known.readUnits + fresh.readUnits,
    }));
    for (const { requests, readUnits } of others) {
      expect(requests).toBeLessThanOrEqual(1.2 * must(small, 'cost').requests);
      expect(readUnits).toBeLessThanOrEqual(1.3 * must(small, 'cost').readUnits);
    }
  });

  test('is read with one request, and has no item above 100 KB', () => {
    for (const { reading, largest } of costs) {
      expect(reading.requests).toBe(1);
      expect(largest).toBeLessThan(100 * 1024);
    }
  });
});
