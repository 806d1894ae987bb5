/**
 * ProfileStack: keeps the summaries of customers current with the rows, claims and customers that were written.
 * @module
 */
import { Stack } from 'aws-cdk-lib';
import { FilterCriteria, FilterRule } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import {
  grantDefinitions,
  grantSecret,
  grantTable,
  TABLE_READS,
  TABLE_STATEMENTS,
  TABLE_WRITES,
} from '../constructs/grants.ts';
import { BUCKETS, CUSTOMERS, GRAPH, LOOKUPS, ROWS, SERVABLE } from '../constructs/partitions.ts';
import { StageFunction } from '../constructs/stage-function.ts';
import { streamMapping } from '../constructs/stream-mapping.ts';
import type { StageStackProps } from './identity-stack.ts';

/**
 * Contributions, scopes whose customers have other units, ids that redirect, rest or come back, and party rows as they are
 * or were; nothing else shows in a view. A mapping may have five filters.
 */
const CHANGES_THAT_SHOW = [
  FilterCriteria.filter({ dynamodb: { Keys: { sk: { S: FilterRule.isEqual('BUCKET') } } } }),
  FilterCriteria.filter({
    eventName: FilterRule.or('MODIFY', 'REMOVE'),
    dynamodb: { Keys: { sk: { S: FilterRule.isEqual('CUSTOMER') } } },
  }),
  FilterCriteria.filter({ dynamodb: { NewImage: { lists: { S: FilterRule.exists() } } } }),
  FilterCriteria.filter({ dynamodb: { NewImage: { evidence: { S: FilterRule.exists() } } } }),
  FilterCriteria.filter({ dynamodb: { OldImage: { evidence: { S: FilterRule.exists() } } } }),
];

/** The view maintainer and its reading of the table's stream. */
export class ProfileStack extends Stack {
  readonly maintainView: StageFunction;

  constructor(scope: Construct, id: string, props: StageStackProps) {
    super(scope, id, props);
    const { data, settings } = props;
    this.maintainView = new StageFunction(this, 'profile/maintain-view', {
      settings,
      logsKey: data.operationsKey,
      description: 'keeps customer summaries and lookups current',
      memoryMb: 1024,
      timeoutSeconds: 60,
      environment: {
        TABLE_NAME: data.table.tableName,
        DEFINITIONS_BUCKET: data.definitions.bucketName,
        PEPPER_SECRET_ARN: data.pepper.secretArn,
      },
    });
    grantTable(this.maintainView, data, TABLE_READS, GRAPH);
    const actions = [...TABLE_WRITES, ...TABLE_STATEMENTS];
    // Buckets and rows: a unit that outgrows its buckets gets more.
    grantTable(this.maintainView, data, actions, [CUSTOMERS, LOOKUPS, BUCKETS, ROWS, SERVABLE]);
    grantDefinitions(this.maintainView, data);
    grantSecret(this.maintainView, data.pepper);
    const items = new DynamoEventSource(data.table, {
      ...streamMapping(data.failed),
      // One worker a shard: while it is busy changes gather, and those of one customer cost one summary together.
      parallelizationFactor: 1,
      filters: CHANGES_THAT_SHOW,
    });
    this.maintainView.lambda.addEventSource(items);
  }
}
