/**
 * The cloud plan: what the templates ask the local cloud to run, free of CloudFormation.
 *
 * Everything below this line (engines, functions, event sources, gateway) reads plans and never a template.
 * @module
 */
import type { Json } from '#domain/shared/json.ts';
import type { Statement } from '../permissions/policy.ts';

/** What a planned resource is called, in every vocabulary that asks for it. */
export interface Identity {
  readonly stackName: string;
  readonly logicalId: string;
  /** Construct id below the stack with CDK's `--` read as `/`: `identity/resolve-identity`. */
  readonly constructId: string;
  readonly name: string;
  readonly arn: string;
}

/** One key attribute of a table or index. */
export interface KeyAttribute {
  readonly name: string;
  readonly role: 'HASH' | 'RANGE';
}

/** A secondary index. */
export interface IndexPlan {
  readonly name: string;
  readonly scope: 'global' | 'local';
  readonly keys: readonly KeyAttribute[];
  readonly projection: {
    readonly type: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
    readonly attributes: readonly string[];
  };
}

/** A DynamoDB table. */
export interface TablePlan extends Identity {
  readonly keys: readonly KeyAttribute[];
  readonly attributes: Readonly<Record<string, 'S' | 'N' | 'B'>>;
  readonly indexes: readonly IndexPlan[];
  readonly streamViewType: StreamViewType | undefined;
  readonly streamArn: string;
  readonly timeToLiveAttribute: string | undefined;
}

/** Which images a DynamoDB stream record carries. */
export type StreamViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';

/** A Kinesis stream. */
export interface StreamPlan extends Identity {
  /** Undefined for an on-demand stream, whose shard count is a local setting. */
  readonly shardCount: number | undefined;
  readonly retentionHours: number;
}

/** An S3 bucket. */
export interface BucketPlan extends Identity {
  /** Whether it sends events for its objects to the event bus. */
  readonly sendsEvents: boolean;
}

/** A rule of the event bus that has a function invoked for new objects of buckets. */
export interface ObjectRulePlan {
  readonly stackName: string;
  readonly logicalId: string;
  readonly bucketNames: readonly string[];
  /** A key passes when it starts with one of them; every key when there is none. */
  readonly keyPrefixes: readonly string[];
  readonly functionNames: readonly string[];
  /** Of an invocation that failed. */
  readonly maximumRetries: number;
}

/** A secret of Secrets Manager. */
export interface SecretPlan extends Identity {
  readonly value: SecretValue;
}

/** Where a secret's value comes from: the template itself, or a generator with its rules. */
export type SecretValue =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'generated'; readonly rules: SecretRules };

/** The rules of GenerateSecretString. */
export interface SecretRules {
  readonly length: number;
  readonly excludeCharacters: string;
  readonly excludeLowercase: boolean;
  readonly excludeUppercase: boolean;
  readonly excludeNumbers: boolean;
  readonly excludePunctuation: boolean;
  readonly includeSpace: boolean;
  readonly requireEachIncludedType: boolean;
  readonly template: { readonly json: string; readonly key: string } | undefined;
}

/** A Lambda function. */
export interface FunctionPlan extends Identity {
  readonly codeDirectory: string;
  /** `<module>.<export>` */
  readonly handler: string;
  readonly runtime: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** Undefined: the function shares the account's concurrency. */
  readonly reservedConcurrency: number | undefined;
  /** What its role may do. */
  readonly statements: readonly Statement[];
}

/** Where an event source mapping reads from. */
export type EventSource =
  | { readonly kind: 'kinesis'; readonly streamName: string; readonly arn: string }
  | { readonly kind: 'dynamodb'; readonly tableName: string; readonly arn: string };

/** An event source mapping; `undefined` limits are AWS's -1, "until the record expires". */
export interface MappingPlan {
  readonly stackName: string;
  readonly logicalId: string;
  readonly uuid: string;
  readonly source: EventSource;
  readonly functionName: string;
  readonly functionArn: string;
  readonly enabled: boolean;
  readonly batchSize: number;
  readonly windowMs: number;
  readonly parallelizationFactor: number;
  readonly partialResponses: boolean;
  readonly bisect: boolean;
  readonly maximumRetries: number | undefined;
  readonly maximumAgeMs: number | undefined;
  readonly failureBucket: string | undefined;
  /** Filter patterns; a record passes when one of them matches, and always when there is none. */
  readonly filters: readonly Json[];
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
}

/** A rule that invokes functions at a rate. */
export interface SchedulePlan extends Identity {
  readonly everyMs: number;
  readonly enabled: boolean;
  readonly targets: readonly {
    readonly functionName: string;
    /** In place of the scheduled event. */
    readonly input?: Json;
  }[];
}

/** What guards a route of an HTTP API. */
export type AuthorizerPlan =
  | TokenAuthorizerPlan
  | FunctionAuthorizerPlan
  /** A signature of an IAM principal. */
  | { readonly kind: 'signature' };

/** A Lambda authorizer with simple answers. */
export interface FunctionAuthorizerPlan {
  readonly kind: 'function';
  readonly functionName: string;
  /** Without this, a request is refused before the function is asked. */
  readonly identitySource: string;
}

/** A JWT authorizer. */
export interface TokenAuthorizerPlan {
  readonly kind: 'token';
  readonly issuer: string;
  readonly audience: readonly string[];
  /** `$request.header.Authorization`, `$request.querystring.token`, … */
  readonly identitySource: string;
}

/** A route of an HTTP API. */
export interface RoutePlan {
  /** `GET /v1/profiles/{identifier}` or `$default` */
  readonly routeKey: string;
  readonly functionName: string;
  readonly timeoutMs: number;
  readonly authorizer: AuthorizerPlan | undefined;
  readonly scopes: readonly string[];
}

/** Which pages of other origins browsers let call an API. */
export interface CorsPlan {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly maxAgeSeconds: number | undefined;
}

/** Limits of a token bucket. */
export interface ThrottlePlan {
  readonly ratePerSecond: number;
  readonly burst: number;
}

/** An HTTP API with its routes. */
export interface ApiPlan extends Identity {
  readonly routes: readonly RoutePlan[];
  readonly stageName: string;
  /** Of all routes together that have no limits of their own. */
  readonly throttle: ThrottlePlan | undefined;
  /** By route key. */
  readonly routeThrottles: Readonly<Record<string, ThrottlePlan>>;
  readonly cors: CorsPlan | undefined;
}

/** A recognised resource that nothing local needs. */
export interface LeftOutResource {
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
}

/** Everything the templates ask for. */
export interface CloudPlan {
  readonly region: string;
  readonly tables: readonly TablePlan[];
  readonly streams: readonly StreamPlan[];
  readonly buckets: readonly BucketPlan[];
  readonly secrets: readonly SecretPlan[];
  /** ARN of the key that a resource is encrypted with, by the ARN of the resource. */
  readonly keys: Readonly<Record<string, string>>;
  readonly functions: readonly FunctionPlan[];
  readonly mappings: readonly MappingPlan[];
  readonly objectRules: readonly ObjectRulePlan[];
  readonly schedules: readonly SchedulePlan[];
  readonly apis: readonly ApiPlan[];
  readonly leftOut: readonly LeftOutResource[];
}
