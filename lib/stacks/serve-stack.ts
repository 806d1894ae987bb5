/**
 * ServeStack: the HTTP API. Every route asks for a token of the configured issuer and for a scope.
 * @module
 */
import { CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
  PayloadFormatVersion,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { FunctionId } from '../config/function-ids.ts';
import { grantDefinitions, grantSecret, grantTable, TABLE_READS } from '../constructs/grants.ts';
import { StageFunction } from '../constructs/stage-function.ts';
import type { StageStackProps } from './identity-stack.ts';

/** Scope that lets a caller read profiles. */
export const READ_PROFILES = 'c360/profile.read';

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
  readonly listSources: StageFunction;

  constructor(scope: Construct, id: string, props: StageStackProps) {
    super(scope, id, props);
    const { data } = props;
    this.getProfile = this.makeReader('serve/get-profile', 'answers with one profile', props, {
      PEPPER_SECRET_ARN: data.pepper.secretArn,
    });
    grantSecret(this.getProfile, data.pepper);
    this.listSources = this.makeReader('serve/list-sources', 'answers with freshness', props);

    this.api = this.makeApi(props);
    this.addStage(props);
    this.addRoute('/v1/profiles/{identifier}', this.getProfile);
    this.addRoute('/v1/sources', this.listSources);
    new CfnOutput(this, 'ApiUrl', { value: this.api.apiEndpoint });
  }

  private makeReader(
    functionId: FunctionId,
    description: string,
    { data, settings }: StageStackProps,
    environment: Readonly<Record<string, string>> = {},
  ): StageFunction {
    const reader = new StageFunction(this, functionId, {
      settings,
      logsKey: data.operationsKey,
      description,
      memoryMb: 512,
      timeoutSeconds: 10,
      environment: {
        TABLE_NAME: data.table.tableName,
        DEFINITIONS_BUCKET: data.definitions.bucketName,
        ...environment,
      },
    });
    grantTable(reader, data, TABLE_READS);
    grantDefinitions(reader, data);
    return reader;
  }

  private makeApi({ settings }: StageStackProps): HttpApi {
    const { issuer, audience } = settings.jwt;
    return new HttpApi(this, 'Api', {
      apiName: `tributary-${settings.name}`,
      description: 'Customer profiles and the freshness of their sources',
      createDefaultStage: false,
      defaultAuthorizer: new HttpJwtAuthorizer('Tokens', issuer, { jwtAudience: [...audience] }),
      defaultAuthorizationScopes: [READ_PROFILES],
    });
  }

  private addStage({ data, settings }: StageStackProps): void {
    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: settings.logRetentionDays,
      encryptionKey: data.operationsKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const { rate, burst } = settings.throttle;
    new HttpStage(this, 'Stage', {
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
  }

  private addRoute(path: string, reader: StageFunction): void {
    this.api.addRoutes({
      path,
      methods: [HttpMethod.GET],
      integration: new HttpLambdaIntegration(`${reader.functionId}-integration`, reader.lambda, {
        payloadFormatVersion: PayloadFormatVersion.VERSION_2_0,
      }),
    });
  }
}
