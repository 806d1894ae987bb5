/**
 * Answers the few operations of small AWS services that functions and operators call: Secrets Manager and Lambda.
 *
 * Any other operation gets 501 with its name, so that a new call is noticed at once.
 * Wire format: AWS JSON 1.1, the operation in `x-amz-target`; Lambda's is REST.
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { closeNow, listener, listenLocally, readBody } from '../http.ts';
import { answerLambda, type LambdaControl } from './lambda-api.ts';
import { SecretStore, type StoredSecret } from './secret-store.ts';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

type Operation = (request: Readonly<Record<string, unknown>>) => Answer;

/** The running server. */
export interface SideServices {
  readonly endpoint: string;
  readonly secrets: SecretStore;
  /** Answers for Lambda from now on. */
  serveLambda(control: LambdaControl): void;
  close(): void;
}

/**
 * Starts the server.
 * @param path the file that keeps the secrets
 * @param arnOf the ARN of a secret created by a caller
 */
export const startSideServices = async (
  path: string,
  port: number,
  arnOf: (name: string) => string,
): Promise<SideServices> => {
  const secrets = new SecretStore(path);
  const operations = secretsManager(secrets, arnOf);
  let lambda: LambdaControl | undefined;
  const server = createServer(
    listener((request, response) => respond({ operations, lambda }, request, response)),
  );
  const endpoint = await listenLocally(server, port);
  return {
    endpoint,
    secrets,
    serveLambda: (control) => {
      lambda = control;
    },
    close: () => closeNow(server),
  };
};

interface Services {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly lambda: LambdaControl | undefined;
}

const respond = async (
  { operations, lambda }: Services,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const { method = '', url = '' } = request;
  const target = String(request.headers['x-amz-target'] ?? `${method} ${url}`);
  const body = (await readBody(request, Number.POSITIVE_INFINITY))?.toString() ?? '';
  const operation = operations[target];
  const answer = operation
    ? operation(JSON.parse(body || '{}') as Record<string, unknown>)
    : ((lambda && answerLambda(lambda, method, url, body)) ??
      failed(501, 'NotImplemented', `the local cloud does not answer ${target}`));
  response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(answer.body));
};

const failed = (status: number, type: string, message: string): Answer => ({
  status,
  body: { __type: type, message },
});

const secretsManager = (
  store: SecretStore,
  arnOf: (name: string) => string,
): Readonly<Record<string, Operation>> => {
  const withSecret =
    (shape: (secret: StoredSecret) => unknown): Operation =>
    ({ SecretId }) => {
      const secret = store.find(String(SecretId));
      return secret
        ? { status: 200, body: shape(secret) }
        : failed(400, 'ResourceNotFoundException', `no secret is called ${SecretId}`);
    };
  return {
    'secretsmanager.GetSecretValue': withSecret((secret) => ({
      ...described(secret),
      SecretString: secret.value,
      VersionStages: ['AWSCURRENT'],
      VersionId: secret.versionId,
    })),
    'secretsmanager.DescribeSecret': withSecret((secret) => ({
      ...described(secret),
      VersionIdsToStages: { [secret.versionId]: ['AWSCURRENT'] },
    })),
    'secretsmanager.PutSecretValue': (request) => {
      const secret = store.replace(String(request['SecretId']), String(request['SecretString']));
      return secret
        ? { status: 200, body: { ...described(secret), VersionId: secret.versionId } }
        : failed(400, 'ResourceNotFoundException', `no secret is called ${request['SecretId']}`);
    },
    'secretsmanager.CreateSecret': ({ Name, SecretString }) =>
      createSecret(store, arnOf, String(Name), String(SecretString ?? '')),
  };
};

const createSecret = (
  store: SecretStore,
  arnOf: (name: string) => string,
  name: string,
  value: string,
): Answer => {
  if (store.find(name)) return failed(400, 'ResourceExistsException', `${name} exists`);
  const secret = store.create(name, arnOf(name), value);
  return { status: 200, body: { ...described(secret), VersionId: secret.versionId } };
};

const described = (secret: StoredSecret) => ({
  ARN: secret.arn,
  Name: secret.name,
  CreatedDate: secret.createdAt / 1000,
});
