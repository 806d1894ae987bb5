/**
 * What happens on a shop day, without any database: actions on a world made from a history.
 */
import { describe, expect, test } from 'vitest';
import { type Row, rowKeyOf, TABLES, type TableName } from '../../../local/sources/catalogue.ts';
import type { Change } from '../../../local/sources/shop/changes.ts';
import * as customers from '../../../local/sources/shop/customer-actions.ts';
import { dice, seededRandom } from '../../../local/sources/shop/dice.ts';
import { DirtSpreader } from '../../../local/sources/shop/dirt.ts';
import * as engagement from '../../../local/sources/shop/engagement-actions.ts';
import { makeHistory } from '../../../local/sources/shop/history.ts';
import * as sales from '../../../local/sources/shop/sales-actions.ts';
import type { Known, World } from '../../../local/sources/shop/world.ts';

const NOW = Date.UTC(2026, 10, 22);
const ACTIONS = { ...sales, ...customers, ...engagement };

const world = (seed: number): World => {
  const history = makeHistory({ seed: 1, customers: 80, now: NOW });
  const thrown = dice(seededRandom(seed));
  const known = (name: TableName, isOpen: (row: Row) => boolean = () => true): Known[] =>
    history.rows
      .filter(({ table, row }) => table === name && isOpen(row))
      .map(({ row, person = '' }) => ({ row, person }));
  return {
    dice: thrown,
    dirt: new DirtSpreader(thrown),
    notePeople: () => undefined,
    people: new Map(history.people.map((person) => [person.id, person])),
    rows: {
      member: known('member'),
      account: known('account'),
      contact: known('contact'),
      customerAccount: known('customerAccount'),
      receipt: known('receipt'),
      shopOrder: known('shopOrder'),
      coupon: known('coupon', (row) => row['redeemed_at'] === null),
      serviceCase: known('serviceCase', (row) => row['status'] === 'open'),
    },
    stock: known('stock').map(({ row }) => ({
      store_code: row['store_code'] ?? '',
      sku: row['sku'] ?? '',
    })),
    register: { phones: new Set(), next: 81 },
    freedPhones: [],
    series: new Map((Object.keys(TABLES) as TableName[]).map((name) => [name, 50_000])),
  };
};

const day = (seed: number, length = 400): readonly Change[] => {
  const today = world(seed);
  const names = Object.keys(ACTIONS) as (keyof typeof ACTIONS)[];
  return Array.from({ length }, (_, index) =>
    ACTIONS[today.dice.pick(names)](today, NOW + index),
  ).flat();
};

describe('a shop day', () => {
  test('is the same for the same seed, and another for another', () => {
    expect(day(3)).toEqual(day(3));
    expect(day(4)).not.toEqual(day(3));
  });

  test('inserts, updates and deletes, and no key twice', () => {
    const changes = day(5);
    const keys = changes.flatMap((change) =>
      change.op === 'insert' ? [rowKeyOf(change.table, change.row)] : [],
    );
    expect(new Set(changes.map(({ op }) => op))).toEqual(new Set(['insert', 'update', 'delete']));
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('touches every kind of party', () => {
    const touched = new Set(day(6, 800).map(({ table }) => table));
    expect(
      ['member', 'account', 'contact', 'customerAccount'].filter(
        (t) => !touched.has(t as TableName),
      ),
    ).toEqual([]);
  });
});

describe('single actions', () => {
  test('a changed number leaves the former one for somebody new', () => {
    const today = world(8);
    const changes = Array.from({ length: 30 }, () => customers.changePhone(today, NOW)).flat();
    const freed = [...today.freedPhones];
    for (let n = 0; n < 60; n++) customers.newPerson(today, NOW);
    const holders = [...today.people.values()].filter(({ id }) => Number(id.slice(1)) > 80);
    expect(changes.some(({ table }) => table === 'member')).toBe(true);
    expect(holders.some(({ phone }) => freed.includes(phone))).toBe(true);
  });

  test('merged contacts: the cases move, one contact goes, the other stays', () => {
    const today = world(9);
    const [first] = today.rows.contact;
    today.rows.contact.push({ row: { contact_no: 'C-099999' }, person: first?.person ?? '' });
    expect(customers.mergeContacts(today, NOW)).toMatchObject([
      { op: 'update', table: 'serviceCase', where: { contact_no: expect.any(String) } },
      { op: 'delete', table: 'contact' },
      { op: 'update', table: 'contact', set: { remark: expect.stringMatching(/^merged C-/) } },
    ]);
  });

  test('a contact with another number keeps its person, and its cases follow', () => {
    const [rename, cases] = customers.rekeyContact(world(10), NOW);
    expect(rename).toMatchObject({ op: 'update', table: 'contact', person: expect.any(String) });
    expect(cases).toMatchObject({
      op: 'update',
      table: 'serviceCase',
      set: { contact_no: 'C-050001' },
    });
  });

  test('a return takes back the amount and the points', () => {
    const today = world(11);
    today.rows.receipt.splice(0, today.rows.receipt.length, {
      row: { receipt_no: 'X-1', card_no: '61', mobile: null, amt: '250.00', ccy: 'HKD' },
      person: 'p000001',
    });
    expect(sales.returnGoods(today, NOW)).toMatchObject([
      { table: 'returnReceipt', row: { receipt_no: 'X-1', refund_amt: '250.00', ccy: 'HKD' } },
      { table: 'pointsEntry', row: { card_no: '61', delta: -2, reason: 'return' } },
    ]);
  });

  test.each(Object.entries(sales))('%s does nothing when there is no occasion', (_, action) => {
    const today = world(12);
    for (const rows of Object.values(today.rows)) rows.splice(0, rows.length);
    expect(() => action(today, NOW)).not.toThrow();
  });
});
