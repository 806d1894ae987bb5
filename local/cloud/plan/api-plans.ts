/**
 * Plans of the HTTP APIs: an API with its routes, their integrations and their authorizers.
 * @module
 */
import { z } from 'zod';
import type { Resolver } from '../template/resolver.ts';
import { type LocatedResource, TemplateError } from '../template/types.ts';
import { functionOf } from './function-plans.ts';
import type { ApiPlan, AuthorizerPlan, FunctionPlan, RoutePlan, ThrottlePlan } from './model.ts';
import { flag, identityOf, integer, readProperties } from './reader.ts';

const API = z.object({
  ProtocolType: z.literal('HTTP'),
  CorsConfiguration: z
    .object({
      AllowOrigins: z.array(z.string()),
      AllowMethods: z.array(z.string()).default([]),
      AllowHeaders: z.array(z.string()).default([]),
      MaxAge: integer.optional(),
    })
    .optional(),
});

const ROUTE = z.object({
  ApiId: z.string(),
  RouteKey: z.string(),
  Target: z.string(),
  AuthorizationType: z.enum(['NONE', 'JWT', 'CUSTOM', 'AWS_IAM']).default('NONE'),
  AuthorizerId: z.string().optional(),
  AuthorizationScopes: z.array(z.string()).default([]),
});

const INTEGRATION = z.object({
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal('2.0'),
  TimeoutInMillis: integer.default(30_000),
});

const TOKEN_AUTHORIZER = z.object({
  AuthorizerType: z.literal('JWT'),
  IdentitySource: z.array(z.string()).min(1),
  JwtConfiguration: z.object({ Issuer: z.string(), Audience: z.array(z.string()).default([]) }),
});

const FUNCTION_AUTHORIZER = z.object({
  AuthorizerType: z.literal('REQUEST'),
  IdentitySource: z.array(z.string()).length(1),
  AuthorizerUri: z.string(),
  AuthorizerPayloadFormatVersion: z.literal('2.0'),
  EnableSimpleResponses: flag.pipe(z.literal(true)),
});

const ROUTE_SETTINGS = z.object({
  ThrottlingBurstLimit: integer.optional(),
  ThrottlingRateLimit: z.coerce.number().optional(),
});

const STAGE = z.object({
  ApiId: z.string(),
  StageName: z.string(),
  DefaultRouteSettings: ROUTE_SETTINGS.optional(),
  RouteSettings: z.record(z.string(), ROUTE_SETTINGS).default({}),
});

/** The plan of an AWS::ApiGatewayV2::Api together with all that refers to it. */
export const planApi = (
  resolver: Resolver,
  located: LocatedResource,
  everything: readonly LocatedResource[],
  functions: readonly FunctionPlan[],
): ApiPlan => {
  const { CorsConfiguration: cors } = readProperties(resolver, located, API);
  const apiId = resolver.refOf(located);
  const of = (type: string) => everything.filter(({ resource }) => resource.Type === type);
  const routes = of('AWS::ApiGatewayV2::Route')
    .map((route) => ({ route, it: readProperties(resolver, route, ROUTE) }))
    .filter(({ it }) => it.ApiId === apiId);
  return {
    ...identityOf(resolver, located),
    routes: routes.map(({ route, it }) => planRoute(resolver, route, it, { of, functions })),
    ...planStage(resolver, of('AWS::ApiGatewayV2::Stage'), apiId),
    cors: cors && {
      origins: cors.AllowOrigins,
      methods: cors.AllowMethods,
      headers: cors.AllowHeaders,
      maxAgeSeconds: cors.MaxAge,
    },
  };
};

interface Surroundings {
  readonly of: (type: string) => readonly LocatedResource[];
  readonly functions: readonly FunctionPlan[];
}

const planRoute = (
  resolver: Resolver,
  located: LocatedResource,
  route: z.infer<typeof ROUTE>,
  { of, functions }: Surroundings,
): RoutePlan => {
  const named = (type: string, reference: string) =>
    of(type).find((candidate) => resolver.refOf(candidate) === reference) ??
    missing(located, `${type} "${reference}"`);
  const target = named('AWS::ApiGatewayV2::Integration', route.Target.replace('integrations/', ''));
  const integration = readProperties(resolver, target, INTEGRATION);
  return {
    routeKey: route.RouteKey,
    functionName: functionOf(target, integration.IntegrationUri, functions).name,
    timeoutMs: integration.TimeoutInMillis,
    authorizer: authorizerOf(route, () =>
      planAuthorizer(
        resolver,
        named('AWS::ApiGatewayV2::Authorizer', route.AuthorizerId ?? ''),
        functions,
      ),
    ),
    scopes: route.AuthorizationScopes,
  };
};

const authorizerOf = (
  { AuthorizationType: type }: z.infer<typeof ROUTE>,
  named: () => AuthorizerPlan,
): AuthorizerPlan | undefined => {
  if (type === 'NONE') return undefined;
  return type === 'AWS_IAM' ? { kind: 'signature' } : named();
};

const planAuthorizer = (
  resolver: Resolver,
  located: LocatedResource,
  functions: readonly FunctionPlan[],
): AuthorizerPlan => {
  if (located.resource.Properties?.['AuthorizerType'] === 'REQUEST') {
    return planFunctionAuthorizer(resolver, located, functions);
  }
  const it = readProperties(resolver, located, TOKEN_AUTHORIZER);
  return {
    kind: 'token',
    issuer: it.JwtConfiguration.Issuer,
    audience: it.JwtConfiguration.Audience,
    identitySource: String(it.IdentitySource[0]),
  };
};

const planFunctionAuthorizer = (
  resolver: Resolver,
  located: LocatedResource,
  functions: readonly FunctionPlan[],
): AuthorizerPlan => {
  const it = readProperties(resolver, located, FUNCTION_AUTHORIZER);
  // `arn:…:apigateway:region:lambda:path/2015-03-31/functions/<arn>/invocations`
  const arn = it.AuthorizerUri.split('/functions/')[1]?.replace('/invocations', '') ?? '';
  return {
    kind: 'function',
    functionName: functionOf(located, arn, functions).name,
    identitySource: String(it.IdentitySource[0]),
  };
};

const planStage = (
  resolver: Resolver,
  stages: readonly LocatedResource[],
  apiId: string,
): Pick<ApiPlan, 'stageName' | 'throttle' | 'routeThrottles'> => {
  const stage = stages
    .map((located) => readProperties(resolver, located, STAGE))
    .find((it) => it.ApiId === apiId);
  const own = Object.entries(stage?.RouteSettings ?? {}).flatMap(([routeKey, settings]) => {
    const throttle = throttleIn(settings);
    return throttle ? [[routeKey, throttle] as const] : [];
  });
  return {
    stageName: stage?.StageName ?? '$default',
    throttle: throttleIn(stage?.DefaultRouteSettings),
    routeThrottles: Object.fromEntries(own),
  };
};

const throttleIn = (
  settings: z.infer<typeof ROUTE_SETTINGS> | undefined,
): ThrottlePlan | undefined => {
  const ratePerSecond = settings?.ThrottlingRateLimit;
  if (ratePerSecond === undefined) return undefined;
  return { ratePerSecond, burst: settings?.ThrottlingBurstLimit ?? ratePerSecond };
};

const missing = ({ stack, logicalId }: LocatedResource, what: string): never => {
  throw new TemplateError({ stack: stack.name, logicalId, path: [] }, `there is no ${what}`);
};
