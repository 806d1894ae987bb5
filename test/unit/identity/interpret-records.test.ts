import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { interpretRecords } from '#application/identity/interpret-records.ts';
import { foldToLatest } from '#application/identity/join-changes.ts';
import { factUnit } from '#application/identity/read-row.ts';
import type { RowChange } from '#application/identity/row-change.ts';
import { claimText } from '#domain/identity/evidence.ts';
import { must } from '#domain/shared/assert.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { fact, party, version } from '../../support/builders/rows.ts';
import { aPipeline, batchOf, DEMO } from '../../support/pipeline.ts';

/** Pseudonyms that show what they stand for. */
const pseudonymise = (namespace: string, scope: string | undefined, value: string) =>
  `${namespace}/${scope ?? ''}/${value}`;

const interpret = async (...texts: readonly string[]) => {
  const ports = { quarantine: aPipeline().quarantine, pseudonymise };
  return (await interpretRecords(ports, DEMO.definitions, batchOf(...texts))).changes;
};

const contact = (parts: object, more: object = {}) =>
  dmsText({
    source: 'crm',
    table: 'contact',
    data: { contact_no: 'C1', mobile_phone: '9123 4567', market: 'Hong Kong', ...parts },
    ...more,
  });

/** The columns of a contact that a test does not care for. */
const REST = Object.fromEntries(
  [
    'brand',
    'display_name',
    'dob',
    'email_addr',
    'external_unionid',
    'residence',
    'sex',
    'vip_code',
  ].map((column) => [column, null]),
);

const claimsOf = (change: RowChange | undefined): readonly string[] => {
  const unit =
    change?.kind === 'party'
      ? change.after?.evidence
      : change?.kind === 'fact'
        ? change.after?.unit
        : undefined;
  return (unit?.claims ?? []).map(claimText);
};

describe('rows', () => {
  test('of a party are a unit of their own, with fields and identifiers in the clear', async () => {
    const [change] = await interpret(contact({ display_name: '陳大文', brand: 'Aurora' }));
    expect(claimsOf(change)).toEqual([
      'crm-contact#crm-contact//C1',
      'name#name//chendawen',
      'name-sound#name-sound//x.n-t.-m.n',
      'phone#phone//+85291234567?',
    ]);
    expect(change).toMatchObject({
      kind: 'party',
      rowKey: 'crm.contact.C1',
      source: 'crm',
      sequences: ['1'],
      after: {
        evidence: { key: 'crm.contact.C1', party: true, mayCreate: true },
        fields: {
          name: '陳大文',
          brand: 'aurora',
        },
        identifiers: [
          { namespace: 'phone', value: '+85291234567', verified: false },
          { namespace: 'crm-contact', value: 'C1', verified: true },
        ],
      },
    });
  });

  test('of facts with the same identifiers are one unit, whatever else they say', async () => {
    const receipt = (no: string, amt: string, card: string) =>
      dmsText({ data: { receipt_no: no, amt, ccy: 'HKD', card_no: card } });
    const units = (
      await interpret(receipt('1', '1', 'A1'), receipt('2', '2', 'a-1'), receipt('3', '3', 'B1'))
    ).map((change) => (change.kind === 'fact' ? change.after?.unit?.key : undefined));
    expect(units[0]).toBe(units[1]);
    expect(units[2]).not.toBe(units[0]);
  });

  test('of facts that name nobody have no unit', async () => {
    const [change] = await interpret(dmsText({ data: { receipt_no: '1', amt: '1', ccy: 'HKD' } }));
    expect(change).toMatchObject({
      kind: 'fact',
      after: { contribution: { as: 'order', fields: { total: { amount: 100 } } } },
    });
    expect(change).not.toHaveProperty('after.unit');
  });

  test('that were deleted say nothing', async () => {
    const [change] = await interpret(contact({}, { operation: 'delete' }));
    expect(change).not.toHaveProperty('after');
  });

  test('of heartbeats only move freshness', async () => {
    const [change] = await interpret(dmsText({ table: 'c360_heartbeat', data: { id: 1 } }));
    expect(change).toMatchObject({ kind: 'heartbeat', source: 'pos' });
  });

  test('of a load have no commit time', async () => {
    const [change] = await interpret(contact({}, { operation: 'load' }));
    expect(change).not.toHaveProperty('committedAt');
  });

  test('with a changed primary key are a deletion and a row that knows what it was', async () => {
    const changes = await interpret(
      contact({ ...REST, contact_no: 'C2' }, { operation: 'update', before: { contact_no: 'C1' } }),
    );
    expect(changes).toMatchObject([
      { rowKey: 'crm.contact.C1' },
      { rowKey: 'crm.contact.C2', renamedFrom: 'crm.contact.C1' },
    ]);
    expect(changes[0]).not.toHaveProperty('after');
    expect(changes[0]).not.toHaveProperty('renamedFrom');
  });

  test('of a fact with a changed primary key need not know', async () => {
    const changes = await interpret(
      dmsText({
        operation: 'update',
        before: { receipt_no: '1' },
        data: { receipt_no: '2', amt: '1', ccy: 'HKD' },
      }),
    );
    expect(changes.map(({ rowKey }) => rowKey)).toEqual(['pos.receipt.1', 'pos.receipt.2']);
    expect(changes[1]).not.toHaveProperty('renamedFrom');
  });
});

describe('units of facts', () => {
  const identifier = (namespace: string, value: string, verified = true) => ({
    namespace,
    value,
    verified,
  });
  const keyOf = (mayCreate: boolean, ...identifiers: readonly ReturnType<typeof identifier>[]) =>
    factUnit(pseudonymise, mayCreate, identifiers).key;
  const phone = identifier('phone', '1');
  const card = identifier('card', '1');

  test.each([
    ['the order of identifiers', keyOf(true, phone, card), keyOf(true, card, phone), true],
    ['a repeated identifier', keyOf(true, phone, phone), keyOf(true, phone), true],
    ['another identifier', keyOf(true, phone, card), keyOf(true, phone), false],
    ['another doubt', keyOf(true, phone), keyOf(true, identifier('phone', '1', false)), false],
    ['another right to create', keyOf(true, phone), keyOf(false, phone), false],
  ])('by %s', (_, one, other, same) => {
    expect(one === other).toBe(same);
  });
});

describe('folding to the latest change of each row', () => {
  test('keeps the highest version and all sequence numbers', () => {
    const changes = [party('a', 1), fact('pos.1', 5, []), party('a', 3), party('a', 2)];
    expect(foldToLatest(changes)).toEqual([
      { ...party('a', 3), since: version(1), sequences: ['1', '3', '2'] },
      fact('pos.1', 5, []),
    ]);
  });

  test('in any delivery', () => {
    const delivery = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 1, max: 5 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(delivery, (deliveries) => {
        const folded = foldToLatest(deliveries.map(([row, n]) => party(row, n)));
        for (const change of folded) {
          const versions = deliveries.filter(([row]) => row === change.rowKey).map(([, n]) => n);
          expect(change.version).toBe(party('a', Math.max(...versions)).version);
          expect(change.since ?? change.version).toBe(version(Math.min(...versions)));
          expect(change.sequences).toEqual(versions.map(String));
        }
        expect(folded).toHaveLength(new Set(deliveries.map(([row]) => row)).size);
      }),
    );
  });

  test('a record that came twice is applied once', async () => {
    const { resolve } = aPipeline();
    const text = contact({});
    expect(await resolve(text, text, text)).toMatchObject({ received: 3, applied: 1, stale: 0 });
  });
});

test('a batch gives the same table whatever the order of its records', async () => {
  const texts = [
    contact({ vip_code: '700100200' }),
    contact({ vip_code: '700100201' }, { operation: 'update', record: 2 }),
    dmsText({ data: { receipt_no: 'R1', card_no: '700100201', amt: '5', ccy: 'HKD' } }),
    dmsText({ operation: 'delete', record: 3, data: { receipt_no: 'R1' } }),
  ];
  const units = async (...ordered: readonly string[]) => {
    const { resolve, table } = aPipeline();
    await resolve(...ordered);
    return must(
      table.dump().find(({ sk }) => sk === 'CUSTOMER'),
      'customer',
    )['units'];
  };
  expect(await units(...texts.toReversed())).toEqual(await units(...texts));
});
