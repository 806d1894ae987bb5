/**
 * ServeStack: the HTTP API, its routes made from the list of operations.
 *
 * Every route that reads anything asks for a token of the configured issuer and for a scope, or, in the IAM variant,
 * for a signature. What is open to anybody is answered by a function that may do nothing.
 * @module
 */
import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CfnStage,
  CorsHttpMethod,
  type CorsPreflightOptions,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
  PayloadFormatVersion,
} from 'aws-cdk-lib/aws-apigatewayv2';
import {
  HttpIamAuthorizer,
  HttpJwtAuthorizer,
  HttpLambdaAuthorizer,
  HttpLambdaResponseType,
} from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { FilterCriteria, FilterRule } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct, IConstruct } from 'constructs';
import { EXTRACTS } from '#application/shared/extracts.ts';
import type { KeyUse, Operation, OperationGroup } from '#domain/serve/operation.ts';
import { OPERATIONS, routeKeyOf } from '#domain/serve/operations.ts';
import type { FunctionId } from '../config/function-ids.ts';
import {
  grantAudit,
  grantDefinitions,
  grantObjects,
  grantOnce,
  grantPublish,
  grantSecret,
  grantTable,
  TABLE_READS,
} from '../constructs/grants.ts';
import { CERTIFICATES } from '../constructs/object-prefixes.ts';
import {
  AUDIT_CHAINS,
  AUDIT_TALLIES,
  CLIENT_KEYS,
  DECISIONS,
  FRESHNESS,
  GRAPH,
  LOOKUPS,
  METRICS,
  REQUESTS,
  RUNNING_ERASURES,
  RUNNING_EXTRACTS,
  SERVABLE,
} from '../constructs/partitions.ts';
import { StageFunction } from '../constructs/stage-function.ts';
import { streamMapping } from '../constructs/stream-mapping.ts';
import type { StageStackProps } from './identity-stack.ts';

/** What an answer about a customer is made of, and how fresh it is. */
const OF_CUSTOMERS = [...GRAPH, FRESHNESS];

/** What the access log keeps: the route but never the path, which holds identifiers. */
const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    requestTime: '$context.requestTime',
    subject: '$context.authorizer.claims.sub',
    route: '$context.routeKey',
    status: '$context.status',
    responseLength: '$context.responseLength',
    latencyMs: '$context.responseLatency',
    error: '$context.error.messageString',
  }),
);

/** The API, its authorizer and its functions. */
export class ServeStack extends Stack {
  readonly api: HttpApi;
  readonly getProfile: StageFunction;
  readonly recordConsent: StageFunction;
  readonly listSources: StageFunction;
  readonly describeApi: StageFunction;
  readonly authorizeKey: StageFunction;
  readonly acceptEvents: StageFunction;
  readonly chainAudit: StageFunction;
  readonly answerRights: StageFunction;
  /** Routes that ask for no token. */
  readonly openRoutes: IConstruct[] = [];
  private readonly eventRoutes: HttpRoute[] = [];

  constructor(scope: Construct, id: string, props: StageStackProps) {
    super(scope, id, props);
    const { data } = props;
    this.getProfile = this.makeReader('serve/get-profile', 'answers with one profile', props, {
      PEPPER_SECRET_ARN: data.pepper.secretArn,
      AUDIT_TABLE_NAME: data.audit.tableName,
    });
    grantTable(this.getProfile, data, TABLE_READS, [...OF_CUSTOMERS, DECISIONS, LOOKUPS]);
    grantSecret(this.getProfile, data.pepper);
    grantAudit(this.getProfile, data);
    this.recordConsent = this.makeConsents(props);
    this.authorizeKey = this.makeFunction('serve/authorize-key', 'knows client keys', props, {
      TABLE_NAME: data.table.tableName,
    });
    grantTable(this.authorizeKey, data, ['BatchGetItem'], [CLIENT_KEYS]);
    this.acceptEvents = this.makeFunction('serve/accept-events', 'takes events in', props, {
      STREAM_NAME: data.changes.streamName,
    });
    grantPublish(this.acceptEvents, data);
    this.chainAudit = this.makeChain(props);
    this.answerRights = this.makeRights(props);
    this.listSources = this.makeReader('serve/list-sources', 'answers with freshness', props);
    grantTable(this.listSources, data, ['BatchGetItem'], [SERVABLE, METRICS]);
    grantTable(this.listSources, data, ['Query'], [FRESHNESS]);

    this.describeApi = this.makeFunction(
      'serve/describe-api',
      'answers with the description of the API',
      props,
      {},
    );

    this.api = this.makeApi(props);
    this.addRoutes(props);
    this.addStage(props);
    new CfnOutput(this, 'ApiUrl', { value: this.api.apiEndpoint });
  }

  private makeConsents(props: StageStackProps): StageFunction {
    const { data } = props;
    const consents = this.makeReader('serve/record-consent', 'takes down consents', props, {
      PEPPER_SECRET_ARN: data.pepper.secretArn,
      AUDIT_TABLE_NAME: data.audit.tableName,
      STREAM_NAME: data.changes.streamName,
    });
    grantTable(consents, data, TABLE_READS, OF_CUSTOMERS);
    grantSecret(consents, data.pepper);
    grantAudit(consents, data);
    grantOnce(consents, data);
    grantPublish(consents, data);
    return consents;
  }

  private makeChain({ data, settings }: StageStackProps): StageFunction {
    const chain = new StageFunction(this, 'serve/chain-audit', {
      settings,
      logsKey: data.operationsKey,
      description: 'puts audit entries into their hash chain',
      memoryMb: 512,
      timeoutSeconds: 60,
      environment: {
        AUDIT_TABLE_NAME: data.audit.tableName,
        BULK_READS_PER_HOUR: String(settings.bulkReadsPerHour),
      },
    });
    const audit = { table: data.audit, dataKey: data.dataKey };
    grantTable(chain, audit, ['BatchGetItem'], [AUDIT_CHAINS, AUDIT_TALLIES]);
    grantTable(chain, audit, ['PutItem'], [AUDIT_CHAINS]);
    grantTable(chain, audit, ['UpdateItem'], [AUDIT_TALLIES]);
    const entries = new DynamoEventSource(data.audit, {
      ...streamMapping(data.failed),
      // The order of a lane is the order of its chain.
      parallelizationFactor: 1,
      filters: [
        FilterCriteria.filter({
          dynamodb: { Keys: { pk: { S: FilterRule.beginsWith('A#') } } },
          eventName: FilterRule.isEqual('INSERT'),
        }),
      ],
    });
    chain.lambda.addEventSource(entries);
    return chain;
  }

  /** It notes what is asked, and can change nothing else. */
  private makeRights(props: StageStackProps): StageFunction {
    const { data } = props;
    const rights = this.makeReader('serve/answer-rights', 'takes requests of customers', props, {
      PEPPER_SECRET_ARN: data.pepper.secretArn,
      AUDIT_TABLE_NAME: data.audit.tableName,
      ERASURE_KEY_SECRET_ARN: data.erasureKey.secretArn,
      RIGHTS_BUCKET: data.rights.bucketName,
    });
    grantSecret(rights, data.pepper);
    grantSecret(rights, data.erasureKey);
    grantAudit(rights, data);
    grantOnce(rights, data);
    grantTable(rights, data, TABLE_READS, [...OF_CUSTOMERS, ...REQUESTS]);
    grantTable(rights, data, ['PutItem'], [...REQUESTS, RUNNING_ERASURES, RUNNING_EXTRACTS]);
    grantObjects(rights, data.rights, {
      prefixes: [CERTIFICATES, EXTRACTS],
      actions: ['GetObject'],
      list: true,
    });
    return rights;
  }

  /** A function that answers a caller, and may do nothing yet. */
  private makeFunction(
    functionId: FunctionId,
    description: string,
    { data, settings }: StageStackProps,
    environment: Readonly<Record<string, string>>,
  ): StageFunction {
    return new StageFunction(this, functionId, {
      settings,
      logsKey: data.operationsKey,
      description,
      memoryMb: 512,
      timeoutSeconds: 10,
      environment,
    });
  }

  private makeReader(
    functionId: FunctionId,
    description: string,
    props: StageStackProps,
    environment: Readonly<Record<string, string>> = {},
  ): StageFunction {
    const { data } = props;
    const reader = this.makeFunction(functionId, description, props, {
      TABLE_NAME: data.table.tableName,
      DEFINITIONS_BUCKET: data.definitions.bucketName,
      ...environment,
    });
    grantDefinitions(reader, data);
    return reader;
  }

  private makeApi({ settings }: StageStackProps): HttpApi {
    return new HttpApi(this, 'Api', {
      apiName: `tributary-${settings.name}`,
      description: 'Customer profiles and the freshness of their sources',
      createDefaultStage: false,
      ...corsOf(settings.browserOrigins),
    });
  }

  private addStage({ data, settings }: StageStackProps): void {
    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: settings.logRetentionDays,
      encryptionKey: data.operationsKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const { rate, burst, events } = settings.throttle;
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      detailedMetricsEnabled: true,
      throttle: { rateLimit: rate, burstLimit: burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLog),
        format: ACCESS_LOG,
      },
    });
    this.limitEvents(stage, events);
  }

  /** Gives each route that takes events a bucket of its own; what is set for a route takes the place of all defaults. */
  private limitEvents(stage: HttpStage, { rate, burst }: { rate: number; burst: number }): void {
    const settings = {
      ThrottlingRateLimit: rate,
      ThrottlingBurstLimit: burst,
      DetailedMetricsEnabled: true,
    };
    const resource = stage.node.defaultChild;
    if (!(resource instanceof CfnStage)) throw new Error('the stage has no resource');
    resource.routeSettings = Object.fromEntries(
      (OPERATIONS as readonly Operation[])
        .filter(({ group }) => group === 'tracking')
        .map((operation) => [routeKeyOf(operation), settings]),
    );
    // CloudFormation refuses settings of a route that is not there yet.
    resource.node.addDependency(...this.eventRoutes);
  }

  private makeTokens({ settings }: StageStackProps): HttpJwtAuthorizer {
    const { issuer, audience } = settings.jwt;
    return new HttpJwtAuthorizer('Tokens', issuer, { jwtAudience: [...audience] });
  }

  private makeKeys(name: string): HttpLambdaAuthorizer {
    return new HttpLambdaAuthorizer(name, this.authorizeKey.lambda, {
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      identitySource: ['$request.header.Authorization'],
      resultsCacheTtl: Duration.minutes(1),
    });
  }

  private addRoutes(props: StageStackProps): void {
    const { settings } = props;
    const integrations: Record<OperationGroup, HttpLambdaIntegration> = {
      customers: integrationOf(this.getProfile),
      consents: integrationOf(this.recordConsent),
      sources: integrationOf(this.listSources),
      documents: integrationOf(this.describeApi),
      tracking: integrationOf(this.acceptEvents),
      rights: integrationOf(this.answerRights),
    };
    const callers = settings.callers === 'iam' ? new HttpIamAuthorizer() : this.makeTokens(props);
    // One for each use, because API Gateway keeps answers per authorizer and key, whatever the route.
    const keys = { write: this.makeKeys('WriteKeys'), read: this.makeKeys('ReadKeys') };
    for (const operation of OPERATIONS as readonly Operation[]) {
      const { path, method, group } = operation;
      const routes = this.api.addRoutes({
        path,
        methods: [HttpMethod[method]],
        integration: integrations[group],
        ...guard(operation, callers, keys),
      });
      if (isOpen(operation)) this.openRoutes.push(...routes);
      if (group === 'tracking') this.eventRoutes.push(...routes);
    }
    // `$default` would catch what browsers ask first, and answer 404; that API Gateway answers by itself, it does only where no
    // route fits. Source: API Gateway Developer Guide, "Configuring CORS for an HTTP API with a $default route".
    const preflight = settings.browserOrigins.length > 0 ? this.addPreflight(integrations) : [];
    this.openRoutes.push(...preflight);
    // Any other path is answered as a problem document, like everything else.
    const noSuchRoute = new HttpRoute(this, 'NoSuchRoute', {
      httpApi: this.api,
      routeKey: HttpRouteKey.DEFAULT,
      integration: integrations.documents,
      authorizer: new HttpNoneAuthorizer(),
    });
    this.openRoutes.push(noSuchRoute);
  }

  private addPreflight({
    documents,
  }: Readonly<Record<OperationGroup, HttpLambdaIntegration>>): IConstruct[] {
    return this.api.addRoutes({
      path: '/{proxy+}',
      methods: [HttpMethod.OPTIONS],
      integration: documents,
      authorizer: new HttpNoneAuthorizer(),
    });
  }
}

/** What a page sends: events with a write key. Never cookies, so that a browser adds nothing to what the page has itself. */
const corsOf = (origins: readonly string[]): { corsPreflight?: CorsPreflightOptions } =>
  origins.length === 0
    ? {}
    : {
        corsPreflight: {
          allowOrigins: [...origins],
          allowMethods: [CorsHttpMethod.POST],
          allowHeaders: ['authorization', 'content-type', 'x-strict'],
          // No browser remembers it for longer than Chromium: two hours.
          maxAge: Duration.hours(2),
        },
      };

const integrationOf = ({ functionId, lambda }: StageFunction): HttpLambdaIntegration =>
  new HttpLambdaIntegration(`${functionId}-integration`, lambda, {
    payloadFormatVersion: PayloadFormatVersion.VERSION_2_0,
  });

const isOpen = ({ scope, key }: Operation): boolean => scope === undefined && !key;

// A signature has no scopes: what its role may see is the access policy's matter.
const guard = (
  operation: Operation,
  callers: HttpIamAuthorizer | HttpJwtAuthorizer,
  keys: Readonly<Record<KeyUse, HttpLambdaAuthorizer>>,
) => {
  if (operation.key) return { authorizer: keys[operation.key] };
  if (operation.scope === undefined) return { authorizer: new HttpNoneAuthorizer() };
  return callers instanceof HttpJwtAuthorizer
    ? { authorizer: callers, authorizationScopes: [operation.scope] }
    : { authorizer: callers };
};
