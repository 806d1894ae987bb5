import { describe, expect, test } from 'vitest';
import { sha256 } from '#adapters/crypto/sha256.ts';
import { type AuditEntry, linkKey } from '#application/serve/audit.ts';
import { chainAudit } from '#application/serve/chain-audit.ts';
import { verifyAudit } from '#application/serve/verify-audit.ts';
import { must } from '#domain/shared/assert.ts';
import { anAuditLog, asStream } from '../../support/audit-log.ts';

const entry = (requestId: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
  requestId,
  client: 'crm-desk',
  role: 'service',
  purpose: 'service',
  operation: 'getProfile',
  customer: 'one_a',
  fields: ['name'],
  decision: 'granted',
  ...more,
});

const aChain = async (count: number, more: (n: number) => Partial<AuditEntry> = () => ({})) => {
  const audit = anAuditLog();
  for (let n = 0; n < count; n++) await audit.log.record(entry(`q-${n}`, more(n)));
  const chain = (entries: ReturnType<typeof asStream>, bulkReads = 1_000) =>
    chainAudit({ table: audit.table, hash: sha256, bulkReads }, entries);
  const verify = (now = Date.UTC(2026, 10, 23)) =>
    verifyAudit({ table: audit.table, hash: sha256, clock: () => now });
  return { ...audit, chain, verify };
};

describe('an entry', () => {
  test('names the customer by a pseudonym, and never twice alike where it is sealed', async () => {
    const { entries } = await aChain(2);
    expect(JSON.stringify(entries())).not.toContain('one_a');
    const [first, second] = entries();
    expect(first?.['customer']).toBe(second?.['customer']);
    expect(first?.['seal']).not.toBe(second?.['seal']);
  });

  test('says who, why, what and when, and is kept three years', async () => {
    const { entries } = await aChain(1);
    expect(entries()).toMatchObject([
      {
        client: 'crm-desk',
        role: 'service',
        purpose: 'service',
        operation: 'getProfile',
        fields: ['name'],
        decision: 'granted',
        at: '2026-11-22T08:00:10.000Z',
        expiresAt: Date.UTC(2026, 10, 22, 8, 0, 10) / 1000 + 3 * 366 * 86_400,
      },
    ]);
  });

  test('of one request and instant stand beside each other', async () => {
    const { log, entries } = anAuditLog();
    for (const customer of ['one_a', 'one_b', 'one_c']) await log.record(entry('q', { customer }));
    expect(entries()).toHaveLength(3);
  });
});

describe('the chain', () => {
  test('holds every entry once, however often it is delivered', async () => {
    const { entries, chain, verify } = await aChain(300);
    const stream = asStream(entries());
    await chain(stream.slice(0, 120));
    await chain(stream);
    await chain(stream.slice(50, 200));
    expect(await verify()).toEqual({ chained: 300, unchained: 0, expired: 0, faults: [] });
  });

  test('is not forked by two workers', async () => {
    const { entries, chain, verify } = await aChain(100);
    const stream = asStream(entries());
    await Promise.all([chain(stream), chain(stream), chain(stream)]);
    expect(await verify()).toEqual({ chained: 100, unchained: 0, expired: 0, faults: [] });
  });

  test('counts what is not in it', async () => {
    const { entries, chain, verify } = await aChain(50);
    await chain(asStream(entries()).slice(0, 0));
    expect(await verify()).toEqual({ chained: 0, unchained: 50, expired: 0, faults: [] });
  });
});

describe('tampering', () => {
  const tampered = async (
    change: (
      audit: Awaited<ReturnType<typeof aChain>>,
      key: { pk: string; sk: string },
    ) => Promise<unknown>,
  ) => {
    const audit = await aChain(60);
    await audit.chain(asStream(audit.entries()));
    const { pk, sk } = must(audit.entries()[17], 'entry');
    await change(audit, { pk, sk });
    const { faults } = await audit.verify();
    return { faults, key: `${pk} ${sk}` };
  };

  test.each([
    ['another client', { client: 'somebody-else' }],
    ['other fields', { fields: [] }],
    ['another customer', { customer: 'another pseudonym' }],
    ['another time', { at: '2020-01-01T00:00:00.000Z' }],
  ])('with %s is named by its entry', async (_, set) => {
    const { faults, key } = await tampered(({ table }, at) =>
      table.write({ kind: 'update', key: at, set }),
    );
    expect(faults).toEqual([{ kind: 'changed', key }]);
  });

  test('by taking the customer out is named, unless it was erased', async () => {
    const remove = ['customer', 'salt'];
    const { faults, key } = await tampered(({ table }, at) =>
      table.write({ kind: 'update', key: at, remove, when: { exists: ['pk'] } }),
    );
    expect(faults).toEqual([{ kind: 'changed', key }]);
    const erased = await tampered(({ table }, at) =>
      table.write({ kind: 'update', key: at, remove, set: { erased: 'certificate-1' } }),
    );
    expect(erased.faults).toEqual([]);
  });

  test('by removing an entry is named', async () => {
    const { faults, key } = await tampered(({ table }, at) =>
      table.write({ kind: 'delete', key: at }),
    );
    expect(faults).toEqual([{ kind: 'missing', key }]);
  });

  test('is no reason why an entry is gone whose time is up', async () => {
    const { table, entries, chain, verify } = await aChain(3);
    await chain(asStream(entries()));
    for (const { pk, sk } of entries()) await table.write({ kind: 'delete', key: { pk, sk } });
    const kept = 3 * 366 * 86_400_000;
    const lastDay = await verify(Date.UTC(2026, 10, 22, 8) + kept);
    expect(lastDay.faults).toHaveLength(3);
    expect(await verify(Date.UTC(2026, 10, 22, 9) + kept)).toEqual({
      chained: 3,
      unchained: 0,
      expired: 3,
      faults: [],
    });
  });

  test('with a link breaks the chain there', async () => {
    const { faults, key } = await tampered(async ({ table }, { pk }) => {
      const link = linkKey(pk.slice(2), 1);
      await table.write({ kind: 'update', key: link, set: { hash: 'f'.repeat(64) } });
    });
    const lane = key.slice(2, 4);
    expect(faults).toContainEqual({ kind: 'link', key: `CHAIN#${lane} LINK#000000000001` });
  });
});

describe('bulk reading', () => {
  test('is told once, by the batch that crosses the line', async () => {
    const { entries, chain } = await aChain(90, (n) => ({
      client: n % 3 === 0 ? 'quiet' : 'greedy',
    }));
    const stream = asStream(entries());
    const told: string[] = [];
    for (let start = 0; start < 90; start += 9) {
      told.push(...(await chain(stream.slice(start, start + 9), 50)).bulkReaders);
    }
    expect(told).toEqual(['greedy']);
    expect((await chain(stream, 50)).bulkReaders).toEqual([]);
  });

  test('does not count what was refused', async () => {
    const { entries, chain } = await aChain(20, () => ({ decision: 'refused' }));
    expect((await chain(asStream(entries()), 10)).bulkReaders).toEqual([]);
  });
});
