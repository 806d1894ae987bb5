import { beforeEach, describe, expect, test } from 'vitest';
import { makeServableNotes } from '#application/profile/servable.ts';
import type { Operation } from '#domain/serve/operation.ts';
import { OPERATIONS } from '#domain/serve/operations.ts';
import { must } from '#domain/shared/assert.ts';
import { expectPromised } from '../../support/api.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { aLambda, apiEvent, CONTEXT } from '../../support/lambda.ts';
import { aPipeline, DEMO, NOW } from '../../support/pipeline.ts';

beforeEach(() => {
  aLambda();
});

const heartbeat = (source: string, committedAt: string) =>
  dmsText({ source, table: 'c360_heartbeat', data: { id: 1 }, committedAt });

const ask = async (...records: readonly string[]) => {
  const { makeHandler } = await import('../../../lambdas/serve/list-sources/handler.ts');
  const { makeTelemetry } = await import('../../../lambdas/shared/telemetry.ts');
  const { table, resolve } = aPipeline();
  await resolve(...records);
  const ports = { table, clock: () => NOW, definitions: async () => DEMO };
  const { statusCode, headers, body } = await makeHandler(
    ports,
    makeTelemetry('serve/list-sources'),
  )(apiEvent('GET /v1/sources'), CONTEXT);
  return { statusCode, headers, body: JSON.parse(body ?? '') };
};

const SOURCES = ['crm', 'erp', 'member', 'pos', 'shop'];

describe('GET /v1/sources', () => {
  test('lists every source defined, those that were never heard of too', async () => {
    const { statusCode, headers, body } = await ask(heartbeat('pos', '2026-11-22T08:00:00Z'));
    expect([statusCode, headers?.['cache-control']]).toEqual([200, 'no-store']);
    expect(body).toMatchObject({ asOf: null, lagMs: null, definitions: DEMO.hash });
    expect(body.sources.map(({ source }: { source: string }) => source)).toEqual([
      'consents',
      'crm',
      'erp',
      'leads',
      'member',
      'pos',
      'shop',
      'web',
    ]);
    expect(body.sources[5]).toEqual({
      source: 'pos',
      position: expect.stringMatching(/^0{24}[0-9A-F]{16}$/),
      committedAt: '2026-11-22T08:00:00.000Z',
      lagMs: 10_000,
    });
    expect(body.sources[1]).toEqual({ source: 'crm' });
  });

  test('says how long the latest changes of a source took from commit to servable', async () => {
    const { makeHandler } = await import('../../../lambdas/serve/list-sources/handler.ts');
    const { makeTelemetry } = await import('../../../lambdas/shared/telemetry.ts');
    const { table } = aPipeline();
    await makeServableNotes(table, () => NOW)([{ source: 'pos', committedAt: NOW - 140 }]);
    const ports = { table, clock: () => NOW, definitions: async () => DEMO };
    const handler = makeHandler(ports, makeTelemetry('serve/list-sources'));
    const { sources } = JSON.parse(
      (await handler(apiEvent('GET /v1/sources'), CONTEXT)).body ?? '',
    );
    expect(sources.find((one: { source: string }) => one.source === 'pos')).toEqual({
      source: 'pos',
      servable: {
        commitToServableMs: 140,
        changes: 1,
        measuredAt: new Date(NOW).toISOString(),
      },
    });
  });

  test('is complete up to the source furthest behind, once all have been heard', async () => {
    const beats = SOURCES.map((source, n) => heartbeat(source, `2026-11-22T08:00:0${n}Z`));
    expect((await ask(...beats)).body).toMatchObject({
      asOf: '2026-11-22T08:00:00.000Z',
      lagMs: 10_000,
    });
  });
});

describe('GET /v1/schema', () => {
  const schemaFor = async (c360_role: string) => {
    const { makeHandler } = await import('../../../lambdas/serve/list-sources/handler.ts');
    const { makeTelemetry } = await import('../../../lambdas/shared/telemetry.ts');
    const { table } = aPipeline();
    const ports = { table, clock: () => NOW, definitions: async () => DEMO };
    const answer = await makeHandler(ports, makeTelemetry('serve/list-sources'))(
      apiEvent('GET /v1/schema', { claims: { c360_role } }),
      CONTEXT,
    );
    expectPromised(SCHEMA, answer);
    const { definitions, purpose, fields } = JSON.parse(answer.body ?? '');
    expect(definitions).toBe(DEMO.hash);
    const named = new Map(fields.map((field: { name: string }) => [field.name, field]));
    return { purpose, fields, named };
  };
  const SCHEMA = must(
    (OPERATIONS as readonly Operation[]).find(({ id }) => id === 'getSchema'),
    'route',
  );

  test('has every field that is served, once, with type, class and where it comes from', async () => {
    const { fields, named } = await schemaFor('admin');
    expect(named.size).toBe(fields.length);
    const { view, namespaces } = DEMO.definitions;
    for (const { field } of view.profile) expect(named.has(field)).toBe(true);
    for (const { measure } of view.measures) expect(named.has(measure)).toBe(true);
    for (const name of Object.keys(namespaces)) expect(named.has(`identifiers.${name}`)).toBe(true);
    expect(named.get('tier')).toMatchObject({
      part: 'profile',
      label: { zh: '会员等级', en: 'Member tier' },
      class: 'plain',
      shown: 'clear',
      types: ['text'],
      from: [{ source: 'member', table: 'member', column: 'tier' }],
    });
    expect(named.get('spend')).toMatchObject({
      types: ['money'],
      windows: [30, 90, 365],
      from: [],
    });
    expect(named.get('order.total')).toMatchObject({ kind: 'order', types: ['money'] });
    expect(named.get('order.at')).not.toHaveProperty('class');
  });

  test('says what the caller sees of each', async () => {
    const { purpose, named } = await schemaFor('analyst');
    expect(purpose).toBe('analytics');
    const shown = ['tier', 'name', 'caseCount', 'order.at'].map(
      (name) => (named.get(name) as { shown: string }).shown,
    );
    expect(shown).toEqual(['clear', 'masked', 'hidden', 'clear']);
  });
});
