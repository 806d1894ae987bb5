/**
 * Changes that one transaction cannot hold: they are committed step by step, and end where one commit would.
 */
import { describe, expect, test } from 'vitest';
import { applyRules } from '#application/identity/change-rules.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import { audit } from '../../support/audit.ts';
import { aNamespace } from '../../support/builders/definitions.ts';
import { party, partyGone } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';

/** Namespaces with high caps, so that one value ties many. */
const WIDE: MergePolicy = Object.fromEntries(
  [
    aNamespace('card', 1, { limit: 1, cap: 150 }),
    aNamespace('phone', 2, { cap: 120 }),
    aNamespace('email', 3, { cap: 150 }),
    aNamespace('device', 4, { cap: 3 }),
  ].map((rules) => [rules.namespace, rules]),
);

type Store = ReturnType<typeof anIdentityStore>;

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const live = (store: Store) => store.customers().filter((line) => line.includes(':')).length;

/** Rows that hold one phone each, and two claims of their own. */
const onOnePhone = async (rows: number): Promise<Store> => {
  const store = anIdentityStore({}, WIDE);
  for (const n of numbers(rows)) {
    await store.parties(party(`p${n}`, 1, 'phone#1', `email#${n}`, `device#${n}`));
  }
  return store;
};

describe('a change that is too much for one transaction', { timeout: 60_000 }, () => {
  test('a value that crosses its cap sets all its holders apart', async () => {
    const store = await onOnePhone(120);
    expect([live(store), await store.close()]).toEqual([1, 0]);
    const { failures } = await store.parties(party('last', 1, 'phone#1'));
    expect([failures, await store.close(1)]).toEqual([[], 1]);
    expect(live(store)).toBeGreaterThan(1);
    expect(await store.close()).toBeGreaterThan(0);
    expect(live(store)).toBe(121);
    store.expectSound();
  });

  test('and brings them together again when it goes below', async () => {
    const store = await onOnePhone(121);
    await store.close();
    expect(live(store)).toBe(121);
    await store.parties(partyGone('p7', 2));
    await store.close();
    expect(live(store)).toBe(1);
    store.expectSound();
  });

  test('a row that goes sets apart what only it held together', async () => {
    const store = anIdentityStore({}, WIDE);
    const phones = numbers(12).map((n) => `phone#${n}`);
    for (const n of numbers(96)) {
      await store.parties(party(`s${n}`, 1, `phone#${n % 12}`, `email#${n}`, `device#${n}`));
    }
    await store.parties(party('hub', 1, ...phones));
    await store.close();
    expect(live(store)).toBe(1);
    await store.parties(partyGone('hub', 2));
    await store.close();
    expect(live(store)).toBe(12);
    store.expectSound();
  });

  test('customers with hundreds of ids merge, and every id leads to the one left', async () => {
    const store = anIdentityStore({}, WIDE);
    for (const side of ['a', 'b']) {
      for (const n of numbers(95))
        await store.parties(party(`${side}${n}`, 1, `device#${side}${n}`));
      for (const n of numbers(95)) {
        await store.parties(party(`${side}${n}`, 2, `email#${side}`, `device#${side}${n}`));
      }
    }
    await store.parties(party('bridge', 1, 'email#a', 'email#b'));
    await store.close();
    expect(live(store)).toBe(1);
    expect(store.customers()).toHaveLength(190);
    store.expectSound();
  });

  test('in any step somebody else may change the same customers', async () => {
    const store = await onOnePhone(120);
    await store.parties(party('last', 1, 'phone#1'));
    await store.close(1);
    await store.parties(party('p3', 2, 'email#4', 'device#3'), partyGone('p9', 2));
    await store.close(1);
    await store.parties(partyGone('last', 2));
    await store.close();
    store.expectSound();
  });
});

test('thirty values become shared with one row, each in a scope of its own', async () => {
  const store = anIdentityStore({}, WIDE);
  const devices = numbers(30).map((n) => `device#${n}`);
  for (const device of devices) {
    await store.parties(...['a', 'b', 'c'].map((name) => party(`${name}.${device}`, 1, device)));
  }
  expect(live(store)).toBe(30);
  const { failures } = await store.parties(party('last', 1, ...devices));
  expect(failures).toEqual([]);
  await store.close();
  expect(live(store)).toBe(91);
  store.expectSound();
});

describe('a scope that one item cannot hold', () => {
  /** A chain: neighbours share a device, and the rows together are far more than F looks at. */
  const chain = async (rows: number): Promise<Store> => {
    const store = anIdentityStore({}, WIDE);
    const name = (n: number) => `crm.member-of-the-house.${String(n).padStart(6, '0')}`;
    for (const n of numbers(rows / 8)) {
      const group = numbers(8).map((k) => n * 8 + k);
      await store.parties(
        ...group.map((k) =>
          party(name(k), 1, `email#${'e'.repeat(800)}${k}`, `device#${k}`, `device#${k + 1}`),
        ),
      );
    }
    return store;
  };

  test('lies in parts, and then in one again', async () => {
    const store = await chain(160);
    await store.close();
    const parts = () => store.table.dump().filter(({ sk }) => sk === 'PART').length;
    expect(parts()).toBeGreaterThan(0);
    store.expectSound();
    const name = (n: number) => `crm.member-of-the-house.${String(n).padStart(6, '0')}`;
    for (const n of numbers(20)) {
      await store.parties(
        ...numbers(8).flatMap((k) => (n * 8 + k > 2 ? [partyGone(name(n * 8 + k), 2)] : [])),
      );
    }
    await store.close();
    expect(parts()).toBe(0);
    store.expectSound();
  }, 60_000);
});

describe('a cap that changes far', { timeout: 120_000 }, () => {
  const capped = (cap: number): MergePolicy => ({
    ...WIDE,
    phone: aNamespace('phone', 2, { cap }),
  });
  const applied = async (store: Store, rules: MergePolicy): Promise<void> => {
    const scan = async function* () {
      yield store.table.dump();
    };
    await applyRules(store.ports, scan, rules);
  };

  test('below the holders of a value sets them apart, and above them brings them together', async () => {
    const store = anIdentityStore({}, capped(400));
    for (const n of numbers(180)) await store.parties(party(`p${n}`, 1, 'phone#1', `email#${n}`));
    await store.close();
    expect(live(store)).toBe(1);
    await applied(store, capped(25));
    expect(live(store)).toBe(180);
    expect(audit(store.table.dump(), capped(25))).toEqual([]);
    const { parties } = store.under(capped(25));
    for (const n of numbers(90)) await parties(party(`q${n}`, 1, 'phone#1'), partyGone(`p${n}`, 2));
    expect(audit(store.table.dump(), capped(25))).toEqual([]);
    await applied(store, capped(300));
    expect(live(store)).toBe(1);
    expect(audit(store.table.dump(), capped(300))).toEqual([]);
  });
});
