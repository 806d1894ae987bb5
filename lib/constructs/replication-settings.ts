/**
 * Replication settings: the DMS settings that the decoder relies on, the same for every source.
 *
 * Most defaults of DMS lose something silently: NULL columns are left out, LOB columns (json, jsonb, arrays) are
 * skipped, tables are dropped and made again, batch apply drops changes for Kinesis targets. Each value below undoes one.
 * Source: AWS DMS user guide, "Using Amazon Kinesis Data Streams as a target" and "Task settings".
 * @module
 */
import type { CfnEndpoint } from 'aws-cdk-lib/aws-dms';

/** Largest LOB value, in KB, that is captured; longer ones are cut, which DMS logs as a warning. */
const LOB_LIMIT_KB = 512;

/** Format of the records on the stream. */
export const RECORD_FORMAT = {
  messageFormat: 'json-unformatted',
  // Commit time and log position: the version of a row is made of them.
  includeTransactionDetails: true,
  // Without it "set to null" and "no such column" look alike, and stale phone numbers survive.
  includeNullAndEmpty: true,
  includePartitionValue: true,
  includeTableAlterOperations: true,
  includeControlDetails: true,
  // Without it primary key 1 of two tables shares a partition key.
  partitionIncludeSchemaTable: true,
  noHexPrefix: true,
} satisfies Partial<CfnEndpoint.KinesisSettingsProperty>;

/** Task settings of every replication. */
export const REPLICATION_SETTINGS = {
  TargetMetadata: {
    SupportLobs: true,
    FullLobMode: false,
    LimitedSizeLobMode: true,
    LobMaxSize: LOB_LIMIT_KB,
    BatchApplyEnabled: false,
    // One thread keeps the order of a row; more are safe only once the partition key is proven to be the row key.
    ParallelApplyThreads: 0,
  },
  FullLoadSettings: {
    TargetTablePrepMode: 'DO_NOTHING',
    MaxFullLoadSubTasks: 8,
    StopTaskCachedChangesApplied: false,
    StopTaskCachedChangesNotApplied: false,
  },
  // The old values tell a primary-key change, and which identifiers a row left.
  BeforeImageSettings: {
    EnableBeforeImage: true,
    FieldName: 'before-image',
    ColumnFilter: 'all',
  },
  ControlTablesSettings: {
    StatusTableEnabled: true,
    HistoryTableEnabled: true,
    SuspendedTablesTableEnabled: true,
    HistoryTimeslotInMinutes: 5,
  },
  ErrorBehavior: {
    DataErrorPolicy: 'LOG_ERROR',
    DataTruncationErrorPolicy: 'LOG_ERROR',
    TableErrorPolicy: 'SUSPEND_TABLE',
    RecoverableErrorCount: -1,
    RecoverableErrorInterval: 5,
    RecoverableErrorThrottling: true,
    RecoverableErrorThrottlingMax: 1800,
  },
  // Debug levels write row data into the log.
  Logging: { EnableLogging: true },
};
