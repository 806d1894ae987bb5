/**
 * Wiring: binds the ports to AWS. Clients are made once per execution environment and keep their connections.
 * @module
 */
import { makeMark } from '#adapters/crypto/erasure-marks.ts';
import { makeOneIdMinter } from '#adapters/crypto/one-id-minter.ts';
import { makePseudonymiser, type Pseudonymiser } from '#adapters/crypto/pseudonym.ts';
import { randomText, sha256 } from '#adapters/crypto/sha256.ts';
import { currentDefinitions } from '#adapters/definitions/current-definitions.ts';
import { makeDynamoClient } from '#adapters/dynamodb/client.ts';
import { makePagedScan } from '#adapters/dynamodb/scan.ts';
import { DynamoTable } from '#adapters/dynamodb/table.ts';
import { makeS3Client } from '#adapters/s3/client.ts';
import { S3ObjectStore } from '#adapters/s3/object-store.ts';
import { makeGetSecret, makeSecretsClient } from '#adapters/secrets/secret.ts';
import { keepingParts } from '#adapters/shared/kept-parts.ts';
import type { Scan } from '#application/operate/ports.ts';
import { type AuditLog, makeAuditLog } from '#application/serve/audit.ts';
import { type ErasedRows, makeErasedRows } from '#application/shared/erased-rows.ts';
import type { Mark } from '#application/shared/erasure-items.ts';
import type { DefinitionsSource } from '#application/shared/ports.ts';
import type { Table } from '#application/shared/table.ts';

/** The wall clock, epoch milliseconds. */
export const wallClock = (): number => Date.now();

/** Waits. */
export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

const tables = new Map<string, Table>();

/** A table of a function; the same for the same name, so that connections are kept when ports are bound anew. */
export const bindTable = (tableName: string): Table => {
  const known = tables.get(tableName);
  if (known) return known;
  const made = keepingParts(new DynamoTable({ client: makeDynamoClient(), tableName }));
  tables.set(tableName, made);
  return made;
};

/** The audit log in its table. */
export const bindAudit = (tableName: string, pseudonymise: Pseudonymiser): AuditLog =>
  makeAuditLog({
    table: bindTable(tableName),
    clock: wallClock,
    pseudonymise,
    hash: sha256,
    salt: randomText,
  });

/** The scan of a table; only functions that check it as a whole may. */
export const bindScan = (tableName: string): Scan => makePagedScan(makeDynamoClient(), tableName);

/** The definitions in force, cached. */
export const bindDefinitions = (table: Table, bucket: string): DefinitionsSource =>
  currentDefinitions({ table, objects: new S3ObjectStore(makeS3Client(), bucket) }, wallClock);

/** Milliseconds for which a binding to secrets is kept, beyond those for which a secret is. */
const BINDING_KEPT_MS = 30_000;

/** Makes a binding that reads secrets, and makes it anew after a while: secrets rotate. One that failed is tried again. */
export const boundForAWhile = <Ports>(
  bind: () => Promise<Ports>,
  keptMs = BINDING_KEPT_MS,
): (() => Promise<Ports>) => {
  let kept: { readonly binding: Promise<Ports>; readonly until: number } | undefined;
  return () => {
    if (kept && wallClock() < kept.until) return kept.binding;
    const binding = bind().catch((error) => {
      kept = undefined;
      throw error;
    });
    kept = { binding, until: wallClock() + keptMs };
    return binding;
  };
};

const getSecret = makeGetSecret(makeSecretsClient());

let pseudonymiser: { readonly secrets: string; readonly made: Pseudonymiser } | undefined;

/**
 * The pseudonymiser under the peppers of this secret, the same as long as they are; whoever names fact units needs the key
 * of the OneIDs, too.
 */
export const bindPseudonymiser = async (
  pepperArn: string,
  unitKeyArn?: string,
): Promise<Pseudonymiser> => {
  const peppers = await getSecret(pepperArn);
  const unitKey = unitKeyArn === undefined ? undefined : await getSecret(unitKeyArn);
  const secrets = JSON.stringify([peppers, unitKey]);
  if (pseudonymiser?.secrets !== secrets)
    pseudonymiser = { secrets, made: makePseudonymiser(peppers, unitKey) };
  return pseudonymiser.made;
};

/** The OneID minter under the key of this secret. */
export const bindMinter = async (keyArn: string) => makeOneIdMinter(await getSecret(keyArn));

/** The marks of erasures under the key of this secret. */
export const bindMark = async (keyArn: string): Promise<Mark> => makeMark(await getSecret(keyArn));

/** The rows that must not come back. Keep what it gives: it remembers that there are any. */
export const bindErasedRows = async (table: Table, keyArn: string): Promise<ErasedRows> =>
  makeErasedRows({ table, mark: await bindMark(keyArn), clock: wallClock });

/** Makes something once per execution environment; when that fails, the next call tries again. */
export const once = <Made>(make: () => Promise<Made>): (() => Promise<Made>) => {
  let made: Promise<Made> | undefined;
  return () => {
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };
};
