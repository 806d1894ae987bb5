/**
 * Ports of an erasure.
 * @module
 */
import type { Pseudonymise } from '#application/identity/read-row.ts';
import type { IdentityPorts } from '#application/identity/restructure.ts';
import type { QuarantineShelf } from '#application/operate/ports.ts';
import type { ErasedRows } from '#application/shared/erased-rows.ts';
import type { Mark } from '#application/shared/erasure-items.ts';
import type { Compression, ErasableStore, ObjectStore } from '#application/shared/ports.ts';
import type { Table } from '#application/shared/table.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import type { Hash } from '#domain/serve/audit-chain.ts';

/** What erasing needs. */
export interface ErasePorts extends IdentityPorts {
  readonly definitions: () => Promise<{ readonly definitions: Definitions }>;
  readonly pseudonymise: Pseudonymise;
  readonly mark: Mark;
  readonly erasedRows: ErasedRows;
  readonly audit: Table;
  readonly archive: ErasableStore;
  readonly quarantine: QuarantineShelf;
  readonly failed: ErasableStore;
  readonly drops: ErasableStore;
  /** Certificates and extracts. */
  readonly rights: ObjectStore;
  readonly compression: Compression;
  readonly hash: Hash;
  /** How long readers of the stream may take for a batch that they have begun, in milliseconds. */
  readonly settleMs: number;
}
