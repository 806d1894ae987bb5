/**
 * The inside of an execution environment: loads a bundle and calls its handler, one event at a time.
 *
 * Lambda's Node.js runtime brings the AWS SDK along, and bundles leave it out; here it is resolved from this
 * project when the bundle's own folder has none. The functions' own S3 adapter sets `forcePathStyle` when
 * AWS_ENDPOINT_URL_S3 is set: no environment variable of the SDK does that.
 * @module
 */
import { registerHooks } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { guardRequests } from '../permissions/guard-requests.ts';
import type {
  EnvironmentMessage,
  EnvironmentSettings,
  FunctionError,
  InvokeMessage,
} from './messages.ts';

type Handler = (event: unknown, context: object) => unknown;

const settings = workerData as EnvironmentSettings;
const PROVIDED_BY_LAMBDA = /^@(aws-sdk|smithy)\//;

const say = (message: EnvironmentMessage): void => parentPort?.postMessage(message);

registerHooks({
  resolve: (specifier, context, next) => {
    try {
      return next(specifier, context);
    } catch (error) {
      if (!PROVIDED_BY_LAMBDA.test(specifier)) throw error;
      return next(specifier, { ...context, parentURL: import.meta.url });
    }
  },
});

const errorOf = (error: unknown): FunctionError =>
  error instanceof Error
    ? {
        errorType: error.name,
        errorMessage: error.message,
        trace: String(error.stack).split('\n'),
      }
    : { errorType: typeof error, errorMessage: String(error), trace: [] };

const contextOf = ({ requestId, deadline }: InvokeMessage): object => ({
  functionName: settings.functionName,
  functionVersion: '$LATEST',
  invokedFunctionArn: settings.functionArn,
  memoryLimitInMB: String(settings.memoryMb),
  awsRequestId: requestId,
  logGroupName: `/aws/lambda/${settings.functionName}`,
  logStreamName: settings.logStream,
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
});

const load = async (): Promise<Handler> => {
  const module = (await import(settings.module)) as Record<string, unknown>;
  const handler = module[settings.exportName];
  if (typeof handler !== 'function')
    throw new TypeError(`${settings.exportName} is undefined or not exported`);
  return handler as Handler;
};

const handle = async (handler: Handler, message: InvokeMessage): Promise<void> => {
  try {
    const result = await handler(JSON.parse(message.event), contextOf(message));
    // A handler that returns nothing answers `null`, as on Lambda.
    say({ kind: 'result', payload: JSON.stringify(result) ?? 'null' });
  } catch (error) {
    say({ kind: 'error', error: errorOf(error) });
  }
};

if (process.env['NODE_OPTIONS']?.includes('--enable-source-maps'))
  process.setSourceMapsEnabled(true);

guardRequests(settings.guarded, (call) => say({ kind: 'refused', call }));

try {
  const handler = await load();
  parentPort?.on('message', (message: InvokeMessage) => void handle(handler, message));
  say({ kind: 'ready' });
} catch (error) {
  say({ kind: 'init-failed', error: errorOf(error) });
}
