/** Commands in the audit log: before they run and after, in the chain, and without a word that names a customer. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { makePseudonymiser } from '#adapters/crypto/pseudonym.ts';
import { sha256 } from '#adapters/crypto/sha256.ts';
import { MemoryTable } from '#adapters/memory/table.ts';
import { auditPseudonym } from '#application/serve/audit.ts';
import { chainAudit } from '#application/serve/chain-audit.ts';
import { verifyAudit } from '#application/serve/verify-audit.ts';
import type { Item } from '#application/shared/table.ts';
import type { Command } from '../../../tools/ops/command.ts';
import { OpsError } from '../../../tools/ops/ops-error.ts';
import { runRecorded } from '../../../tools/ops/recorded.ts';
import type { Target } from '../../../tools/ops/target.ts';
import { asStream } from '../../support/audit-log.ts';
import { interposed } from '../../support/interposed-table.ts';

const CARD = 'member-card:610000074';
const pseudonymise = makePseudonymiser('a pepper that nobody could guess at all');

const told: string[] = [];
beforeEach(() => {
  told.length = 0;
  vi.spyOn(console, 'error').mockImplementation((text) => void told.push(String(text)));
});

const aPlace = (table = new MemoryTable()) => {
  const target = {
    table: () => table,
    caller: async () => 'arn:aws:sts::123456789012:assumed-role/Operator/kim',
    pseudonymiser: async () => pseudonymise,
  } as unknown as Target;
  const entries = (): readonly Item[] =>
    table
      .dump()
      .filter(({ pk }) => pk.startsWith('A#'))
      .sort((a, b) => (String(a['at']) + a.sk < String(b['at']) + b.sk ? -1 : 1));
  return { table, target, entries };
};

const erasing: Command = async (_target, _flags, note) => {
  note('erasure:era_1');
  return 0;
};

test('a command has an entry before it and one after it, with who, what, when and how it ended', async () => {
  const { target, entries } = aPlace();
  const seen: number[] = [];
  const command: Command = async (...given) => {
    seen.push(entries().length);
    return erasing(...given);
  };
  expect(await runRecorded('erase', command, target, { keys: [CARD], all: true })).toBe(0);
  expect(seen).toEqual([1]);
  const said = {
    client: 'arn:aws:sts::123456789012:assumed-role/Operator/kim',
    operation: 'ops erase',
    concern: 'changes',
    options: ['all', '1 named'],
    requestId: expect.stringMatching(/^ops_/),
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    expiresAt: expect.any(Number),
  };
  const found = Object.groupBy(entries(), ({ state }) => String(state));
  expect(found['begun']).toMatchObject([said]);
  expect(found['done']).toMatchObject([{ ...said, exit: 0, objects: ['erasure:era_1'] }]);
  expect(JSON.stringify(entries())).not.toContain('610000074');
});

test('entries are chained, and one that is changed is named', async () => {
  const { table, target, entries } = aPlace();
  await runRecorded('publish', async () => 0, target, { keys: [] });
  await chainAudit({ table, hash: sha256, bulkReads: 1 }, asStream(entries()));
  expect(await verifyAudit({ table, hash: sha256, clock: () => 0 })).toMatchObject({
    chained: 2,
    faults: [],
  });
  const [first] = entries();
  if (!first) throw new Error('no entry');
  await table.write({ kind: 'put', item: { ...first, client: 'os:somebody-else' } });
  expect(await verifyAudit({ table, hash: sha256, clock: () => 0 })).toMatchObject({
    faults: [{ kind: 'changed' }],
  });
});

test('a customer named by its id is in the log by the pseudonym that an erasure looks for', async () => {
  const { target, entries } = aPlace();
  await runRecorded('graph', async () => 0, target, { keys: ['one_abc'] });
  const named = entries().filter(({ customer }) => customer !== undefined);
  expect(named).toMatchObject([
    { operation: 'ops graph', customer: auditPseudonym(pseudonymise, 'one_abc') },
  ]);
  expect(JSON.stringify(entries())).not.toContain('one_abc');
});

describe('what cannot be recorded', () => {
  const refusing = (state: string) =>
    interposed(
      new MemoryTable(),
      ({ name, args }) => name === 'write' && JSON.stringify(args).includes(`"${state}"`),
      () => Promise.reject(new Error('throttled')),
    ) as MemoryTable;

  test('does not run', async () => {
    const { target } = aPlace(refusing('begun'));
    const command = vi.fn(erasing);
    await expect(runRecorded('export', command, target, { keys: [] })).rejects.toThrow(
      new OpsError('Not run, for it cannot be recorded in the audit log: throttled'),
    );
    expect(command).not.toHaveBeenCalled();
  });

  test('at its end is told, and is no success', async () => {
    const { target } = aPlace(refusing('done'));
    expect(await runRecorded('publish', async () => 0, target, { keys: [] })).toBe(1);
    expect(told).toEqual([expect.stringContaining('It ran, but')]);
  });

  test('is no matter to a command that only looks', async () => {
    const { target } = aPlace(refusing('begun'));
    expect(await runRecorded('imports', async () => 0, target, { keys: [] })).toBe(0);
  });
});

test('a command that throws has an end that says so, and not why', async () => {
  const { target, entries } = aPlace();
  const command: Command = () => Promise.reject(new OpsError(`Nobody is erased: ${CARD}.`));
  await expect(runRecorded('erase', command, target, { keys: [CARD] })).rejects.toThrow('Nobody');
  expect(entries().map(({ state, error }) => [state, error])).toContainEqual([
    'failed',
    'OpsError',
  ]);
  expect(JSON.stringify(entries())).not.toContain('610000074');
});
