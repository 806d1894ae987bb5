/**
 * The routes that read customers on memory stores: records in, requests asked, every answer checked against its schema.
 */
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { expect } from 'vitest';
import { sha256 } from '#adapters/crypto/sha256.ts';
import type { CurrentDefinitions } from '#application/shared/ports.ts';
import type { Operation } from '#domain/serve/operation.ts';
import { OPERATIONS } from '#domain/serve/operations.ts';
import { PROBLEMS } from '#domain/serve/problems.ts';
import { ProblemAnswer } from '#domain/serve/schemas.ts';
import { must } from '#domain/shared/assert.ts';
import { anAuditLog } from './audit-log.ts';
import { type AskedOf, apiEvent, CONTEXT } from './lambda.ts';
import { keepAllLookups } from './lookups.ts';
import { aPipeline, DEMO, NOW } from './pipeline.ts';

const operations: readonly Operation[] = OPERATIONS;

/** What a test sees of an answer. */
export interface SeenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  readonly body: any;
}

/** Checks an answer against what its operation promises. */
export const expectPromised = (
  { answers, problems, id }: Operation,
  { statusCode = 0, body = '' }: APIGatewayProxyStructuredResultV2,
): void => {
  const promised = answers[statusCode]?.schema;
  const parsed = JSON.parse(body);
  if (promised) {
    expect(promised.safeParse(parsed).error, `${id} ${statusCode}`).toBeUndefined();
    return;
  }
  expect(ProblemAnswer.safeParse(parsed).error).toBeUndefined();
  expect(problems, `${id} ${statusCode}`).toContain(parsed.code);
  expect(statusCode).toBe(PROBLEMS[parsed.code as keyof typeof PROBLEMS].status);
};

/** The routes over these records. Call after `aLambda()`. */
export const anApi = (...records: readonly string[]) => anApiUnder(DEMO, ...records);

/** The routes over these records, under given definitions. */
export const anApiUnder = async (current: CurrentDefinitions, ...records: readonly string[]) => {
  const { makeHandler } = await import('../../lambdas/serve/get-profile/handler.ts');
  const { makeTelemetry } = await import('../../lambdas/shared/telemetry.ts');
  const pipeline = aPipeline({ current });
  await pipeline.resolve(...records);
  await pipeline.refresh();
  const { pseudonymise } = pipeline.ports;
  const changes = pipeline.table.dump().map((after) => ({ after, sequence: '1' }));
  await keepAllLookups({ table: pipeline.table, pseudonymise }, changes);
  const audit = anAuditLog();
  const ports = {
    ...pipeline.ports,
    definitions: async () => current,
    audit: audit.log,
    sign: (...parts: readonly string[]) => sha256(JSON.stringify(['key', ...parts])),
    clock: () => NOW,
    sleep: async () => {},
  };
  const handler = makeHandler(async () => ports, makeTelemetry('serve/get-profile'));
  const ask = async (id: string, asked: AskedOf = {}): Promise<SeenAnswer> => {
    const operation = must(
      operations.find((each) => each.id === id),
      'operation',
    );
    const claims = asked.claims ?? { c360_role: 'admin' };
    const answer = (await handler(
      apiEvent(`${operation.method} ${operation.path}`, { ...asked, claims }),
      CONTEXT,
    )) as APIGatewayProxyStructuredResultV2;
    expectPromised(operation, answer);
    return {
      status: answer.statusCode ?? 0,
      headers: answer.headers ?? {},
      body: JSON.parse(answer.body ?? ''),
    };
  };
  return { ...pipeline, audit, ask, served: ports };
};
