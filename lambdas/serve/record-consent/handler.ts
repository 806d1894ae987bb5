/**
 * serve/record-consent: `POST /v1/profiles/{identifier}/consents`.
 * @module
 */
import { sequenceDigits, sha256 } from '#adapters/crypto/sha256.ts';
import { makeKinesisClient } from '#adapters/kinesis/client.ts';
import { makePublish } from '#adapters/kinesis/publish.ts';
import type { OncePorts } from '#application/serve/answer-once.ts';
import {
  type ConsentPorts,
  recordConsent,
  type SaidDecision,
} from '#application/serve/record-consent.ts';
import { success } from '#domain/shared/result.ts';
import { type AnswerOperation, type ApiRequest, makeApi } from '../../shared/api.ts';
import { countAuditFailure } from '../../shared/audit-failures.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { idempotencyKey, withOnce } from '../../shared/once.ts';
import { makeTelemetry, type Telemetry } from '../../shared/telemetry.ts';
import {
  bindAudit,
  bindDefinitions,
  bindPseudonymiser,
  bindTable,
  boundForAWhile,
  sleep,
  wallClock,
} from '../../shared/wiring.ts';

type Ports = ConsentPorts & OncePorts;

/** Makes the handler on given ports. */
export const makeHandler = (ports: () => Promise<Ports>, telemetry: Telemetry) => {
  const answer: AnswerOperation = async (request) => {
    const bound = await ports();
    const result = await recordConsent(bound, consentRequest(request, bound));
    telemetry.count('ConsentsRecorded', result.ok ? 1 : 0);
    countAuditFailure(telemetry, result);
    return result.ok ? success({ status: 202, body: result.value }) : result;
  };
  const answers = { recordConsent: withOnce(ports, answer) };
  return makeApi('consents', answers, { telemetry, clock: wallClock });
};

const consentRequest = (request: ApiRequest, { hash }: Ports) => {
  const { parameters, headers, requestId, operation, caller } = request;
  const key = idempotencyKey(request);
  // A repetition makes the same row even when the answer to the first is forgotten.
  const named = key === undefined ? requestId : hash(JSON.stringify([caller.client, key]));
  return {
    requestId,
    operation: operation.id,
    identifier: parameters['identifier'] ?? '',
    caller,
    purpose: headers['x-purpose'],
    decisionId: named.slice(0, 40),
    decision: request.body as SaidDecision,
  };
};

const env = readEnvironment(
  'AUDIT_TABLE_NAME',
  'DEFINITIONS_BUCKET',
  'FUNCTION_ID',
  'PEPPER_SECRET_ARN',
  'STREAM_NAME',
  'TABLE_NAME',
);
const table = bindTable(env.TABLE_NAME);
const { current } = bindDefinitions(table, env.DEFINITIONS_BUCKET);
const publish = makePublish(makeKinesisClient({}), env.STREAM_NAME);

/** Bound to the table and the change stream. */
export const handler = makeHandler(
  boundForAWhile(async (): Promise<Ports> => {
    const pseudonymise = await bindPseudonymiser(env.PEPPER_SECRET_ARN);
    const audit = bindAudit(env.AUDIT_TABLE_NAME, pseudonymise);
    const ports = { table, definitions: current, pseudonymise, audit, clock: wallClock, sleep };
    return { ...ports, publish, digits: sequenceDigits, hash: sha256 };
  }),
  makeTelemetry(env.FUNCTION_ID),
);
