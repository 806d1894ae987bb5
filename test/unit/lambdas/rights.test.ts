/**
 * The routes of customers' rights, and the function that does what they ask.
 */
import type { APIGatewayProxyStructuredResultV2, ScheduledEvent } from 'aws-lambda';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Write } from '#application/shared/table.ts';
import type { Operation } from '#domain/serve/operation.ts';
import { OPERATIONS } from '#domain/serve/operations.ts';
import { must } from '#domain/shared/assert.ts';
import { expectPromised, type SeenAnswer } from '../../support/api.ts';
import { household, LIN, LIN_WORDS, PARTNER } from '../../support/builders/household.ts';
import { anErasingWorld, placesOf } from '../../support/erasing.ts';
import { type AskedOf, aLambda, apiEvent, CONTEXT, metric } from '../../support/lambda.ts';
import { DEMO } from '../../support/pipeline.ts';

let lines: ReturnType<typeof aLambda>;
beforeEach(() => {
  lines = aLambda();
});

const operations: readonly Operation[] = OPERATIONS;

const aWorld = async () => {
  const { makeHandler } = await import('../../../lambdas/serve/answer-rights/handler.ts');
  const { makeTelemetry } = await import('../../../lambdas/shared/telemetry.ts');
  const world = anErasingWorld();
  await world.deliver(...household());
  const ports = {
    ...world.portsOn(world.table),
    definitions: async () => DEMO,
    audit: world.audit.log,
    sleep: async () => {},
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
