/**
 * Caller: who asks, from what the authorizer has verified and from nothing else.
 *
 * A token of the issuer says client, role, brands, markets and, for the member app, the one customer it is bound to. In
 * the IAM variant the role of the signature is the client, and the policy says the rest.
 * @module
 */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Credentials } from '#domain/serve/access.ts';

interface Authorizer {
  readonly jwt?: { readonly claims: Readonly<Record<string, unknown>> };
  readonly iam?: { readonly userArn?: string };
  readonly lambda?: { readonly client?: unknown };
}

/** Reads the caller of a request. */
export const callerOf = (event: APIGatewayProxyEventV2): Credentials => {
  const { authorizer } = event.requestContext as { readonly authorizer?: Authorizer };
  if (authorizer?.iam) return { client: roleName(authorizer.iam.userArn ?? '') };
  // A client key says who, and the policy's entry for that client says the rest.
  if (authorizer?.lambda) return { client: textOf(authorizer.lambda.client) ?? 'anonymous' };
  const claims = authorizer?.jwt?.claims ?? {};
  const role = textOf(claims['c360_role']);
  const brands = listOf(claims['c360_brands']);
  const markets = listOf(claims['c360_markets']);
  const customer = textOf(claims['c360_customer']);
  return {
    client: textOf(claims['client_id']) ?? textOf(claims['sub']) ?? 'anonymous',
    ...(role === undefined ? {} : { role }),
    ...(brands === undefined ? {} : { brands }),
    ...(markets === undefined ? {} : { markets }),
    ...(customer === undefined ? {} : { customer }),
  };
};

/** `arn:aws-cn:sts::123456789012:assumed-role/crm-desk/session` → `crm-desk` */
const roleName = (arn: string): string => arn.split('/')[1] ?? arn;

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
