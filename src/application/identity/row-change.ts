/**
 * Row change: a change record, mapped by the definitions to what it says about customers.
 * @module
 */

import type { Contribution } from '#application/shared/contributions.ts';
import type { ValueMap } from '#application/shared/table.ts';
import type { RowImage } from '#domain/capture/row-image.ts';
import type { RowVersion } from '#domain/capture/row-version.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { EvidenceUnit } from '#domain/identity/evidence.ts';
import type { Identifier } from '#domain/identity/identifier.ts';
import type { JsonObject } from '#domain/shared/json.ts';

interface RowChangeBase {
  readonly rowKey: SourceRowKey;
  readonly source: string;
  readonly version: RowVersion;
  /** Commit time, epoch milliseconds; absent for a load row. */
  readonly committedAt?: number;
  /** Stream sequence numbers that carry this row, all of which fail when it does. */
  readonly sequences: readonly string[];
}

/** What a party row says. */
export interface PartyAfter {
  readonly evidence: EvidenceUnit;
  readonly fields: ValueMap;
  /** Its identifiers in the clear, for the profile shows them. */
  readonly identifiers: readonly Identifier[];
}

/** A row that describes a customer. */
export interface PartyChange extends RowChangeBase {
  readonly kind: 'party';
  /** What it says; absent when the row was deleted. Of a partial image, what the columns say that it carries. */
  readonly after?: PartyAfter;
  /** The columns behind it, of a source whose updates may carry some of them only. */
  readonly columns?: {
    readonly image: RowImage;
    /** Maps joined columns as those of one record. */
    readonly read: (columns: JsonObject) => PartyAfter;
  };
  /** The row it was before its primary key changed. */
  readonly renamedFrom?: SourceRowKey;
}

/** A row that refers to a customer. */
export interface FactChange extends RowChangeBase {
  readonly kind: 'fact';
  /** What it says; absent when the row was deleted. Without `unit` it names nobody. */
  readonly after?: { readonly unit?: EvidenceUnit; readonly contribution: Contribution };
}

/** A row that only shows that its source is alive. */
export interface HeartbeatChange extends RowChangeBase {
  readonly kind: 'heartbeat';
}

/** A change of one source row. */
export type RowChange = PartyChange | FactChange | HeartbeatChange;
