/**
 * Table changes: the event of a DynamoDB stream mapping, as the use cases read it.
 * @module
 */
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { type Attributes, fromItem } from '#adapters/dynamodb/marshal.ts';
import type { TableChange } from '#application/profile/touched.ts';
import type { Item } from '#application/shared/table.ts';
import { must } from '#domain/shared/assert.ts';

/** Decodes the records of an event, in their order. */
export const tableChanges = (event: DynamoDBStreamEvent): readonly TableChange[] =>
  event.Records.map(tableChange);

const tableChange = ({ dynamodb }: DynamoDBRecord): TableChange => {
  const [before, after] = [image(dynamodb?.OldImage), image(dynamodb?.NewImage)];
  return {
    ...(before ? { before } : {}),
    ...(after ? { after } : {}),
    sequence: must(dynamodb?.SequenceNumber, 'sequence number'),
  };
};

// The event's attribute values have the wire form of the SDK's, only typed apart.
const image = (attributes: unknown): Item | undefined =>
  attributes === undefined ? undefined : fromItem(attributes as Attributes);
