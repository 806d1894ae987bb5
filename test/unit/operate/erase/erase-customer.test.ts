import { describe, expect, test } from 'vitest';
import { sha256 } from '#adapters/crypto/sha256.ts';
import { gzipCompression } from '#adapters/gzip/gzip.ts';
import { archiveChanges, readArchive } from '#application/capture/archive-changes.ts';
import { continueErasure } from '#application/operate/erase/erase-customer.ts';
import type { AuditEntry } from '#application/serve/audit.ts';
import { chainAudit } from '#application/serve/chain-audit.ts';
import { getProfile } from '#application/serve/get-profile.ts';
import { verifyAudit } from '#application/serve/verify-audit.ts';
import { certificateKey, runningErasures } from '#application/shared/erasures.ts';
import type { StreamRecord } from '#application/shared/ports.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { type ErasureCertificate, isSealed } from '#domain/operate/erasure-certificate.ts';
import { asStream } from '../../../support/audit-log.ts';
import { dmsText } from '../../../support/builders/dms-record.ts';
import {
  contact,
  deleted,
  household,
  LIN,
  LIN_WORDS,
  memberRow,
  PARTNER,
  receipt,
} from '../../../support/builders/household.ts';
import { anErasingWorld, placesOf } from '../../../support/erasing.ts';
import { type Call, interposed, nth, nthCommit } from '../../../support/interposed-table.ts';
import { DEMO, NOW, streamRecord } from '../../../support/pipeline.ts';

type World = ReturnType<typeof anErasingWorld>;

const profileOf = (world: World, identifier: string) =>
  getProfile(
    { ...world.portsOn(world.table), definitions: async () => DEMO, clock: () => NOW },
    identifier,
  );

const idOf = async (world: World, card: string): Promise<OneId> => {
  const found = await profileOf(world, `member-card:${card}`);
  if (!found.ok) throw new Error(found.error.code);
  return found.value.customerId;
};

const aHousehold = async () => {
  const world = anErasingWorld();
  const texts = household();
  await world.deliver(...texts);
  return { world, texts, lin: await idOf(world, LIN.card) };
};

describe('an erased customer', () => {
  test('is nowhere any more, and its id answers that it was erased', async () => {
    const { world, lin } = await aHousehold();
    expect(placesOf(await world.contents(), LIN_WORDS).length).toBeGreaterThan(5);
    const { step } = await world.erase(lin);
    expect(step).toBe('done');
    expect(placesOf(await world.contents(), LIN_WORDS)).toEqual([]);
    expect(await profileOf(world, `customerId:${lin}`)).toMatchObject({
      error: { code: 'erased' },
    });
    expect(await profileOf(world, `member-card:${LIN.card}`)).toMatchObject({
      error: { code: 'not-found' },
    });
  });

  test('does not come back with a replay of the archive or a redelivery of its rows', async () => {
    const { world, texts, lin } = await aHousehold();
    await world.erase(lin);
    const records: StreamRecord[] = [];
    const archive = { objects: world.stores.archive, compression: gzipCompression };
    for await (const record of readArchive(archive)) records.push(record);
    await world.deliverRecords(records);
    const { erased } = await world.deliver(...texts);
    expect(erased).toBe(6);
    expect(placesOf(await world.contents(), LIN_WORDS)).toEqual([]);
  });

  test('leaves the partner as it was, byte by byte', async () => {
    const { world, lin } = await aHousehold();
    const partner = await idOf(world, PARTNER.card);
    const read = async () => {
      const found = await profileOf(world, `customerId:${partner}`);
      if (!found.ok) throw new Error(found.error.code);
      const rows = [...(await world.contents())].filter(([place]) => /^R#.*PAR/.test(place));
      return JSON.stringify([found.value.view, rows]);
    };
    const before = await read();
    await world.erase(lin);
    await world.refresh();
    expect(await read()).toBe(before);
  });

  test('is nowhere in what waits for somebody either', async () => {
    const { world, lin } = await aHousehold();
    const { failed, drops } = world.stores;
    const encode = (text: string) => new TextEncoder().encode(text);
    const kinesis = (text: string) => ({ kinesis: { partitionKey: 'k', data: btoa(text) } });
    const theirs = receipt('LINRECEIPT9', { card: LIN.card });
    const others = receipt('PARRECEIPT9', { card: PARTNER.card });
    const payload = JSON.stringify({ Records: [kinesis(theirs), kinesis(others)] });
    await failed.put('aws/lambda/resolve/1', encode(JSON.stringify({ payload })));
    await failed.put('aws/lambda/resolve/2', encode(`cut off {"mobile": "+852 9123 4567`));
    const image = {
      dynamodb: { Keys: { pk: { S: `C#${lin}` } }, NewImage: { n: { S: LIN.name } } },
    };
    const views = { DDBStreamBatchInfo: {}, payload: { Records: [image] } };
    await failed.put('aws/lambda/views/1', encode(JSON.stringify(views)));
    await drops.put('drops/crm/member/a.csv', encode(`no;mail\n1;${LIN.email}\n`));
    await drops.put('reports/crm/member/a.csv.json', encode('{"state":"done"}'));
    await drops.put('drops/crm/member/b.csv', encode(`no;mail\n2;${PARTNER.email}\n`));
    // A poisoned record, and one of a table that nobody knows.
    await world.deliver(`{"mobile":"${LIN.phone}"`, JSON.stringify({ who: LIN.unionid }));
    await world.deliver(JSON.stringify({ who: PARTNER.email }));
    await world.erase(lin);
    expect(placesOf(await world.contents(), [...LIN_WORDS, '9123 4567', 'LINRECEIPT9'])).toEqual(
      [],
    );
    const left = placesOf(await world.contents(), [PARTNER.email, 'PARRECEIPT9']);
    expect(left).toContainEqual('failed aws/lambda/resolve/1');
    expect(left).toContainEqual('drops drops/crm/member/b.csv');
    expect(left.filter((place) => place.startsWith('held '))).toHaveLength(1);
  });

  test('is nowhere with what its sources deleted or corrected long ago', async () => {
    const { world, lin } = await aHousehold();
    await world.deliver(
      receipt('LINRECEIPT7', { mobile: LIN.phone }),
      contact({ ...LIN, contact: 'LINC0002' }),
    );
    // The receipt turns out to be the partner's, the second contact is deleted.
    await world.deliver(
      receipt('LINRECEIPT7', { card: PARTNER.card }),
      deleted('crm', 'contact', { contact_no: 'LINC0002' }),
    );
    await world.erase(lin);
    expect(placesOf(await world.contents(), LIN_WORDS)).toEqual([]);
    expect(placesOf(await world.contents(), ['LINC0002'])).toEqual([]);
    const { erased } = await world.deliver(
      receipt('LINRECEIPT7', { card: PARTNER.card }, '11.00'),
      contact({ ...LIN, contact: 'LINC0002' }),
    );
    expect(erased).toBe(1);
  });

  test('stays away when a row of it gets another key', async () => {
    const { world, lin } = await aHousehold();
    await world.erase(lin);
    const renamed = dmsText({
      source: 'crm',
      table: 'contact',
      operation: 'update',
      before: { contact_no: LIN.contact },
      data: {
        contact_no: 'LINC0009',
        external_unionid: null,
        vip_code: LIN.card,
        mobile_phone: null,
        market: null,
        email_addr: null,
        display_name: LIN.name,
        dob: null,
        sex: null,
        residence: null,
        brand: null,
      },
    });
    await world.deliver(renamed);
    await world.deliver(contact({ ...LIN, contact: 'LINC0009' }));
    expect(placesOf(await world.contents(), [...LIN_WORDS, 'LINC0009'])).toEqual([]);
  });

  test('cannot be told from the audit log, whose chain stays whole', async () => {
    const { world, lin } = await aHousehold();
    const { audit } = world;
    for (const [n, customer] of [lin, 'one_other', lin].entries())
      await audit.log.record(readOf(customer, `q-${n}`));
    await chainAudit(
      { table: audit.table, hash: sha256, bulkReads: 99 },
      asStream(audit.entries()),
    );
    const { auditEntries } = await world.erase(lin);
    expect(auditEntries).toBe(2);
    expect(audit.entries().filter(({ customer }) => customer !== undefined)).toHaveLength(1);
    const verdict = await verifyAudit({ table: audit.table, hash: sha256, clock: () => 0 });
    expect(verdict).toEqual({ chained: 3, unchained: 0, expired: 0, faults: [] });
  });

  test('is certified: what was erased where, and what could not be', async () => {
    const { world, lin } = await aHousehold();
    const done = await world.erase(lin);
    const bytes = await world.stores.rights.get(certificateKey(done.id));
    const text = new TextDecoder().decode(bytes);
    expect(sha256(text)).toBe(done.certificate);
    const certificate = JSON.parse(text) as ErasureCertificate;
    const sealWith = (said: string) => world.mark('erasure', 'certificate', said);
    expect(isSealed(certificate, sealWith)).toBe(true);
    expect(isSealed({ ...certificate, customerIds: [] }, sealWith)).toBe(false);
    expect(certificate).toMatchObject({
      erasure: done.id,
      customerIds: [lin],
      requestedBy: { client: 'crm-desk' },
      objects: [{ store: 'archive', records: 6, outcome: 'rewritten' }],
      suppressed: { 'member.member': 1, 'crm.contact': 1, 'pos.receipt': 4 },
    });
    expect(certificate.erased).toContainEqual({
      store: 'table',
      what: 'rows of the registry',
      count: 6,
    });
    expect(certificate.remains.map(({ what }) => what)).toEqual([
      '1 rows of crm.contact',
      '1 rows of member.member',
      '4 rows of pos.receipt',
      'stream of changes',
      'stream of the table',
      'answers to repeated requests',
      'backups of the tables',
    ]);
    const items = world.table.dump().filter(({ pk }) => pk.startsWith('ERAS'));
    expect(items.map(({ pk, sk }) => `${pk} ${sk}`)).toEqual([
      'ERASED HEAD',
      `ERASURE#${done.id} STATE`,
    ]);
  });

  test('is nowhere in an id either that a worker laid for it and never issued', async () => {
    const world = anErasingWorld();
    const lays = nth(1, 'writeAll', (args) => args.includes('"laid":true'));
    await world.deliverTo(interposed(world.table, lays, dies), memberRow(LIN));
    await world.deliver(...household());
    const laid = world.table.dump().filter(({ sk }) => sk === 'CUSTOMER');
    expect(laid.map(({ anchor }) => anchor)).toContain(`member.member.${LIN.card}`);
    await world.erase(await idOf(world, LIN.card));
    expect(placesOf(await world.contents(), LIN_WORDS)).toEqual([]);
  });

  test('is nowhere in a row either that a worker laid and nobody committed', async () => {
    const { world, lin } = await aHousehold();
    const text = contact({ ...LIN, contact: 'LINC0007' });
    const { archive: objects } = world.stores;
    const terms = { mark: world.mark, definitions: DEMO.definitions };
    const records = [streamRecord(text, 9_000)];
    await archiveChanges({ objects, compression: gzipCompression }, records, terms);
    await world.deliverTo(dying(world), text);
    expect(placesOf(await world.contents(), ['LINC0007'])).toContainEqual(
      expect.stringContaining('R#crm.contact.LINC0007'),
    );
    await world.erase(lin);
    expect(placesOf(await world.contents(), [...LIN_WORDS, 'LINC0007'])).toEqual([]);
  });

  test('that is asked for twice is one erasure', async () => {
    const { world, lin } = await aHousehold();
    const [first, second] = [await world.request(lin), await world.request(lin)];
    expect(second).toEqual(first);
    expect(await runningErasures(world.table)).toEqual([first.id]);
    await world.erase(lin);
    expect(await runningErasures(world.table)).toEqual([]);
    expect((await world.request(lin)).step).toBe('done');
    expect(await runningErasures(world.table)).toEqual([]);
  });

  test('that new rows arrive for meanwhile is looked for again', async () => {
    const { world, lin } = await aHousehold();
    let isPlanned = false;
    await world.erase(lin, {
      mayGoOn: () => !isPlanned,
      onPart: ({ step }) => {
        isPlanned = step === 'retract';
      },
    });
    await world.deliver(receipt('LINRECEIPT8', { card: LIN.card }));
    expect((await world.erase(lin)).round).toBe(2);
    expect(placesOf(await world.contents(), [...LIN_WORDS, 'LINRECEIPT8'])).toEqual([]);
  });
});

const dies = async () => {
  throw new Error('killed');
};

/** A table by which a resolver is killed when it is about to commit. */
const dying = ({ table }: World) => interposed(table, nthCommit(1), dies);

describe('a killed erasure', () => {
  test('ends as if nothing had happened, wherever it is killed', async () => {
    const { world, lin } = await aHousehold();
    const { id } = await world.request(lin);
    // Each life does one write more than the one before, so that it is killed at every place.
    let lives = 0;
    while ((await untilKilled(world, id, ++lives)) !== 'done');
    expect(lives).toBeGreaterThan(10);
    expect(placesOf(await world.contents(), LIN_WORDS)).toEqual([]);
    const text = new TextDecoder().decode(await world.stores.rights.get(certificateKey(id)));
    expect(JSON.parse(text)).toMatchObject({
      objects: [{ store: 'archive', records: 6, outcome: 'rewritten' }],
      suppressed: { 'member.member': 1, 'crm.contact': 1, 'pos.receipt': 4 },
    });
  });
});

/** An erasure by a worker that ends after so many writes. */
const untilKilled = async (world: World, id: string, writes: number): Promise<string> => {
  let done = 0;
  const isTooMany = ({ name }: Call) => name !== 'getAll' && name !== 'query' && ++done > writes;
  const killed = async () => {
    throw new Error('killed');
  };
  const ports = world.portsOn(interposed(world.table, isTooMany, killed));
  const ended = await continueErasure(ports, id, { wait: async () => {} }).catch(() => undefined);
  return ended?.step ?? 'killed';
};

const readOf = (customer: string, requestId: string): AuditEntry => ({
  requestId,
  client: 'crm-desk',
  role: 'service',
  purpose: 'service',
  operation: 'getProfile',
  customer,
  fields: ['name'],
  decision: 'granted',
});
