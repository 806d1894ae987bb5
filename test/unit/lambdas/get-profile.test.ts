import { beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '#adapters/crypto/sha256.ts';
import type { AuditLog } from '#application/serve/audit.ts';
import type { ProfilePorts } from '#application/serve/get-profile.ts';
import { anAuditLog } from '../../support/audit-log.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { interposed } from '../../support/interposed-table.ts';
import { aLambda, apiEvent, CONTEXT, metric } from '../../support/lambda.ts';
import { aPipeline, DEMO } from '../../support/pipeline.ts';

const PHONE = '+85291234567';

let lines: ReturnType<typeof aLambda>;
beforeEach(() => {
  lines = aLambda();
});

const handlerOn = async (ports: ProfilePorts, audit: AuditLog = anAuditLog().log) => {
  const { makeHandler } = await import('../../../lambdas/serve/get-profile/handler.ts');
  const { makeTelemetry } = await import('../../../lambdas/shared/telemetry.ts');
  const sign = (...parts: readonly string[]) => sha256(parts.join());
  const definitions = async () => ({ hash: DEMO.hash, ...(await ports.definitions()) });
  const bound = { ...ports, definitions, audit, sign, sleep: async () => {} };
  return makeHandler(async () => bound, makeTelemetry('serve/get-profile'));
};

const request = (identifier?: string, query: Readonly<Record<string, string>> = {}) =>
  apiEvent('GET /v1/profiles/{identifier}', {
    query,
    claims: { c360_role: 'admin' },
    ...(identifier === undefined ? {} : { path: { identifier } }),
  });

const contact = (no: string, mobile: string, more: object = {}) =>
  dmsText({
    source: 'crm',
    table: 'contact',
    data: { contact_no: no, mobile_phone: mobile, display_name: '陳大文', ...more },
  });

/** Asks for an identifier after these records; views maintained unless told otherwise. */
const ask = async (
  identifier: string | undefined,
  records: readonly string[],
  seen = true,
  query: Readonly<Record<string, string>> = {},
) => {
  const pipeline = aPipeline();
  await pipeline.resolve(...records);
  if (seen) await pipeline.refresh();
  const { statusCode, headers, body } = await (await handlerOn(pipeline.ports))(
    request(identifier, query),
    CONTEXT,
  );
  return { statusCode, headers, body: JSON.parse(body ?? '') };
};

describe('GET /v1/profiles/{identifier}', () => {
  test('answers with the profile, for no cache to keep', async () => {
    const { statusCode, headers, body } = await ask(`phone:${PHONE}`, [contact('C1', PHONE)]);
    expect([statusCode, headers]).toMatchObject([
      200,
      { 'content-type': 'application/json', 'cache-control': 'no-store' },
    ]);
    expect(body).toMatchObject({
      customerId: expect.stringMatching(/^one_[a-z2-7]{26}$/),
      version: 1,
      asOf: null,
      profile: { name: { value: '陳大文', source: 'crm', row: 'crm.contact.C1' } },
      orderCount: 0,
      spend: [],
      sources: [{ source: 'crm', rows: 1 }],
    });
    expect(metric(lines, 'ProfilesRead')).toBe(1);
  });

  const store = Array.from({ length: 26 }, (_, n) => contact(`C${n}`, PHONE));
  const couple = [
    contact('C1', PHONE, { dob: '1990-01-01' }),
    contact('C2', PHONE, { dob: '1985-05-05', display_name: '李小姐' }),
  ];

  test.each([
    ['that is none', 'nonsense', [], 400, 'bad-identifier'],
    ['that is missing', undefined, [], 400, 'bad-identifier'],
    ['of nobody', `phone:${PHONE}`, [], 404, 'not-found'],
    ['of a couple', `phone:${PHONE}`, couple, 409, 'ambiguous'],
    ['of a store', `phone:${PHONE}`, store, 409, 'ambiguous'],
  ])('an identifier %s is a problem document', async (_, identifier, records, status, code) => {
    const { statusCode, headers, body } = await ask(identifier, records);
    expect([statusCode, headers?.['content-type']]).toEqual([status, 'application/problem+json']);
    expect(body).toEqual({
      type: `urn:tributary:problem:${code}`,
      title: expect.any(String),
      status,
      detail: expect.any(String),
      code,
      instance: 'urn:request:q-7',
    });
    expect(metric(lines, 'ProfilesRead')).toBe(0);
  });

  test('a customer whose view is on its way is told to be', async () => {
    const { statusCode, body } = await ask(`phone:${PHONE}`, [contact('C1', PHONE)], false);
    expect([statusCode, body.code]).toEqual([425, 'not-yet-visible']);
  });

  test('a failing store is no answer: it is logged and thrown on', async () => {
    const { ports } = aPipeline();
    const failing = interposed(
      ports.table,
      (call) => call.name === 'getAll',
      () => Promise.reject(new Error(`about ${PHONE}`)),
    );
    const handler = await handlerOn({ ...ports, table: failing });
    await expect(handler(request(`phone:${PHONE}`), CONTEXT)).rejects.toThrow();
    expect(lines.some((line) => line['message'] === 'invocation failed')).toBe(true);
    expect(JSON.stringify(lines)).not.toContain('91234567');
  });

  test('neither a question nor an answer is logged, and a problem does not repeat the question', async () => {
    for (const identifier of [
      `phone:${PHONE}`,
      `fax:${PHONE}`,
      'phone:91234567',
      'email:li.wei@example.com',
    ]) {
      const { body } = await ask(identifier, [contact('C1', PHONE)]);
      if (body.code) expect(JSON.stringify(body)).not.toContain(identifier.split(':')[1]);
    }
    expect(JSON.stringify(lines)).not.toMatch(/91234567|li\.wei|陳大文/);
  });

  test('no answer holds a stack trace', async () => {
    for (const identifier of [
      'x',
      '__proto__:x',
      'openid:\ud800:x',
      'customerId:one_',
      'phone:\u0000',
    ]) {
      const { statusCode, body } = await ask(identifier, []);
      expect(statusCode).toBe(400);
      expect(JSON.stringify(body)).not.toMatch(/\bat .*\.ts|Error/);
    }
  });
});

describe('what is asked of a profile', () => {
  const one = (query: Readonly<Record<string, string>>) =>
    ask(`phone:${PHONE}`, [contact('C1', PHONE)], true, query);

  test('fields= gives those members and who it is about', async () => {
    const { body } = await one({ fields: 'name,orderCount' });
    expect(Object.keys(body).sort()).toEqual(
      ['asOf', 'customerId', 'lagMs', 'orderCount', 'positions', 'profile', 'version'].sort(),
    );
    expect(Object.keys(body.profile)).toEqual(['name']);
    expect(Object.keys((await one({ fields: 'spend' })).body)).not.toContain('profile');
  });

  test.each([
    [{ fields: 'nonsense' }],
    [{ fields: 'name;drop' }],
    [{ fields: '' }],
    [{ minVersion: '-1' }],
    [{ minVersion: 'x' }],
    [{ timeoutMs: '600000' }],
    [{ brand: 'bloom' }],
  ])('%j is refused', async (query) => {
    expect((await one(query)).body).toMatchObject({ status: 400, code: 'bad-request' });
  });

  test('a version that is there is answered, one that is not is waited for and told', async () => {
    expect((await one({ minVersion: '1' })).statusCode).toBe(200);
    const { statusCode, headers, body } = await one({ minVersion: '2', timeoutMs: '0' });
    expect([statusCode, headers?.['retry-after'], body.code]).toEqual([
      425,
      '1',
      'not-yet-visible',
    ]);
  });
});

describe('the record of a read', () => {
  const PATH = 'GET /v1/profiles/{identifier}';
  const asked = async (
    claims: Record<string, string>,
    identifier = `phone:${PHONE}`,
    purpose?: string,
  ) => {
    const pipeline = aPipeline();
    await pipeline.resolve(contact('C1', PHONE));
    await pipeline.refresh();
    const audit = anAuditLog();
    const handler = await handlerOn(pipeline.ports, audit.log);
    const headers = purpose === undefined ? {} : { 'x-purpose': purpose };
    const answer = await handler(
      apiEvent(PATH, { claims, path: { identifier }, headers }),
      CONTEXT,
    );
    return { statusCode: answer.statusCode, entries: audit.entries() };
  };

  test.each([
    [
      'granted',
      { c360_role: 'analyst' },
      undefined,
      undefined,
      200,
      { role: 'analyst', purpose: 'analytics', decision: 'granted' },
    ],
    [
      'refused for its purpose',
      { c360_role: 'analyst' },
      undefined,
      'marketing',
      403,
      { decision: 'refused', reason: 'not-permitted' },
    ],
    [
      'refused without a role',
      { c360_role: 'nobody' },
      undefined,
      undefined,
      403,
      { decision: 'refused' },
    ],
    [
      'of another customer',
      { c360_role: 'member', c360_customer: 'one_other' },
      undefined,
      undefined,
      403,
      { decision: 'refused', reason: 'other-customer' },
    ],
    [
      'of nobody',
      { c360_role: 'service' },
      'phone:+6591234567',
      undefined,
      404,
      { decision: 'nobody', reason: 'not-found' },
    ],
  ])('%s', async (_, claims, identifier, purpose, status, entry) => {
    const { statusCode, entries } = await asked(claims, identifier, purpose);
    expect(statusCode).toBe(status);
    expect(entries).toMatchObject([
      { client: 'tests', operation: 'getProfile', requestId: 'q-7', ...entry },
    ]);
    expect(JSON.stringify(entries)).not.toMatch(/1234567|陳大文|one_[a-z2-7]{26}/);
  });

  test('names the fields that the role is shown', async () => {
    const { entries } = await asked({ c360_role: 'analyst' });
    expect(entries[0]?.['fields']).toContain('identifiers.phone');
    expect(entries[0]?.['fields']).not.toContain('caseCount');
  });

  test('that cannot be written leaves nothing to answer', async () => {
    const pipeline = aPipeline();
    await pipeline.resolve(contact('C1', PHONE));
    await pipeline.refresh();
    const audit: AuditLog = { record: () => Promise.reject(new Error('table is gone')) };
    const handler = await handlerOn(pipeline.ports, audit);
    const { statusCode, body } = await handler(request(`phone:${PHONE}`), CONTEXT);
    expect([statusCode, JSON.parse(body ?? '').code]).toEqual([503, 'audit-unavailable']);
    expect(body).not.toContain('陳大文');
    expect(metric(lines, 'AuditFailures')).toBe(1);
  });
});
