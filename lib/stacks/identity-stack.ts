/**
 * IdentityStack: resolves whose every changed row is, and writes rows, claims and customers.
 * @module
 */
import { Stack } from 'aws-cdk-lib';
import { KinesisEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import {
  grantDefinitions,
  grantPutObject,
  grantSecret,
  grantTable,
  TABLE_READS,
  TABLE_STATEMENTS,
  TABLE_WRITES,
} from '../constructs/grants.ts';
import {
  DECISIONS,
  DEFECTS,
  ERASED,
  ERASED_ROWS,
  FRESHNESS,
  GRAPH,
  HELD,
  OPEN,
  QUARANTINE,
} from '../constructs/partitions.ts';
import { StageFunction } from '../constructs/stage-function.ts';
import { streamMapping } from '../constructs/stream-mapping.ts';
import type { DataStack, TributaryStackProps } from './data-stack.ts';

/** Props of a stack that uses the state of the pipeline. */
export interface StageStackProps extends TributaryStackProps {
  readonly data: DataStack;
}

/** The resolver and its reading of the change stream. */
export class IdentityStack extends Stack {
  readonly resolveIdentity: StageFunction;

  constructor(scope: Construct, id: string, props: StageStackProps) {
    super(scope, id, props);
    const { data, settings } = props;
    this.resolveIdentity = new StageFunction(this, 'identity/resolve-identity', {
      settings,
      logsKey: data.operationsKey,
      description: 'decodes changes, resolves identities, writes the table',
      memoryMb: 1024,
      timeoutSeconds: 60,
      environment: {
        TABLE_NAME: data.table.tableName,
        QUARANTINE_BUCKET: data.quarantine.bucketName,
        DEFINITIONS_BUCKET: data.definitions.bucketName,
        PEPPER_SECRET_ARN: data.pepper.secretArn,
        ONE_ID_KEY_SECRET_ARN: data.oneIdKey.secretArn,
        ERASURE_KEY_SECRET_ARN: data.erasureKey.secretArn,
      },
    });
    this.grantAccess(data);
    const changes = new KinesisEventSource(data.changes, streamMapping(data.failed));
    this.resolveIdentity.lambda.addEventSource(changes);
  }

  private grantAccess(data: DataStack): void {
    const to = this.resolveIdentity;
    const written = [...GRAPH, DEFECTS, ERASED_ROWS, FRESHNESS, HELD, OPEN, QUARANTINE];
    grantTable(to, data, TABLE_READS, [...written, DECISIONS, ERASED]);
    const actions = [...TABLE_WRITES, ...TABLE_STATEMENTS, 'ConditionCheckItem'] as const;
    grantTable(to, data, actions, written);
    grantPutObject(to, data.quarantine);
    grantDefinitions(to, data);
    grantSecret(to, data.pepper);
    grantSecret(to, data.oneIdKey);
    grantSecret(to, data.erasureKey);
  }
}
