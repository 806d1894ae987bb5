import { describe, expect, test } from 'vitest';
import { makeMeter } from '#adapters/dynamodb/meter.ts';
import { MemoryTable } from '#adapters/memory/table.ts';
import { getProfile } from '#application/serve/get-profile.ts';
import { claimKey, customerKey } from '#application/shared/items.ts';
import { formatPositions, positionsKey } from '#application/shared/positions.ts';
import type { Table } from '#application/shared/table.ts';
import type { NamespaceDefinition } from '#domain/definitions/types.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { must } from '#domain/shared/assert.ts';
import { RoundsTable } from '../../../bench/costs/rounds.ts';
import { id, POLICY } from '../../support/builders/evidence.ts';
import { party, partyGone, version } from '../../support/builders/rows.ts';
import { interposed, nth } from '../../support/interposed-table.ts';
import { aViewStore, VIEW_DEFINITIONS } from '../../support/views.ts';

const definitions = {
  ...VIEW_DEFINITIONS,
  namespaces: POLICY as Readonly<Record<string, NamespaceDefinition>>,
};
const oneId = (n: number): OneId => `one_${'abcdefgh'[n]?.repeat(26)}` as OneId;

const aStore = () => {
  const store = aViewStore();
  const portsOn = (table: Table) => ({
    table,
    clock: () => 10_000,
    pseudonymise: (_namespace: string, _scope: string | undefined, value: string) => value,
    definitions: async () => ({ definitions }),
  });
  return {
    ...store,
    portsOn,
    get: (identifier: string, table: Table = store.table) => getProfile(portsOn(table), identifier),
  };
};

/** Customers by the claims of their one row each, in the order of their ids; views maintained. */
const withCustomers = async (...claims: readonly (readonly string[])[]) => {
  const store = aStore();
  for (const [index, own] of claims.entries())
    await store.parties(party(`crm.${index}`, 1, ...own));
  await store.maintain();
  return store;
};

const shown = async (answer: ReturnType<typeof getProfile>) => {
  const found = await answer;
  return found.ok ? found.value.customerId : found.error;
};

describe('by identifier', () => {
  test('a value leads to the customer that holds it', async () => {
    const store = await withCustomers(['card#1', 'phone#7'], ['card#2']);
    expect(await store.get('phone:7')).toMatchObject({ ok: true });
    expect([await shown(store.get('card:1')), await shown(store.get('card:2'))]).toEqual([
      'one_crm.0',
      'one_crm.1',
    ]);
  });

  test('comes with view, revision and freshness', async () => {
    const store = await withCustomers(['card#1']);
    await store.table.write({
      kind: 'put',
      item: {
        ...positionsKey('s1'),
        ...formatPositions([{ source: 'pos', version: version(1), committedAt: 4_000 }], 4_000),
      },
    });
    expect(await store.get('card:1')).toMatchObject({
      value: {
        revision: 1,
        view: { profile: { name: { winner: { value: 'crm.0 1' } } } },
        freshness: { lagMs: 6_000, positions: { pos: { lagMs: 6_000 } } },
      },
    });
  });

  test.each([
    ['nobody holds it', 'card:9', { code: 'not-found' }],
    ['it is no identifier', 'card', { code: 'bad-identifier' }],
    ['it is a guard', 'born:1', { code: 'bad-identifier' }],
  ])('%s', async (_, identifier, problem) => {
    const store = await withCustomers(['card#1', 'born#1']);
    expect(await shown(store.get(identifier))).toMatchObject(problem);
  });

  test('a value that everybody shares names nobody', async () => {
    const store = await withCustomers(['phone#7'], ['phone#7'], ['phone#7'], ['phone#7']);
    expect(await shown(store.get('phone:7'))).toEqual({ code: 'ambiguous', shared: true });
  });

  test('a value whose link is held names several', async () => {
    const store = await withCustomers(['card#1', 'phone#7'], ['card#2', 'phone#7']);
    expect(await shown(store.get('phone:7'))).toEqual({ code: 'ambiguous', shared: false });
  });

  test('a customer whose view is not written yet', async () => {
    const store = aStore();
    await store.parties(party('crm.0', 1, 'card#1'));
    expect(await shown(store.get('card:1'))).toEqual({ code: 'not-yet-visible' });
  });

  test('a value that only a row without a customer holds', async () => {
    const store = aStore();
    const change = party('crm.0', 1, 'card#1');
    const evidence = { ...must(change.after, 'row').evidence, mayCreate: false };
    await store.parties({ ...change, after: { evidence, fields: {}, identifiers: [] } });
    expect(await shown(store.get('card:1'))).toEqual({ code: 'not-found' });
  });

  test('a value that its row has given up', async () => {
    const store = await withCustomers(['card#1']);
    await store.parties(party('crm.0', 2, 'card#2'));
    expect(await shown(store.get('card:1'))).toEqual({ code: 'not-found' });
  });
});

describe('a pointer that is wrong', () => {
  const point = (store: Awaited<ReturnType<typeof withCustomers>>, customer: string) =>
    store.table.write({ kind: 'update', key: claimKey(id('card#1')), set: { customer } });

  test.each([
    ['to another customer', 'one_crm.1'],
    ['to nobody', 'one_nobody'],
  ])('%s costs a longer way and no wrong answer', async (_, customer) => {
    const store = await withCustomers(['card#1'], ['card#2']);
    await point(store, customer);
    expect(await shown(store.get('card:1'))).toBe('one_crm.0');
  });

  test('to a customer that has merged leads on', async () => {
    const store = await withCustomers(['card#1'], ['email#1']);
    await store.parties(party('crm.2', 1, 'card#1', 'email#1'));
    await store.maintain();
    await point(store, 'one_crm.1');
    expect(await shown(store.get('card:1'))).toBe('one_crm.0');
  });

  test('that moves while it is followed', async () => {
    const store = await withCustomers(['card#1'], ['email#1']);
    const slow = interposed(
      store.table,
      nth(1, 'query', (args) => args.includes('C#')),
      async () => {
        await store.parties(partyGone('crm.0', 2));
        await store.parties(party('crm.1', 2, 'card#1'));
        await store.maintain();
      },
    );
    expect(await shown(store.get('card:1', slow))).toBe('one_crm.1');
  });
});

describe('by id', () => {
  /** Ids of a test store do not have the form of real ones, so customers are put there by hand. */
  const withIds = async (...into: readonly (number | undefined)[]) => {
    const store = aStore();
    for (const [n, to] of into.entries()) {
      const links = to === undefined ? {} : { into: oneId(to) };
      await store.table.write({
        kind: 'put',
        item: { ...customerKey(oneId(n)), anchor: `crm.${n}`, issuedAt: n, ...links },
      });
      await store.table.write({
        kind: 'put',
        item: {
          pk: `C#${oneId(n)}`,
          sk: 'SUMMARY',
          doc: {
            r: 1,
            d: JSON.stringify({ h: 'h', m: '', u: to === undefined ? { [`crm.${n}`]: null } : {} }),
          },
        },
      });
    }
    return store;
  };

  test('an id answers', async () => {
    const store = await withIds(undefined);
    expect(await store.get(`customerId:${oneId(0)}`)).toMatchObject({
      value: { customerId: oneId(0) },
    });
    expect(await store.get(`customerId:${oneId(0)}`)).not.toHaveProperty('value.askedFor');
  });

  test('an id that redirects says what was asked for', async () => {
    const store = await withIds(undefined, 0);
    expect(await store.get(`customerId:${oneId(1)}`)).toMatchObject({
      value: { customerId: oneId(0), askedFor: oneId(1) },
    });
  });

  test('an id whose customer merges while it is followed leads on', async () => {
    const store = await withIds(undefined, undefined, 1);
    const merge = () =>
      store.table.write({
        kind: 'put',
        item: { ...customerKey(oneId(1)), anchor: 'crm.1', issuedAt: 1, into: oneId(0) },
      });
    const slow = interposed(
      store.table,
      nth(2, 'query', (args) => args.includes('C#')),
      merge,
    );
    expect(await store.get(`customerId:${oneId(2)}`, slow)).toMatchObject({
      value: { customerId: oneId(0), askedFor: oneId(2) },
    });
  });

  test('ids that redirect in a circle, which no commit writes, come to an end', async () => {
    const store = await withIds(1, 0);
    expect(await shown(store.get(`customerId:${oneId(0)}`))).toEqual({ code: 'not-found' });
  });

  test.each([
    ['was never issued', 'not-found', 7],
    ['rests', 'at-rest', 1],
    ['leads to one that rests', 'at-rest', 2],
  ])('an id that %s', async (_, code, n) => {
    const store = await withIds(undefined, undefined, 1);
    await store.table.write({
      kind: 'put',
      item: { ...customerKey(oneId(1)), anchor: 'crm.1', issuedAt: 1, rests: true },
    });
    expect(await shown(store.get(`customerId:${oneId(n)}`))).toEqual({ code });
  });
});

describe('requests', () => {
  /** Requests of one answer: all, and those without freshness; customer and scope are read side by side. */
  const requestsOf = async (identifier: string) => {
    const meter = makeMeter();
    const store = await withCustomers(['card#1', 'phone#7'], ['card#2', 'phone#7']);
    const copy = new MemoryTable({ meter });
    for (const item of store.table.dump()) await copy.write({ kind: 'put', item });
    meter.requests = 0;
    const sequence: string[] = [];
    const counted = interposed(
      copy,
      (call) => {
        sequence.push(
          `${call.name} ${JSON.stringify(call.args).includes('FRESHNESS') ? 'freshness' : 'way'}`,
        );
        return false;
      },
      async () => {},
    );
    await store.get(identifier, counted);
    return {
      all: meter.requests,
      onItsWay: sequence.filter((line) => line.endsWith('way')).length,
    };
  };

  test('a value takes two, one after the other, and two beside them', async () => {
    expect(await requestsOf('card:1')).toEqual({ all: 4, onItsWay: 3 });
  });

  /** A party row that shows in its summary what it claims. */
  const telling = (row: string, n: number, ...claims: readonly string[]) => {
    const change = party(row, n, ...claims);
    const identifiers = claims.map((claim) => {
      const [namespace = '', value = ''] = claim.split('#');
      return { namespace, value, verified: true };
    });
    return { ...change, after: { ...must(change.after, 'row'), identifiers } };
  };

  /** Two customers that a third row made one, so that one of their scopes was absorbed. */
  const merged = async () => {
    const store = aStore();
    await store.parties(telling('crm.0', 1, 'card#1'));
    await store.parties(telling('crm.1', 1, 'email#1'));
    await store.parties(telling('crm.2', 1, 'card#1', 'email#1'));
    await store.maintain();
    const scopes = store.table.dump().filter(({ sk }) => sk === 'SCOPE');
    expect(scopes.filter(({ into }) => into !== undefined)).toHaveLength(1);
    return store;
  };

  const inRounds = async (store: ReturnType<typeof aStore>, identifier: string) => {
    const table = new RoundsTable(store.table, makeMeter());
    return [await shown(store.get(identifier, table)), table.takeRounds()];
  };

  test.each([['card#1'], ['email#1']])(
    'the value %s takes two where a scope was absorbed, and one more over a redirect',
    async (claim) => {
      const store = await merged();
      const value = claim.replace('#', ':');
      const point = (customer: string) =>
        store.table.write({ kind: 'update', key: claimKey(id(claim)), set: { customer } });
      await point('one_crm.0');
      expect(await inRounds(store, value)).toEqual(['one_crm.0', 2]);
      await point('one_crm.1');
      expect(await inRounds(store, value)).toEqual(['one_crm.0', 3]);
    },
  );

  test('a value that the summary does not show is looked for in the scope that absorbed its own', async () => {
    const store = await merged();
    await store.parties(party('crm.1', 2, 'email#1'));
    await store.parties(party('crm.2', 2, 'card#1', 'email#1'));
    await store.maintain();
    await store.parties(telling('crm.3', 1, 'phone#3'));
    await store.maintain();
    for (const [claim, value] of [
      ['card#1', 'card:1'],
      ['email#1', 'email:1'],
    ] as const) {
      expect(await shown(store.get(value))).toBe('one_crm.0');
      const set = { customer: 'one_crm.3' };
      await store.table.write({ kind: 'update', key: claimKey(id(claim)), set });
      expect(await shown(store.get(value))).toBe('one_crm.0');
    }
  });

  test('positions that were read a while before are told with the lag of now', async () => {
    const store = await withCustomers(['card#1']);
    const positions = async () => [{ source: 'pos', version: version(1), committedAt: 4_000 }];
    expect(await getProfile({ ...store.portsOn(store.table), positions }, 'card:1')).toMatchObject({
      value: { freshness: { lagMs: 6_000, positions: { pos: { lagMs: 6_000 } } } },
    });
  });

  test('an unknown value takes one', async () => {
    expect(await requestsOf('card:9')).toEqual({ all: 2, onItsWay: 1 });
  });

  test('text that is no identifier takes none', async () => {
    expect(await requestsOf('card')).toEqual({ all: 0, onItsWay: 0 });
  });

  test('a held value takes the long way, and still few', async () => {
    expect((await requestsOf('phone:7')).onItsWay).toBe(4);
  });
});
