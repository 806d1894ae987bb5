/**
 * serve/answer-rights: the routes by which the rights of customers are exercised. They note what is asked; what takes long is
 * done by functions of its own.
 * @module
 */
import { randomText, sha256 } from '#adapters/crypto/sha256.ts';
import { makeS3Client } from '#adapters/s3/client.ts';
import { S3ObjectStore } from '#adapters/s3/object-store.ts';
import { makeLinks } from '#adapters/s3/signed-link.ts';
import type { OncePorts } from '#application/serve/answer-once.ts';
import {
  type CorrectionPorts,
  type CorrectionQuestion,
  type CorrectionStatus,
  listCorrections,
  readCorrection,
  requestCorrection,
} from '#application/serve/correct-customer.ts';
import { type ErasePorts, eraseOnRequest, readErasure } from '#application/serve/erase-request.ts';
import {
  askForExtract,
  type ExtractQuestion,
  type ExtractRequestPorts,
  readExtract,
} from '#application/serve/extract-request.ts';
import type { ProfileRequest } from '#application/serve/read-profile.ts';
import type { ApiProblem } from '#domain/serve/problems.ts';
import { type Result, success } from '#domain/shared/result.ts';
import type { ApiAnswer } from '../../shared/answer.ts';
import { type AnswerOperation, type ApiRequest, makeApi } from '../../shared/api.ts';
import { countingAuditFailures } from '../../shared/audit-failures.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { withOnce } from '../../shared/once.ts';
import { makeTelemetry, type Telemetry } from '../../shared/telemetry.ts';
import {
  bindAudit,
  bindDefinitions,
  bindMark,
  bindPseudonymiser,
  bindTable,
  boundForAWhile,
  sleep,
  wallClock,
} from '../../shared/wiring.ts';

/** What the routes need. */
export type RightsPorts = ErasePorts & ExtractRequestPorts & CorrectionPorts & OncePorts;

/** Makes the handler on given ports. */
export const makeHandler = (ports: () => Promise<RightsPorts>, telemetry: Telemetry) =>
  makeApi('rights', countingAuditFailures(rightsAnswers(ports), telemetry), {
    telemetry,
    clock: wallClock,
  });

const rightsAnswers = (
  ports: () => Promise<RightsPorts>,
): Readonly<Record<string, AnswerOperation>> => ({
  eraseCustomer: withOnce(ports, async (request) => {
    const asked = await eraseOnRequest(await ports(), profileRequest(request));
    if (!asked.ok) return asked;
    const headers = { location: `/v1/erasures/${asked.value.erasureId}` };
    return success({ status: 202, body: asked.value, headers });
  }),
  getErasure: async (request) => {
    const id = request.parameters['erasureId'] ?? '';
    const read = await readErasure(await ports(), profileRequest(request), id);
    return read.ok ? success({ body: read.value }) : read;
  },
  // The answer names source rows, and a row key may be a card number.
  requestCorrection: withOnce(
    ports,
    async (request) => {
      const question = request.body as CorrectionQuestion;
      return noted(await requestCorrection(await ports(), profileRequest(request), question));
    },
    {
      keep: ({ body }) => (body as CorrectionStatus).correctionId,
      recall: async (request, id) =>
        noted(await readCorrection(await ports(), profileRequest(request), id)),
    },
  ),
  listCorrections: async (request) => {
    const listed = await listCorrections(await ports(), profileRequest(request));
    return listed.ok ? success({ body: listed.value }) : listed;
  },
  createExtract: withOnce(ports, async (request) => {
    const question = request.body as ExtractQuestion;
    const asked = await askForExtract(await ports(), profileRequest(request), question);
    if (!asked.ok) return asked;
    const headers = { location: `/v1/extracts/${asked.value.extractId}` };
    return success({ status: 202, body: asked.value, headers });
  }),
  getExtract: async (request) => {
    const id = request.parameters['extractId'] ?? '';
    const read = await readExtract(await ports(), profileRequest(request), id);
    return read.ok ? success({ body: read.value }) : read;
  },
});

const noted = (result: Result<CorrectionStatus, ApiProblem>): Result<ApiAnswer, ApiProblem> =>
  result.ok ? success({ status: 201, body: result.value }) : result;

const profileRequest = (request: ApiRequest): ProfileRequest => {
  const { parameters, caller, headers, requestId, operation } = request;
  return {
    requestId,
    operation: operation.id,
    identifier: parameters['identifier'] ?? '',
    caller,
    purpose: headers['x-purpose'],
    minVersion: undefined,
    timeoutMs: undefined,
  };
};

const env = readEnvironment(
  'AUDIT_TABLE_NAME',
  'DEFINITIONS_BUCKET',
  'ERASURE_KEY_SECRET_ARN',
  'FUNCTION_ID',
  'PEPPER_SECRET_ARN',
  'RIGHTS_BUCKET',
  'TABLE_NAME',
);
const table = bindTable(env.TABLE_NAME);
const { current } = bindDefinitions(table, env.DEFINITIONS_BUCKET);

const client = makeS3Client();

const productionPorts = boundForAWhile(async (): Promise<RightsPorts> => {
  const pseudonymise = await bindPseudonymiser(env.PEPPER_SECRET_ARN);
  return {
    table,
    definitions: current,
    pseudonymise,
    audit: bindAudit(env.AUDIT_TABLE_NAME, pseudonymise),
    mark: await bindMark(env.ERASURE_KEY_SECRET_ARN),
    rights: new S3ObjectStore(client, env.RIGHTS_BUCKET),
    linkTo: makeLinks(client, env.RIGHTS_BUCKET, wallClock),
    newId: randomText,
    hash: sha256,
    clock: wallClock,
    sleep,
  };
});

/** Bound to the tables and the bucket of certificates. */
export const handler = makeHandler(productionPorts, makeTelemetry(env.FUNCTION_ID));
