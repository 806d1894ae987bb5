/**
 * serve/chain-audit: reads the audit table's stream, puts new entries into the hash chain and tallies reads by client.
 *
 * An error fails the whole batch; what was chained before it is recognised by its sequence number.
 * @module
 */
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { sha256 } from '#adapters/crypto/sha256.ts';
import { type Attributes, fromItem } from '#adapters/dynamodb/marshal.ts';
import { type ChainPorts, chainAudit, type NewAuditEntry } from '#application/serve/chain-audit.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { withTelemetry } from '../../shared/middleware.ts';
import { makeTelemetry, type Telemetry } from '../../shared/telemetry.ts';
import { bindTable } from '../../shared/wiring.ts';

/** Makes the handler on given ports. */
export const makeHandler = (ports: ChainPorts, telemetry: Telemetry) =>
  withTelemetry(telemetry, async (event: DynamoDBStreamEvent): Promise<void> => {
    const { chained, bulkReaders } = await chainAudit(ports, newEntries(event));
    telemetry.count('AuditChained', chained);
    telemetry.count('BulkReaders', bulkReaders.length);
    for (const client of bulkReaders) {
      telemetry.log.warn('a client reads in bulk', { source: client });
    }
  });

const newEntries = (event: DynamoDBStreamEvent): readonly NewAuditEntry[] =>
  event.Records.flatMap(({ dynamodb }) =>
    dynamodb?.NewImage === undefined
      ? []
      : [
          {
            sequence: dynamodb.SequenceNumber ?? '',
            item: fromItem(dynamodb.NewImage as unknown as Attributes),
          },
        ],
  );

const env = readEnvironment('AUDIT_TABLE_NAME', 'BULK_READS_PER_HOUR', 'FUNCTION_ID');

/** Bound to the audit table. */
export const handler = makeHandler(
  {
    table: bindTable(env.AUDIT_TABLE_NAME),
    hash: sha256,
    bulkReads: Number(env.BULK_READS_PER_HOUR),
  },
  makeTelemetry(env.FUNCTION_ID),
);
