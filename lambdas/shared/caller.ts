/**
 * Caller: who asks, from what the authorizer has verified and from nothing else.
 *
 * A token of the issuer says client, role, brands, markets and, for the member app, the one customer it is bound to. A
 * signature says which IAM principal signed; whose client that is, its scopes and the rest stand in the access policy.
 * @module
 */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Credentials } from '#domain/serve/access.ts';
import type { Operation } from '#domain/serve/operation.ts';

interface Authorizer {
  readonly jwt?: { readonly claims: Readonly<Record<string, unknown>> };
  readonly iam?: { readonly userArn?: string };
  readonly lambda?: { readonly client?: unknown };
}

/** Reads the caller of a request for an operation. */
export const callerOf = (
  event: APIGatewayProxyEventV2,
  operation: Pick<Operation, 'scope'> | undefined,
): Credentials => {
  const { accountId, authorizer } = event.requestContext as {
    readonly accountId?: string;
    readonly authorizer?: Authorizer;
  };
  if (authorizer?.iam) return signerOf(authorizer.iam.userArn ?? '', accountId, operation?.scope);
  // A client key says who, and the policy's entry for that client says the rest.
  if (authorizer?.lambda) return { client: textOf(authorizer.lambda.client) ?? 'anonymous' };
  return holderOf(authorizer?.jwt?.claims ?? {});
};

const holderOf = (claims: Readonly<Record<string, unknown>>): Credentials => {
  const role = textOf(claims['c360_role']);
  const brands = listOf(claims['c360_brands']);
  const markets = listOf(claims['c360_markets']);
  // A claim that is there and says nobody binds to nobody: an issuer that knows no customer must not open all of them.
  const bound = claims['c360_customer'];
  const customer = bound === undefined ? undefined : (textOf(bound) ?? '');
  return {
    client: textOf(claims['client_id']) ?? textOf(claims['sub']) ?? 'anonymous',
    ...(role === undefined ? {} : { role }),
    ...(brands === undefined ? {} : { brands }),
    ...(markets === undefined ? {} : { markets }),
    ...(customer === undefined ? {} : { customer }),
  };
};

// `arn:aws-cn:sts::123456789012:assumed-role/crm-desk/session` or `arn:aws-cn:iam::123456789012:user/path/bi`
const signerOf = (
  arn: string,
  ownAccount: string | undefined,
  scope: Operation['scope'],
): Credentials => {
  const [, , , , account = '', ...rest] = arn.split(':');
  const [kind = '', ...names] = rest.join(':').split('/');
  const isSession = kind === 'assumed-role';
  const named = isSession ? `role/${names[0] ?? ''}` : [kind, ...names].join('/');
  const session = isSession ? names.slice(1).join('/') : '';
  const principal = account === ownAccount ? named : `${account}:${named}`;
  return {
    client: principal,
    signature: {
      principal,
      ...(session === '' ? {} : { session }),
      ...(scope === undefined ? {} : { scope }),
    },
  };
};

const textOf = (claim: unknown): string | undefined =>
  typeof claim === 'string' && claim !== '' ? claim : undefined;

/** API Gateway hands a list on as `[a b]`; an issuer that knows only text writes `a b` or `a,b`. */
const listOf = (claim: unknown): readonly string[] | undefined => {
  if (Array.isArray(claim)) return claim.map(String);
  return typeof claim === 'string'
    ? claim
        .replace(/^\[|\]$/g, '')
        .split(/[\s,]+/)
        .filter(Boolean)
    : undefined;
};
