/**
 * Retention: an event older than its table keeps events, by the time at which it was received, is absent.
 *
 * It is judged by the instant at which the change stream took the record, so a redelivery is judged the same. The
 * receive time of an event never changes, so an earlier version of it is past its retention too, and the record can be
 * left out as if it had not come: there is nothing to remember.
 * @module
 */
import type { SourceDefinition, TableDefinition } from '#domain/definitions/types.ts';
import type { ChangeRecord } from './change-record.ts';
import { mapField } from './map-field.ts';

const DAY_MS = 86_400_000;

/**
 * Whether a record tells of an event that is past its retention.
 * @param arrivedAt when the stream took the record, epoch milliseconds
 */
export const isPastRetention = (
  record: ChangeRecord,
  source: SourceDefinition,
  { retention }: TableDefinition,
  arrivedAt: number,
): boolean => {
  if (retention === undefined || record.operation === 'delete') return false;
  const { days, received } = retention;
  const at = mapField(
    { type: 'time', column: received, zone: source.timeZone },
    record.row,
    source.currency,
  );
  // An event that does not say when it was received is kept: nothing shows that it is old.
  return at.ok && typeof at.value === 'number' && at.value < arrivedAt - days * DAY_MS;
};
