/**
 * OperateStack: the functions that look after the table as a whole, the dashboard, the alarms and where they go. Every
 * alarm links the heading of the runbook that says what to do.
 * @module
 */
import { Stack } from 'aws-cdk-lib';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { addApiAlarms, addAuditAlarms } from '../constructs/api-alarms.ts';
import { addCostAlarms } from '../constructs/cost-alarms.ts';
import { PipelineDashboard } from '../constructs/dashboard.ts';
import { addDataAlarms } from '../constructs/data-alarms.ts';
import { addErasureAlarms, Erasures } from '../constructs/erasures.ts';
import { addExtractAlarms, Extracts } from '../constructs/extracts.ts';
import {
  addFunctionAlarms,
  addIteratorAgeAlarm,
  addScheduleSilenceAlarm,
} from '../constructs/function-alarms.ts';
import { addInputAlarms } from '../constructs/input-alarms.ts';
import { addSourceAlarms } from '../constructs/source-alarms.ts';
import { addUpkeepAlarms, Upkeep } from '../constructs/upkeep.ts';
import type { TributaryStackProps } from './data-stack.ts';
import { allFunctions, streamReaders, type WatchedStacks } from './watched-stacks.ts';

/** Props of the operate stack: what it watches. */
export interface OperateStackProps extends TributaryStackProps, WatchedStacks {}

/** Upkeep of the table, dashboard, alarms and their topic. */
export class OperateStack extends Stack {
  readonly upkeep: Upkeep;
  readonly erasures: Erasures;
  readonly extracts: Extracts;

  constructor(scope: Construct, id: string, props: OperateStackProps) {
    super(scope, id, props);
    const { api } = props.serve;
    const { replications } = props.capture;
    this.upkeep = new Upkeep(this, 'Upkeep', props);
    this.erasures = new Erasures(this, 'Erasures', props);
    this.extracts = new Extracts(this, 'Extracts', props);
    const functions = [
      ...allFunctions(props),
      ...this.upkeep.functions,
      this.erasures.eraseCustomers,
      this.extracts.runExtracts,
    ];
    const readers = streamReaders(props);
    const channel = { topic: this.makeTopic(props), runbook: props.settings.alarms.runbook };

    for (const replication of replications) addSourceAlarms(this, replication, channel);
    const scheduled = [...this.upkeep.scheduled, this.erasures.scheduled, this.extracts.scheduled];
    const schedules = new Map(scheduled.map((one) => [one.scheduled, one.everyMinutes]));
    for (const each of functions) addFunctionAlarms(this, each, channel, schedules.get(each));
    for (const [each, everyMinutes] of schedules)
      addScheduleSilenceAlarm(this, each, channel, everyMinutes);
    for (const reader of readers) addIteratorAgeAlarm(this, reader, channel);
    addDataAlarms(this, props.data, channel);
    addCostAlarms(this, { table: props.data.table, readers }, channel);
    addInputAlarms(this, props.capture.importFile, channel);
    addApiAlarms(this, api, channel);
    addAuditAlarms(this, channel);
    addUpkeepAlarms(this, props.settings.upkeep, channel);
    addErasureAlarms(this, channel);
    addExtractAlarms(this, channel);
    const shown = { replications, readers, functions, state: props.data, api };
    new PipelineDashboard(this, 'Pipeline', shown);
  }

  private makeTopic({ data, settings }: OperateStackProps): ITopic {
    const { topicArn, email } = settings.alarms;
    if (topicArn) return Topic.fromTopicArn(this, 'Alarms', topicArn);
    const topic = new Topic(this, 'Alarms', { masterKey: data.operationsKey, enforceSSL: true });
    if (email) topic.addSubscription(new EmailSubscription(email));
    return topic;
  }
}
