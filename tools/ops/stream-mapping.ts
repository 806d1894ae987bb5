/**
 * The event source mapping through which a function reads a stream: found, switched off, switched on.
 *
 * Four calls of Lambda's REST API, signed by the SDK's own signer under the credentials that its clients use; the whole
 * client for them would be the largest package of all.
 * Source: AWS Lambda API reference, 2015-03-31.
 * @module
 */
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { DescribeStreamSummaryCommand } from '@aws-sdk/client-kinesis';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Resolving } from '#application/operate/ports.ts';

/** Where and whose. */
export interface StreamReadingOptions {
  /** Gives region and credentials. */
  readonly kinesis: KinesisClient;
  readonly streamName: string;
  /** `FUNCTION_ID` of the function. */
  readonly functionId: string;
  /** That of AWS unless given. */
  readonly endpoint?: string;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Lambda refused, or knows no such mapping. */
export class MappingError extends Error {
  override readonly name = 'MappingError';
}

interface Mapping {
  readonly UUID: string;
  readonly State: string;
  readonly FunctionArn: string;
}

const POLL_MS = 1_000;
/** Looks until a mapping has come to rest: Lambda takes a minute or two. */
const MAX_POLLS = 600;

/** Makes the reading of a stream by a function. */
export const streamReading = (options: StreamReadingOptions): Resolving => {
  const call = lambdaCall(options);
  const settled = async (uuid: string): Promise<Mapping> => {
    for (let poll = 0; poll < MAX_POLLS; poll++) {
      const mapping = await call<Mapping>('GET', `event-source-mappings/${uuid}`);
      if (!mapping.State.endsWith('ing')) return mapping;
      await options.sleep(POLL_MS);
    }
    throw new MappingError(`the mapping ${uuid} has not come to rest within ten minutes`);
  };
  const switchTo = async (enabled: boolean): Promise<boolean> => {
    const { UUID } = await findMapping(options, call);
    const wanted = enabled ? 'Enabled' : 'Disabled';
    if ((await settled(UUID)).State === wanted) return false;
    await call('PUT', `event-source-mappings/${UUID}`, { Enabled: enabled });
    const { State } = await settled(UUID);
    if (State !== wanted) throw new MappingError(`the mapping ${UUID} is ${State}, not ${wanted}`);
    return true;
  };
  return {
    pause: () => switchTo(false),
    resume: async () => {
      await switchTo(true);
    },
  };
};

const findMapping = async (
  { kinesis, streamName, functionId }: StreamReadingOptions,
  call: LambdaCall,
): Promise<Mapping> => {
  const { StreamDescriptionSummary } = await kinesis.send(
    new DescribeStreamSummaryCommand({ StreamName: streamName }),
  );
  const arn = encodeURIComponent(StreamDescriptionSummary?.StreamARN ?? '');
  const { EventSourceMappings = [] } = await call<{
    readonly EventSourceMappings?: readonly Mapping[];
  }>('GET', `event-source-mappings/?EventSourceArn=${arn}`);
  for (const mapping of EventSourceMappings) {
    const name = encodeURIComponent(mapping.FunctionArn);
    const { Environment } = await call<{
      readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> };
    }>('GET', `functions/${name}/configuration`);
    if (Environment?.Variables?.['FUNCTION_ID'] === functionId) return mapping;
  }
  throw new MappingError(`no function ${functionId} reads the stream ${streamName}`);
};

type LambdaCall = <Answer>(method: 'GET' | 'PUT', path: string, body?: object) => Promise<Answer>;

const lambdaCall = ({ kinesis, endpoint }: StreamReadingOptions): LambdaCall => {
  const { credentials, sha256 } = kinesis.config;
  return async <Answer>(method: 'GET' | 'PUT', path: string, body?: object) => {
    const region = await kinesis.config.region();
    const url = new URL(`/2015-03-31/${path}`, endpoint ?? endpointOf(region));
    const text = body && JSON.stringify(body);
    const signer = new SignatureV4({ service: 'lambda', region, credentials, sha256 });
    const { headers } = await signer.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { host: url.host, 'content-type': 'application/json' },
      ...(text === undefined ? {} : { body: text }),
    });
    const answer = await fetch(url, { method, headers, body: text ?? null });
    if (answer.ok) return (await answer.json()) as Answer;
    throw new MappingError(
      `Lambda answers ${answer.status} to ${method} ${url.pathname}: ${await answer.text()}`,
    );
  };
};

const endpointOf = (region: string): string =>
  process.env['AWS_ENDPOINT_URL_LAMBDA'] ??
  `https://lambda.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
