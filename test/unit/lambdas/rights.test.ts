/**
 * The routes of customers' rights, and the function that does what they ask.
 */
import type { APIGatewayProxyStructuredResultV2, ScheduledEvent } from 'aws-lambda';
import { parquetReadObjects } from 'hyparquet';
import { beforeEach, describe, expect, test } from 'vitest';
import { memoryScan } from '#adapters/memory/scan.ts';
import { writeParquet } from '#adapters/parquet/write-parquet.ts';
import { beginRekey } from '#application/operate/rekey/rekey.ts';
import { readPositions } from '#application/serve/read-freshness.ts';
import type { Write } from '#application/shared/table.ts';
import type { Operation } from '#domain/serve/operation.ts';
import { OPERATIONS } from '#domain/serve/operations.ts';
import { must } from '#domain/shared/assert.ts';
import { expectPromised, type SeenAnswer } from '../../support/api.ts';
import {
  deleted,
  household,
  LIN,
  LIN_WORDS,
  memberRow,
  PARTNER,
} from '../../support/builders/household.ts';
import { anErasingWorld, placesOf } from '../../support/erasing.ts';
import { type AskedOf, aLambda, apiEvent, CONTEXT, metric } from '../../support/lambda.ts';
import { DEMO } from '../../support/pipeline.ts';

let lines: ReturnType<typeof aLambda>;
beforeEach(() => {
  lines = aLambda();
});

const operations: readonly Operation[] = OPERATIONS;

const aWorld = async (change: object = {}) => {
  const { makeHandler } = await import('../../../lambdas/serve/answer-rights/handler.ts');
  const { makeTelemetry } = await import('../../../lambdas/shared/telemetry.ts');
  const world = anErasingWorld();
  let ids = 0;
  await world.deliver(...household());
  const ports = {
    ...world.portsOn(world.table),
    definitions: async () => DEMO,
    audit: world.audit.log,
    sleep: async () => {},
    newId: () => `n${++ids}`,
    linkTo: async (object: string, seconds: number) => `https://lists/${object}?${seconds}`,
    ...change,
  };
  const handler = makeHandler(async () => ports, makeTelemetry('serve/answer-rights'));
  const ask = async (id: string, asked: AskedOf): Promise<SeenAnswer> => {
    const operation = must(
      operations.find((each) => each.id === id),
      'operation',
    );
    const claims = asked.claims ?? { c360_role: 'admin' };
    const event = apiEvent(`${operation.method} ${operation.path}`, { ...asked, claims });
    const answer = (await handler(event, CONTEXT)) as APIGatewayProxyStructuredResultV2;
    expectPromised(operation, answer);
    return {
      status: answer.statusCode ?? 0,
      headers: answer.headers ?? {},
      body: JSON.parse(answer.body ?? ''),
    };
  };
  return { ...world, ask };
};
type World = Awaited<ReturnType<typeof aWorld>>;

test.each([
  ['eraseCustomer', { path: { identifier: 'member-card:610000074' } }],
  ['listCorrections', { path: { identifier: 'member-card:610000074' } }],
])('%s that cannot be recorded is refused, and counted', async (id, asked) => {
  const audit = { record: () => Promise.reject(new Error('table is gone')) };
  const world = await aWorld({ audit });
  const { status, body } = await world.ask(id, asked);
  expect([status, body.code]).toEqual([503, 'audit-unavailable']);
  expect(metric(lines, 'AuditFailures')).toBe(1);
});

const erase = (world: World, card: string, claims?: Record<string, string>) =>
  world.ask('eraseCustomer', {
    path: { identifier: `member-card:${card}` },
    ...(claims ? { claims } : {}),
  });

const worker = async (world: World, change: object = {}) => {
  const { makeHandler } = await import('../../../lambdas/operate/erase-customers/handler.ts');
  const { makeTelemetry } = await import('../../../lambdas/shared/telemetry.ts');
  const ports = { ...world.portsOn(world.table), ...change };
  const handler = makeHandler(async () => ports, 1_000, makeTelemetry('operate/erase-customers'));
  return () => handler({} as ScheduledEvent, CONTEXT);
};

describe('a request to erase', () => {
  test('is taken, recorded, and done by the function that erases', async () => {
    const world = await aWorld();
    const asked = await erase(world, LIN.card);
    expect(asked).toMatchObject({ status: 202, body: { state: 'running', step: 'announce' } });
    expect(asked.headers['location']).toBe(`/v1/erasures/${asked.body.erasureId}`);
    expect(world.audit.entries()).toMatchObject([
      { operation: 'eraseCustomer', client: 'tests', decision: 'granted', fields: [] },
    ]);
    const run = await worker(world);
    for (let tick = 0; tick < 30; tick++) await run();
    const read = await world.ask('getErasure', { path: { erasureId: asked.body.erasureId } });
    expect(read).toMatchObject({ status: 200, body: { state: 'done', step: 'done' } });
    expect(read.body.certificate.customerIds).toHaveLength(1);
    const entry = world.audit.entries().at(-1);
    expect(entry).toMatchObject({ operation: 'getErasure', fields: ['certificate'] });
    expect(entry).not.toHaveProperty('customer');
    expect(metric(lines, 'ErasuresDone')).toBe(1);
    expect(metric(lines, 'ErasuresOverdue')).toBe(0);
    expect(placesOf(await world.contents(), LIN_WORDS)).toEqual([]);
    expect((await erase(world, LIN.card)).status).toBe(404);
  });

  test('is not for who sees a part, and not for another customer', async () => {
    const world = await aWorld();
    const part = { c360_role: 'service', c360_brands: 'aurora' };
    expect(await erase(world, LIN.card, part)).toMatchObject({
      status: 403,
      body: { code: 'not-permitted' },
    });
    const own = await erase(world, PARTNER.card);
    const bound = { c360_role: 'member', c360_customer: 'one_somebodyelse' };
    expect((await erase(world, LIN.card, bound)).body.code).toBe('other-customer');
    const path = { erasureId: own.body.erasureId };
    expect((await world.ask('getErasure', { path, claims: bound })).status).toBe(404);
    expect((await world.ask('getErasure', { path, claims: { c360_role: 'nobody' } })).status).toBe(
      403,
    );
    expect((await world.ask('getErasure', { path: { erasureId: 'era_none' } })).status).toBe(404);
  });

  test('that fails is told, and keeps no other waiting', async () => {
    const world = await aWorld();
    await erase(world, LIN.card);
    await erase(world, PARTNER.card);
    const reads = {
      getAll: world.table.getAll.bind(world.table),
      query: world.table.query.bind(world.table),
    };
    let failures = 1;
    const failing = {
      ...reads,
      writeAll: world.table.writeAll.bind(world.table),
      transact: world.table.transact.bind(world.table),
      write: (action: Write) =>
        failures-- > 0 ? Promise.reject(new Error('no table')) : world.table.write(action),
    };
    const run = await worker(world, { table: failing });
    await expect(run()).rejects.toThrow('no table');
    expect(lines.filter(({ message }) => message === 'an erasure could not go on')).toHaveLength(1);
    expect(lines.filter(({ message }) => message === 'erasure')).toHaveLength(1);
  });

  test('rings when it is not done within a day', async () => {
    const world = await aWorld();
    await erase(world, LIN.card);
    const run = await worker(world, {
      clock: () => Date.UTC(2030, 0, 1),
      settleMs: Number.POSITIVE_INFINITY,
    });
    await run();
    expect([metric(lines, 'ErasuresOverdue'), metric(lines, 'ErasuresDone')]).toEqual([1, 0]);
  });
});

test('a rotation that stands still is told in minutes, and erasures wait for it', async () => {
  const world = await aWorld();
  await erase(world, LIN.card);
  const begun = Date.UTC(2030, 0, 1);
  await beginRekey({ table: world.table, clock: () => begun }, 2);
  const run = await worker(world, { clock: () => begun + 20 * 60_000 });
  await run();
  expect(metric(lines, 'RekeyStoodMinutes')).toBe(20);
  expect(lines.filter(({ message }) => message === 'erasure')).toEqual([]);
});

describe('a request with an Idempotency-Key', () => {
  const keyed = (key: string) => ({ headers: { 'idempotency-key': `"${key}"` } });
  const of = { path: { identifier: `member-card:${LIN.card}` } };

  test('has one erasure, one correction and one list, however often it comes', async () => {
    const world = await aWorld();
    const questions: readonly [string, AskedOf][] = [
      ['requestCorrection', { ...of, body: { field: 'name', wanted: '林月茹' } }],
      ['createExtract', { body: CSV }],
      ['eraseCustomer', of],
    ];
    for (const [id, asked] of questions) {
      const first = await world.ask(id, { ...asked, ...keyed('8e03978e') });
      const again = await world.ask(id, { ...asked, ...keyed('8e03978e') });
      expect([again.status, again.body]).toEqual([first.status, first.body]);
      expect(again.headers['location']).toBe(first.headers['location']);
      const other = await world.ask(id, { ...asked, ...keyed('8e03978f') });
      if (id !== 'eraseCustomer') expect(other.body).not.toEqual(first.body);
      const reused = {
        ...asked,
        headers: { ...keyed('8e03978e').headers, 'x-purpose': 'service' },
      };
      expect((await world.ask(id, reused)).body.code).toBe('key-reused');
    }
    const listed = await world.ask('listCorrections', of);
    expect(listed.body.data).toHaveLength(2);
  });

  test('keeps no row key, which may be a card number', async () => {
    const world = await aWorld();
    const asked = { ...of, body: { field: 'identifiers.member-card' }, ...keyed('k-1') };
    expect((await world.ask('requestCorrection', asked)).body.rows).not.toEqual([]);
    const kept = world.table.dump().filter(({ pk }) => pk.startsWith('ONCE#'));
    expect(kept).toHaveLength(1);
    expect(placesOf(new Map([['kept', JSON.stringify(kept)]]), LIN_WORDS)).toEqual([]);
  });
});

test('a field that is none is not in the record', async () => {
  const world = await aWorld();
  const path = { identifier: `member-card:${LIN.card}` };
  const body = { field: `X${LIN.phone}`.replaceAll(/[^\w.-]/g, '') };
  expect((await world.ask('requestCorrection', { path, body })).status).toBe(400);
  const headers = { 'x-purpose': LIN.phone };
  expect((await world.ask('requestCorrection', { path, body, headers })).status).toBe(403);
  expect(placesOf(new Map([['audit', JSON.stringify(world.audit.entries())]]), LIN_WORDS)).toEqual(
    [],
  );
});

const CSV = { fields: ['customerId', 'name', 'identifiers.phone', 'orderCount'], format: 'csv' };
const extracting = async (world: World, change: object = {}) => {
  const { makeHandler } = await import('../../../lambdas/operate/run-extracts/handler.ts');
  const { makeTelemetry } = await import('../../../lambdas/shared/telemetry.ts');
  const ports = {
    ...world.portsOn(world.table),
    definitions: async () => DEMO,
    audit: world.audit.log,
    scan: memoryScan(world.table),
    writeParquet,
    rowsPerFile: 1,
    ...change,
  };
  const handler = makeHandler(async () => ports, 1_000, makeTelemetry('operate/run-extracts'));
  return () => handler({} as ScheduledEvent, CONTEXT);
};

const listed = async (world: World, extract: string): Promise<readonly string[]> => {
  const texts: string[] = [];
  for await (const object of world.stores.rights.list(`extracts/${extract}/`))
    texts.push(Buffer.from(must(await world.stores.rights.get(object), 'file')).toString('utf8'));
  return texts;
};

describe('a list of customers', () => {
  const ask = (world: World, body: object, claims?: Record<string, string>) =>
    world.ask('createExtract', { body, ...(claims ? { claims } : {}) });
  const read = (world: World, extractId: string, claims?: Record<string, string>) =>
    world.ask('getExtract', { path: { extractId }, ...(claims ? { claims } : {}) });

  test('is asked for, written, recorded row by row, and fetched by a link that expires', async () => {
    const world = await aWorld();
    const asked = await ask(world, CSV);
    expect(asked).toMatchObject({ status: 202, body: { state: 'running', rows: 0, progress: 0 } });
    await (await extracting(world))();
    const done = await read(world, asked.body.extractId);
    expect(done.body).toMatchObject({ state: 'done', rows: 2, customers: 2, progress: 1 });
    const positions = await readPositions(world.table);
    expect(Object.keys(done.body.positions)).toEqual(Object.keys(DEMO.definitions.sources).sort());
    for (const { source, committedAt } of positions)
      expect(done.body.positions[source]).toMatchObject({
        committedAt: new Date(committedAt).toISOString(),
      });
    expect(positions).not.toEqual([]);
    expect(done.body.files[0]).toMatchObject({
      url: expect.stringMatching(/^https:..lists.extracts.ext_n1.00001\.csv\?900$/),
    });
    const text = (await listed(world, 'ext_n1')).join('');
    expect(text).toContain(`${LIN.name},+85228881234; +85291234567,4`);
    expect(text.startsWith('\uFEFFcustomerId,name,identifiers.phone,orderCount\r\n')).toBe(true);
    const recorded = world.audit
      .entries()
      .map(({ operation, rows, customer }) => [operation, rows ?? typeof customer]);
    expect(recorded.sort()).toEqual([
      ['createExtract', 0],
      ['createExtract', 'string'],
      ['createExtract', 'string'],
      ['getExtract', 2],
    ]);
    expect(metric(lines, 'ExtractedRows')).toBe(2);
  });

  test.each([
    ['marketing', 1],
    ['service', 7],
  ])(
    'made for %s is handed out for %i days, for who withdraws is in it still',
    async (purpose, days) => {
      let now = 0;
      const world = await aWorld({ clock: () => now });
      now = world.portsOn(world.table).clock();
      const headers = { 'x-purpose': purpose };
      const asked = await world.ask('createExtract', { body: CSV, headers });
      await (await extracting(world))();
      const at = async (ms: number) => {
        now = Date.parse((await read(world, asked.body.extractId)).body.completedAt) + ms;
        return (await read(world, asked.body.extractId)).body;
      };
      const lifetime = days * 86_400_000;
      expect(await at(lifetime)).toMatchObject({ state: 'done', files: [{ rows: 2 }] });
      const later = await at(lifetime + 1);
      expect([later.state, later.files]).toEqual(['expired', undefined]);
    },
  );

  test('is masked by the role, and may not ask of what is masked', async () => {
    const world = await aWorld();
    const analyst = { c360_role: 'analyst' };
    const asked = await ask(world, { ...CSV, format: 'ndjson' }, analyst);
    await (await extracting(world))();
    const text = (await listed(world, asked.body.extractId)).join('');
    expect(text).toContain('"orderCount":4');
    for (const word of [LIN.name, LIN.phone, PARTNER.name]) expect(text).not.toContain(word);
    const spying = [{ field: 'identifiers.phone', is: 'equal', value: '+85291234567' }];
    expect((await ask(world, { ...CSV, filter: spying }, analyst)).body).toMatchObject({
      code: 'bad-request',
      errors: [{ pointer: '#/filter/0/field' }],
    });
    const hidden = await ask(world, { ...CSV, fields: ['caseCount', 'nothing'] }, analyst);
    expect(hidden.body.errors).toHaveLength(2);
  });

  test('has who fits the filter, in the form that is asked for', async () => {
    const world = await aWorld();
    const filter = [{ field: 'orderCount', is: 'at-least', value: 4 }];
    const asked = await ask(world, { ...CSV, filter, format: 'parquet' });
    await (await extracting(world))();
    const { body } = await read(world, asked.body.extractId);
    expect(body).toMatchObject({ rows: 1, customers: 2, files: [{ rows: 1 }] });
    const bytes = await world.stores.rights.get(`extracts/${asked.body.extractId}/00001.parquet`);
    const file = must(bytes, 'file').slice().buffer as ArrayBuffer;
    expect(await parquetReadObjects({ file })).toMatchObject([{ name: LIN.name, orderCount: 4 }]);
    // Nobody is read in the caller's name who is not in the list.
    expect(world.audit.entries().filter(({ customer }) => customer !== undefined)).toHaveLength(1);
  });

  test('is not for others, not for bound tokens, and ends when its caller loses its role', async () => {
    const world = await aWorld();
    const asked = await ask(world, CSV);
    const other = { c360_role: 'admin', client_id: 'somebody-else' };
    expect((await read(world, asked.body.extractId, other)).status).toBe(404);
    const bound = { c360_role: 'member', c360_customer: 'one_x' };
    expect((await ask(world, CSV, bound)).status).toBe(403);
    const access = { ...must(DEMO.definitions.access, 'policy'), roles: {} };
    const changed = { ...DEMO, definitions: { ...DEMO.definitions, access } };
    await (await extracting(world, { definitions: async () => changed }))();
    expect((await read(world, asked.body.extractId)).body).toMatchObject({
      state: 'failed',
      problem: 'not-permitted',
      rows: 0,
    });
    expect(metric(lines, 'ExtractsFailed')).toBe(1);
  });

  test('that fails is told, and keeps no younger one waiting', async () => {
    const world = await aWorld();
    const old = await ask(world, CSV);
    const young = await ask(world, { ...CSV, format: 'ndjson' });
    const rights = world.stores.rights;
    const broken = Object.assign(Object.create(rights), {
      put: async (key: string, bytes: Uint8Array) => {
        if (key.includes(old.body.extractId)) throw new Error('no bucket');
        return rights.put(key, bytes);
      },
    });
    const run = await extracting(world, { rights: broken });
    await expect(run()).rejects.toThrow('no bucket');
    expect((await read(world, old.body.extractId)).body.state).toBe('running');
    expect((await read(world, young.body.extractId)).body.state).toBe('done');
    expect(metric(lines, 'ExtractedRows')).toBe(2);
    const told = lines.filter(({ message }) => message === 'an extract could not go on');
    expect(told).toMatchObject([{ object: old.body.extractId }]);
  });

  test('goes on when reads can be recorded again, and says meanwhile that they cannot', async () => {
    const world = await aWorld();
    const asked = await ask(world, CSV);
    const audit = { record: () => Promise.reject(new Error('table is gone')) };
    await expect((await extracting(world, { audit }))()).rejects.toThrow('cannot be recorded');
    expect(metric(lines, 'AuditFailures')).toBe(1);
    expect(lines.find(({ message }) => message === 'an extract could not go on')).toMatchObject({
      failure: { message: 'reads cannot be recorded' },
    });
    await (await extracting(world))();
    expect((await read(world, asked.body.extractId)).body).toMatchObject({
      state: 'done',
      rows: 2,
    });
  });

  test('goes on where it was killed, with every customer once', async () => {
    const world = await aWorld();
    const asked = await ask(world, { ...CSV, format: 'ndjson' });
    const rights = world.stores.rights;
    let puts = 0;
    const dying = Object.assign(Object.create(rights), {
      put: async (key: string, bytes: Uint8Array) => {
        puts += 1;
        if (puts === 2 || puts === 4) throw new Error('killed');
        return rights.put(key, bytes);
      },
    });
    const run = await extracting(world, { rights: dying });
    for (let tick = 0; tick < 4; tick++) await run().catch(() => {});
    const text = (await listed(world, asked.body.extractId)).join('');
    const ids = [...text.matchAll(/one_[a-z2-7]{26}/g)].map(([id]) => id);
    expect([ids.length, new Set(ids).size]).toEqual([2, 2]);
  });

  test('is taken away when somebody in it is erased', async () => {
    const world = await aWorld();
    const [withLin, without] = [
      await ask(world, CSV),
      await ask(world, { ...CSV, filter: [{ field: 'orderCount', is: 'at-most', value: 3 }] }),
    ];
    await (await extracting(world))();
    await erase(world, LIN.card);
    const run = await worker(world);
    for (let tick = 0; tick < 40; tick++) await run();
    expect((await read(world, withLin.body.extractId)).body).toMatchObject({ state: 'withdrawn' });
    expect((await read(world, without.body.extractId)).body).toMatchObject({
      state: 'done',
      rows: 1,
    });
    expect(placesOf(await world.contents(), LIN_WORDS)).toEqual([]);
  });

  test.each([
    ['no columns', { ...CSV, fields: [] }],
    ['a column twice', { ...CSV, fields: ['name', 'name'] }],
    ['another format', { ...CSV, format: 'xls' }],
    ['a condition without value', { ...CSV, filter: [{ field: 'tier', is: 'equal' }] }],
    [
      'a value that nothing is compared with',
      { ...CSV, filter: [{ field: 'tier', is: 'known', value: 1 }] },
    ],
    ['something else', { ...CSV, everything: true }],
  ])('with %s is refused', async (_, body) => {
    const world = await aWorld();
    expect((await ask(world, body)).status).toBe(400);
  });
});

describe('a correction', () => {
  const path = { identifier: `member-card:${LIN.card}` };
  const correct = (world: World, field: string, claims?: Record<string, string>) =>
    world.ask('requestCorrection', {
      path,
      body: { field, wanted: '林月茹' },
      ...(claims ? { claims } : {}),
    });

  test('names the rows that say it, and is done when each has changed', async () => {
    const world = await aWorld();
    const noted = await correct(world, 'name');
    expect(noted).toMatchObject({
      status: 201,
      body: {
        state: 'open',
        rows: [
          { source: 'crm', row: `crm.contact.${LIN.contact}`, changed: false },
          { source: 'member', row: `member.member.${LIN.card}`, changed: false },
        ],
      },
    });
    await world.deliver(memberRow({ ...LIN, name: '林月茹' }));
    const listed = await world.ask('listCorrections', { path });
    expect(listed.body.data).toMatchObject([{ state: 'open', rows: [{}, { changed: true }] }]);
    await world.deliver(deleted('crm', 'contact', { contact_no: LIN.contact }));
    expect((await world.ask('listCorrections', { path })).body.data).toMatchObject([
      { correctionId: noted.body.correctionId, state: 'done' },
    ]);
  });

  test.each([
    ['identifiers.phone', 201],
    ['identifiers.shop-account', 400],
    ['orderCount', 400],
    ['nothing', 400],
  ])('of %s is answered %i', async (field, status) => {
    expect((await correct(await aWorld(), field)).status).toBe(status);
  });

  test('shows no more than its caller may see, and goes with an erasure', async () => {
    const world = await aWorld();
    const asAdmin = (await correct(world, 'name')).body;
    expect(asAdmin.rows[0]).toHaveProperty('row');
    const [id] = world.table
      .dump()
      .flatMap(({ pk }) => /^CORRECTION#(.+)$/.exec(pk)?.slice(1) ?? []);
    const member = { c360_role: 'member', c360_customer: must(id, 'customer') };
    expect((await correct(world, 'name', { c360_role: 'member' })).status).toBe(403);
    expect((await correct(world, 'name', member)).body.rows[0]).toEqual({
      source: 'crm',
      changed: false,
    });
    expect((await correct(world, 'birthDate', { c360_role: 'store' })).status).toBe(400);
    await erase(world, LIN.card);
    const run = await worker(world);
    for (let tick = 0; tick < 40; tick++) await run();
    expect(placesOf(await world.contents(), [...LIN_WORDS, '林月茹'])).toEqual([]);
  });
});
