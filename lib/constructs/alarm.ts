/**
 * RunbookAlarm: the only way to make an alarm here. It asks for a heading of the runbook, for what missing data means, and
 * for whether it wakes somebody.
 * @module
 */
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  type TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { runbookLink } from '../config/runbook.ts';

/** Where the alarms of an environment go. */
export interface AlarmChannel {
  readonly topic: ITopic;
  /** Address of the runbook. */
  readonly runbook: string;
}

/** One alarm. */
export interface RunbookAlarmProps extends AlarmChannel {
  /** Heading of docs/operate/runbook.md that says what to do. */
  readonly heading: string;
  /** What is wrong when it rings, in one sentence. */
  readonly what: string;
  /** A symptom that customers feel pages; a cause that can wait for the morning is a ticket. */
  readonly urgency: 'page' | 'ticket';
  readonly metric: IMetric;
  readonly threshold: number;
  /** Default: at or above the threshold. */
  readonly comparison?: ComparisonOperator;
  /** Rings when so many of the last so many minutes are bad; periods of the metric, where these are longer. */
  readonly minutes: readonly [bad: number, of: number];
  /** What a minute (or period) without data means. */
  readonly missing: TreatMissingData;
}

/** An alarm that says what to do. */
export class RunbookAlarm extends Alarm {
  constructor(scope: Construct, id: string, props: RunbookAlarmProps) {
    const [datapointsToAlarm, evaluationPeriods] = props.minutes;
    const link = runbookLink(props.runbook, props.heading);
    super(scope, id, {
      alarmDescription: `[${props.urgency}] ${props.what} Runbook: ${link}`,
      metric: props.metric,
      threshold: props.threshold,
      comparisonOperator: props.comparison ?? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      datapointsToAlarm,
      evaluationPeriods,
      treatMissingData: props.missing,
    });
    this.addAlarmAction(new SnsAction(props.topic));
    this.addOkAction(new SnsAction(props.topic));
  }
}
