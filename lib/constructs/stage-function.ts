/**
 * StageFunction: one Lambda function of the pipeline, in the one shape that all have.
 *
 * The bundle holds everything it runs (no SDK from the runtime), so that the code tested here is the code that runs there.
 * The role starts with nothing but its own log group; each stack grants what its function needs, action by action.
 * @module
 */
import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  ApplicationLogLevel,
  Architecture,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { EnvironmentSettings } from '../config/environments.ts';
import type { FunctionId } from '../config/function-ids.ts';
import { METRICS_NAMESPACE, SERVICE_NAME } from '../config/metrics.ts';

const ROOT = join(import.meta.dirname, '../..');

/** What one function has of its own. */
export interface StageFunctionProps {
  readonly settings: EnvironmentSettings;
  /** Encrypts the function's logs. */
  readonly logsKey: IKey;
  readonly description: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** Variables beyond those that every function gets. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A function whose code is `lambdas/<stage>/<verb-noun>/handler.ts`. */
export class StageFunction extends Construct {
  readonly functionId: FunctionId;
  readonly timeout: Duration;
  readonly logGroup: LogGroup;
  readonly lambda: NodejsFunction;

  constructor(scope: Construct, functionId: FunctionId, props: StageFunctionProps) {
    super(scope, functionId);
    this.functionId = functionId;
    this.timeout = Duration.seconds(props.timeoutSeconds);
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: props.settings.logRetentionDays,
      encryptionKey: props.logsKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.lambda = this.makeFunction(props);
  }

  private makeFunction(props: StageFunctionProps): NodejsFunction {
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    this.logGroup.grantWrite(role);
    return new NodejsFunction(this, 'Function', {
      description: `${this.functionId}: ${props.description}`,
      ...codeOf(this.functionId),
      role,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb,
      timeout: this.timeout,
      reservedConcurrentExecutions: props.settings.reservedConcurrency[this.functionId],
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      // A change is followed through both streams by its own id in the log; a trace ends at each stream.
      tracing: Tracing.DISABLED,
      awsSdkConnectionReuse: false,
      environment: {
        FUNCTION_ID: this.functionId,
        POWERTOOLS_SERVICE_NAME: SERVICE_NAME,
        POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
        POWERTOOLS_LOG_LEVEL: 'INFO',
        NODE_OPTIONS: '--enable-source-maps',
        ...props.environment,
      },
    });
  }
}

const codeOf = (functionId: FunctionId) => ({
  entry: join(ROOT, 'lambdas', functionId, 'handler.ts'),
  handler: 'handler',
  projectRoot: ROOT,
  depsLockFilePath: join(ROOT, 'package-lock.json'),
  bundling: {
    format: OutputFormat.ESM,
    target: 'node24',
    mainFields: ['module', 'main'],
    externalModules: [],
    minify: true,
    sourceMap: true,
    sourcesContent: false,
    forceDockerBundling: false,
    commandHooks: {
      beforeBundling: () => [],
      beforeInstall: () => [],
      afterBundling: (_input: string, output: string) => [rebaseSourceMap(output)],
    },
    // CommonJS dependencies inside an ESM bundle call require for Node's own modules.
    banner:
      "import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);",
  },
});

const rebaseSourceMap = (output: string): string =>
  [
    process.execPath,
    join(import.meta.dirname, 'rebase-source-map.ts'),
    join(output, 'index.mjs.map'),
    ROOT,
  ]
    .map((word) => JSON.stringify(word))
    .join(' ');
