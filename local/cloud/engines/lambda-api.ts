/**
 * The few operations of the Lambda API that operators call: finding an event source mapping, and switching it off and on.
 *
 * Wire format: REST with JSON. Source: AWS Lambda API reference, ListEventSourceMappings, GetEventSourceMapping,
 * UpdateEventSourceMapping, GetFunctionConfiguration.
 * @module
 */

/** States of a mapping as Lambda names them. */
export type MappingState = 'Enabled' | 'Disabling' | 'Disabled' | 'Enabling';

/** A mapping as Lambda describes it. */
export interface MappingDescription {
  readonly UUID: string;
  readonly State: MappingState;
  readonly EventSourceArn: string;
  readonly FunctionArn: string;
}

/** What answers ask of whoever runs mappings and functions. */
export interface LambdaControl {
  mappings(): readonly MappingDescription[];
  /** Begins to switch a mapping on or off. */
  setEnabled(uuid: string, enabled: boolean): void;
  /** Variables of a function by name or ARN. */
  environment(name: string): Readonly<Record<string, string>> | undefined;
}

/** An answer with its status. */
export interface LambdaAnswer {
  readonly status: number;
  readonly body: unknown;
}

const ROOT = '/2015-03-31/';

/** Answers a request; `undefined` when it is none of these operations. */
export const answerLambda = (
  control: LambdaControl,
  method: string,
  url: string,
  body: string,
): LambdaAnswer | undefined => {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  if (!pathname.startsWith(ROOT)) return undefined;
  const [kind, id = '', what = ''] = pathname.slice(ROOT.length).split('/').map(decodeURIComponent);
  if (kind === 'functions' && what === 'configuration' && method === 'GET')
    return configuration(control, id);
  if (kind !== 'event-source-mappings') return undefined;
  if (id === '') return method === 'GET' ? list(control, searchParams) : undefined;
  const known = control.mappings().find(({ UUID }) => UUID === id);
  if (!known) return missing(`no event source mapping ${id}`);
  if (method === 'GET') return { status: 200, body: known };
  return method === 'PUT' ? update(control, known, body) : undefined;
};

// An engine may name another account than the templates; the name of the stream is the same.
const list = (control: LambdaControl, asked: URLSearchParams): LambdaAnswer => {
  const source = asked.get('EventSourceArn');
  const mappings = control
    .mappings()
    .filter(({ EventSourceArn }) => source === null || nameIn(EventSourceArn) === nameIn(source));
  return { status: 200, body: { EventSourceMappings: mappings } };
};

const nameIn = (arn: string): string => arn.split(':').slice(5).join(':');

const update = (control: LambdaControl, known: MappingDescription, body: string): LambdaAnswer => {
  if (known.State === 'Disabling' || known.State === 'Enabling')
    return {
      status: 400,
      body: { Type: 'User', Message: 'ResourceInUseException: the mapping is in transition' },
    };
  const { Enabled } = JSON.parse(body || '{}') as { readonly Enabled?: boolean };
  if (Enabled !== undefined) control.setEnabled(known.UUID, Enabled);
  const now = control.mappings().find(({ UUID }) => UUID === known.UUID);
  return { status: 202, body: now };
};

const configuration = (control: LambdaControl, name: string): LambdaAnswer => {
  const variables = control.environment(name);
  return variables
    ? { status: 200, body: { Environment: { Variables: variables } } }
    : missing(`no function ${name}`);
};

const missing = (message: string): LambdaAnswer => ({
  status: 404,
  body: { Type: 'User', Message: message },
});
