/**
 * Reconciling: what is taken away behind the system's back is named, exactly, and healed.
 */
import { describe, expect, test } from 'vitest';
import { continuePass, isComplete, newPass } from '#application/operate/reconcile/reconcile.ts';
import { formatChecksum } from '#domain/shared/checksum.ts';
import { unit } from '../../support/builders/evidence.ts';
import { fact, factGone, party, partyGone } from '../../support/builders/rows.ts';
import { nthCommit } from '../../support/interposed-table.ts';
import { aReconciledStore, namesOf } from '../../support/reconciling.ts';

const aStore = async () => {
  const store = aReconciledStore();
  await store.parties(
    party('crm.contact.1', 1, 'card#1', 'phone#1'),
    party('erp.account.1', 2, 'phone#1'),
    party('crm.contact.2', 3, 'card#2'),
    party('crm.contact.3', 4, 'card#3'),
  );
  await store.facts(
    ...Array.from({ length: 9 }, (_, n) => fact(`pos.receipt.${n}`, 10 + n, ['card#1'])),
    fact('pos.receipt.20', 30, ['card#2']),
    fact('pos.receipt.21', 31, []),
  );
  await store.maintain();
  return store;
};

const summary = (id: string) => ({ pk: `C#one_${id}`, sk: 'SUMMARY' });

test('nothing is named when all fits', async () => {
  const store = await aStore();
  const part = await store.pass();
  expect([part.differences, part.pass.unsettled, isComplete(part.pass)]).toEqual([[], 0, true]);
});

test('three views that were deleted are named, and healed to what they were', async () => {
  const store = await aStore();
  const views = () => Promise.all(store.ids().map((id) => store.view(id)));
  const before = await views();
  const keys = [summary('crm.contact.1'), summary('crm.contact.2'), summary('crm.contact.3')];
  await store.damage(...keys);
  const part = await store.pass();
  expect(namesOf(part)).toEqual(keys.map(({ pk, sk }) => `${pk} ${sk}`));
  expect((await store.heal(part)).map(({ outcome }) => outcome)).toEqual(Array(3).fill('healed'));
  expect(await views()).toEqual(before);
  expect(namesOf(await store.pass())).toEqual([]);
});

describe('a customer with parts beside its summary', () => {
  const aLargeStore = async () => {
    const store = await aStore();
    for (let n = 100; n < 300; n += 20) {
      const rows = Array.from({ length: 20 }, (_, at) => `pos.receipt.${n + at}`);
      await store.facts(...rows.map((row, at) => fact(row, n + at, ['card#1'])));
      await store.maintain();
    }
    const parts = () => store.table.dump().filter(({ sk }) => sk.startsWith('PART#'));
    return { ...store, parts };
  };

  test('fits, and a part that was deleted is named alone and healed', async () => {
    const store = await aLargeStore();
    expect(store.parts().length).toBeGreaterThan(16);
    expect(namesOf(await store.pass())).toEqual([]);
    const before = await store.view('one_crm.contact.1');
    const [part] = store.parts();
    await store.damage({ pk: part?.pk ?? '', sk: part?.sk ?? '' });
    const pass = await store.pass();
    expect(namesOf(pass)).toEqual([`${part?.pk} ${part?.sk}`]);
    expect((await store.heal(pass)).map(({ outcome }) => outcome)).toEqual(['healed']);
    expect(await store.view('one_crm.contact.1')).toEqual(before);
    expect(namesOf(await store.pass())).toEqual([]);
  });

  test('a part with a wrong figure makes its view differ', async () => {
    const store = await aLargeStore();
    const [part] = store.parts();
    if (!part) throw new Error('no part');
    const { pk, sk } = part;
    const doc = { ...(part['doc'] as object), d: '[]' };
    await store.table.write({ kind: 'update', key: { pk, sk }, set: { doc } });
    store.take();
    const pass = await store.pass();
    expect(namesOf(pass)).toEqual(['C#one_crm.contact.1 SUMMARY']);
    await store.heal(pass);
    expect(namesOf(await store.pass())).toEqual([]);
  });
});

describe('each is named alone, and healed', () => {
  test.each([
    ['a view', 'C#one_crm.contact.1', 'SUMMARY'],
    ['a customer', 'C#one_crm.contact.1', 'CUSTOMER'],
    ['a claim', 'I#card#1', 'CLAIM'],
    ['a claim of one party', 'I#card#3', 'CLAIM'],
    ['the registry of a fact', 'R#pos.receipt.3', 'ROW'],
  ])('%s', async (_, pk, sk) => {
    const store = await aStore();
    const was = await store.item({ pk, sk });
    expect(was).toBeDefined();
    await store.damage({ pk, sk });
    const part = await store.pass();
    expect(namesOf(part)).toEqual([`${pk} ${sk}`]);
    expect(part.differences[0]?.problem).toBe('missing');
    expect(await store.heal(part)).toMatchObject([{ outcome: 'healed' }]);
    store.expectSound();
    expect(namesOf(await store.pass())).toEqual([]);
  });
});

test('a unit of facts that its first bucket no longer tells of is put back there', async () => {
  const store = await aStore();
  const key = { pk: 'U#~card#1#0', sk: 'BUCKET' };
  const remove = ['claims', 'mayCreate', 'scope', 'buckets'];
  await store.table.write({ kind: 'update', key, remove, when: { exists: ['pk'] } });
  const part = await store.pass();
  expect(namesOf(part)).toEqual([`${key.pk} ${key.sk}`]);
  expect(await store.heal(part)).toMatchObject([{ outcome: 'healed' }]);
  store.expectSound();
  expect(namesOf(await store.pass())).toEqual([]);
});

test('the note of an id at rest that is gone, and the id whose note is there', async () => {
  const store = await aStore();
  await store.parties(partyGone('crm.contact.3', 80));
  await store.maintain();
  const [note, id] = [
    { pk: 'A#crm.contact.3', sk: 'NOTE' },
    { pk: 'C#one_crm.contact.3', sk: 'CUSTOMER' },
  ];
  expect(namesOf(await store.pass())).toEqual([]);
  const [kept] = await store.table.getAll([note]);
  await store.damage(note);
  expect(namesOf(await store.pass())).toEqual(['A#crm.contact.3 NOTE']);
  if (kept) await store.table.write({ kind: 'put', item: kept });
  await store.damage(id);
  const part = await store.pass();
  expect(namesOf(part)).toEqual(['C#one_crm.contact.3 CUSTOMER']);
  await store.heal(part);
  store.expectSound();
});

describe('what the table cannot give back is named, with what to do', () => {
  test.each([
    ['a bucket', 'U#~card#2#0', 'BUCKET', 'replay', []],
    ['a party row', 'R#crm.contact.3', 'ROW', 'replay', []],
    // Nothing but the scope tells whether a row that was laid was committed.
    ['a scope', 'K#', 'SCOPE', 'restore', ['R#crm.contact.2 ROW']],
  ])('%s', async (_, prefix, sk, remedy, also) => {
    const store = await aStore();
    const item = store.table.dump().find((one) => one.pk.startsWith(prefix) && one.sk === sk);
    await store.damage(item ?? { pk: '?', sk: '?' });
    const part = await store.pass();
    expect(namesOf(part)).toEqual([`${item?.pk} ${item?.sk}`, ...also]);
    expect(part.differences.find(({ key }) => key.pk === item?.pk)?.remedy).toBe(remedy);
    for (const { outcome } of await store.heal(part)) expect(outcome).toBe('hopeless');
  });

  test('and a view that still shows lost rows is left as it is', async () => {
    const store = await aStore();
    const before = await store.view('one_crm.contact.2');
    await store.damage({ pk: 'U#~card#2#0', sk: 'BUCKET' });
    await store.heal(await store.pass());
    expect(await store.view('one_crm.contact.2')).toEqual(before);
  });
});

test('a view with a wrong figure differs', async () => {
  const store = await aStore();
  const { doc } = (await store.item(summary('crm.contact.2'))) as unknown as {
    doc: { r: number; d: string };
  };
  const item = {
    ...summary('crm.contact.2'),
    doc: { ...doc, d: doc.d.replace('contact.2 3', 'contact.2 4') },
  };
  await store.table.write({ kind: 'put', item });
  const part = await store.pass();
  expect(part.differences).toMatchObject([{ problem: 'differs', key: summary('crm.contact.2') }]);
  await store.heal(part);
  expect(namesOf(await store.pass())).toEqual([]);
});

test('the order in which the store gives the attributes of a map makes no difference', async () => {
  const store = aReconciledStore();
  const row = party('crm.contact.1', 1, 'card#1');
  const evidence = unit('crm.contact.1', 'card#1');
  const fields = { city: 'B', name: 'A' };
  await store.parties({ ...row, after: { evidence, fields, identifiers: [] } });
  await store.maintain();
  const { doc } = (await store.item(summary('crm.contact.1'))) as unknown as {
    doc: { r: number; d: string };
  };
  const turned = doc.d.replace('"city":"B","name":"A"', '"name":"A","city":"B"');
  expect(turned).not.toBe(doc.d);
  const item = { ...summary('crm.contact.1'), doc: { ...doc, d: turned } };
  await store.table.write({ kind: 'put', item });
  expect(namesOf(await store.pass())).toEqual([]);
});

test('a customer that is taken away while the stream is read leaves its view as it is', async () => {
  const store = await aStore();
  const key = { pk: 'C#one_crm.contact.1', sk: 'CUSTOMER' };
  const before = await store.view('one_crm.contact.1');
  await store.table.write({ kind: 'delete', key });
  await store.maintain();
  expect(await store.view('one_crm.contact.1')).toEqual(before);
  expect(namesOf(await store.pass())).toEqual(['C#one_crm.contact.1 CUSTOMER']);
});

test('a customer that is said to rest differs', async () => {
  const store = await aStore();
  const key = { pk: 'C#one_crm.contact.1', sk: 'CUSTOMER' };
  await store.table.write({ kind: 'update', key, set: { rests: true } });
  store.take();
  const part = await store.pass();
  expect(part.differences).toMatchObject([{ problem: 'differs', key }]);
  await store.heal(part);
  store.expectSound();
});

test('the empty view of an id that redirects is named when it is gone, and made again', async () => {
  const store = await aStore();
  await store.parties(party('crm.contact.8', 90, 'phone#8'));
  await store.maintain();
  await store.parties(party('crm.contact.8', 91, 'phone#8', 'card#2'));
  await store.maintain();
  const [gone] = store.table.dump().filter(({ sk, into }) => sk === 'CUSTOMER' && into);
  const key = { pk: String(gone?.pk), sk: 'SUMMARY' };
  await store.damage(key);
  const part = await store.pass();
  expect(namesOf(part)).toEqual([`${key.pk} SUMMARY`]);
  await store.heal(part);
  expect(await store.item(key)).toBeDefined();
  store.expectSound();
});

test('what is left over is named, and removed', async () => {
  const store = await aStore();
  const claim = await store.item({ pk: 'I#card#1', sk: 'CLAIM' });
  await store.table.write({
    kind: 'put',
    item: { ...claim, pk: 'I#card#9', sk: 'CLAIM' },
  });
  const part = await store.pass();
  expect(part.differences).toMatchObject([{ problem: 'surplus', key: { pk: 'I#card#9' } }]);
  await store.heal(part);
  store.expectSound();
});

test('a part that no scope names is named, and removed', async () => {
  const store = await aStore();
  const row = await store.item({ pk: 'R#crm.contact.1', sk: 'ROW' });
  const doc = '{"u":["pc crm.contact.9"],"i":{},"l":[],"c":[]}';
  await store.table.write({
    kind: 'put',
    item: { pk: 'P#left', sk: 'PART', scope: String(row?.['scope']), doc },
  });
  const part = await store.pass();
  expect(part.differences).toMatchObject([{ problem: 'surplus', key: { pk: 'P#left' } }]);
  expect((await store.heal(part)).map(({ outcome }) => outcome)).toEqual(['healed']);
  expect(namesOf(await store.pass())).toEqual([]);
  store.expectSound();
});

test("an id that was laid for a commit that lost its race is nobody's difference; one that redirects is", async () => {
  const store = await aStore();
  const laid = { pk: 'C#one_laid', sk: 'CUSTOMER', anchor: 'erp.account.1', issuedAt: 2_000 };
  await store.table.write({ kind: 'put', item: laid });
  expect(namesOf(await store.pass())).toEqual([]);
  await store.table.write({ kind: 'put', item: { ...laid, into: 'one_crm.contact.2' } });
  expect((await store.pass()).differences).toMatchObject([
    { problem: 'surplus', key: { pk: 'C#one_laid' } },
  ]);
});

test('a row that was laid and never committed is named, until it comes again', async () => {
  const store = await aStore();
  const row = party('crm.contact.9', 9, 'card#1');
  const dying = store.overtaken(nthCommit(1), () => Promise.reject(new Error('killed')));
  await dying.parties(row);
  expect((await store.pass()).differences).toMatchObject([
    { key: { pk: 'R#crm.contact.9' }, problem: 'differs', remedy: 'replay' },
  ]);
  await store.parties(row);
  await store.maintain();
  expect(namesOf(await store.pass())).toEqual([]);
});

test('holders of a shared identifier, and its claim', async () => {
  const store = aReconciledStore();
  const phones = Array.from({ length: 9 }, (_, n) =>
    party(`crm.contact.${n}`, n + 1, 'phone#shop', `card#${n}`),
  );
  await store.parties(...phones);
  await store.maintain();
  const members = store.table.dump().filter(({ sk }) => sk.startsWith('UNIT#'));
  expect(members.length).toBeGreaterThan(0);
  await store.damage({ pk: 'I#phone#shop', sk: 'CLAIM' });
  const part = await store.pass();
  expect(namesOf(part)).toEqual(['I#phone#shop CLAIM']);
  await store.heal(part);
  // The ones that the claim listed are found to miss it now.
  await store.heal(await store.pass());
  expect(namesOf(await store.pass())).toEqual([]);
  store.expectSound();
});

describe('rows by source table', () => {
  test('are counted as stored and as shown', async () => {
    const store = await aStore();
    const { counts } = (await store.pass()).pass;
    expect(Object.keys(counts)).toEqual(['crm.contact', 'erp.account', 'pos.receipt']);
    expect(counts['pos.receipt']).toMatchObject({
      stored: { rows: 10 },
      shown: { rows: 10 },
      unowned: 1,
    });
    for (const { stored, shown } of Object.values(counts)) expect(shown).toEqual(stored);
  });

  test('have a checksum that tells which rows, whatever the order', async () => {
    const [a, b] = [await aStore(), await aStore()];
    await b.facts(factGone('pos.receipt.20', 50), fact('pos.receipt.22', 51, ['card#2']));
    await b.maintain();
    const [one, same, other] = [await a.pass(), await a.pass(), await b.pass()];
    const sumOf = (part: typeof one) => part.pass.counts['pos.receipt']?.stored;
    expect(sumOf(one)).toEqual(sumOf(same));
    expect(sumOf(other)?.rows).toBe(sumOf(one)?.rows);
    expect(formatChecksum(sumOf(other)?.checksum ?? 0)).not.toBe(
      formatChecksum(sumOf(one)?.checksum ?? 0),
    );
  });

  test('of a view that is gone are stored and not shown', async () => {
    const store = await aStore();
    await store.damage(summary('crm.contact.1'));
    const { counts } = (await store.pass()).pass;
    expect(counts['pos.receipt']).toMatchObject({ stored: { rows: 10 }, shown: { rows: 1 } });
    expect(counts['erp.account']).toMatchObject({ stored: { rows: 1 }, shown: { rows: 0 } });
  });

  test('of one source are looked at alone', async () => {
    const store = await aStore();
    await store.damage(summary('crm.contact.1'), summary('crm.contact.3'));
    const part = await store.pass({ source: 'erp' });
    expect(namesOf(part)).toEqual(['C#one_crm.contact.1 SUMMARY']);
    expect(Object.keys(part.pass.counts)).toEqual(['erp.account']);
  });
});

describe('while changes flow', () => {
  test('a view that is only late is not named', async () => {
    const store = await aStore();
    await store.facts(
      fact('pos.receipt.20', 60, ['card#2']),
      fact('pos.receipt.30', 61, ['card#3']),
    );
    const part = await store.pass({}, () => store.maintain());
    expect([namesOf(part), part.pass.unsettled]).toEqual([[], 0]);
  });

  test('a customer that changes at every look is counted as unsettled', async () => {
    const store = await aStore();
    let n = 100;
    const points = () => ({ as: 'points', fields: { delta: n } });
    const change = () => store.facts(fact('pos.receipt.20', ++n, ['card#2'], points()));
    await change();
    const part = await store.pass({}, change);
    expect([namesOf(part), part.pass.unsettled]).toEqual([[], 1]);
  });

  test('what was deleted at its source between two looks is gone without a word', async () => {
    const store = await aStore();
    await store.damage(summary('crm.contact.3'));
    const part = await store.pass({}, async () => {
      await store.parties(partyGone('crm.contact.3', 90));
      await store.maintain();
    });
    expect(namesOf(part)).toEqual([]);
  });

  test('what changed before it was healed is left to the next pass', async () => {
    const store = await aStore();
    await store.damage({ pk: 'I#card#2', sk: 'CLAIM' });
    const part = await store.pass();
    await store.parties(party('crm.contact.2', 70, 'card#2', 'email#2'));
    expect(await store.heal(part)).toMatchObject([{ outcome: 'changed' }]);
    await store.maintain();
    await store.heal(await store.pass());
    store.expectSound();
  });
});

test('summaries of other definitions are counted, not compared', async () => {
  const store = await aStore();
  const ports = store.portsWith(async () => {});
  const newer = async () => ({ ...(await ports.definitions()), hash: 'h2' });
  const part = await continuePass({ ...ports, definitions: newer }, newPass(2), { settleMs: 1 });
  expect([part.differences, part.pass.outdated]).toEqual([[], 3]);
});

test('a pass that is stopped goes on where it was', async () => {
  const store = await aStore();
  await store.damage(summary('crm.contact.1'), summary('crm.contact.2'));
  const whole = await store.pass();
  const ports = store.portsWith(async () => {});
  let pass = newPass(3);
  const names: string[] = [];
  for (let parts = 0; !isComplete(pass); parts++) {
    expect(parts).toBeLessThan(20);
    let pages = 0;
    const part = await continuePass(ports, JSON.parse(JSON.stringify(pass)), {
      settleMs: 1,
      pageSize: 4,
      mayGoOn: () => pages++ < 1,
    });
    pass = part.pass;
    names.push(...namesOf(part));
  }
  expect(names.sort()).toEqual(namesOf(whole));
  expect(pass).toEqual(whole.pass);
});
