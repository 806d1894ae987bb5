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

/** The columns behind what a row says, of a table whose columns are kept because updates may carry some of them only. */
export interface RowColumns<After> {
  readonly image: RowImage;
  /** What the row says by an image, mapped as those columns of one record; nothing when it says nothing, or not yet. */
  readonly read: (image: RowImage) => After | undefined;
}

interface RowChangeBase {
  readonly rowKey: SourceRowKey;
  readonly source: string;
  readonly version: RowVersion;
  /** The earliest version among those that it stands for; its own when absent. */
  readonly since?: RowVersion;
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
  readonly columns?: RowColumns<PartyAfter>;
  /** The row it was before its primary key changed. */
  readonly renamedFrom?: SourceRowKey;
}

/** What a fact row says. Without `unit` it names nobody. */
export interface FactAfter {
  readonly unit?: EvidenceUnit;
  readonly contribution: Contribution;
}

/** A row that refers to a customer. */
export interface FactChange extends RowChangeBase {
  readonly kind: 'fact';
  /** What it says; absent when the row was deleted, and while its columns are not all known. */
  readonly after?: FactAfter;
  readonly columns?: RowColumns<FactAfter>;
}

/** A row that only shows that its source is alive. */
export interface HeartbeatChange extends RowChangeBase {
  readonly kind: 'heartbeat';
}

/** A change of one source row. */
export type RowChange = PartyChange | FactChange | HeartbeatChange;
