/**
 * The operator commands about the rights of customers.
 * @module
 */
import { readFileSync } from 'node:fs';
import { sha256 } from '#adapters/crypto/sha256.ts';
import { currentDefinitions } from '#adapters/definitions/current-definitions.ts';
import { gzipCompression } from '#adapters/gzip/gzip.ts';
import { makeQuarantineShelf } from '#adapters/quarantine/quarantine-shelf.ts';
import { continueErasure } from '#application/operate/erase/erase-customer.ts';
import type { ErasePorts } from '#application/operate/erase/ports.ts';
import { getProfile } from '#application/serve/get-profile.ts';
import { makeErasedRows } from '#application/shared/erased-rows.ts';
import {
  certificateKey,
  ERASURE_STEPS,
  type Erasure,
  loadErasure,
  requestErasure,
  runningErasures,
} from '#application/shared/erasures.ts';
import { type ErasureCertificate, isSealed } from '#domain/operate/erasure-certificate.ts';
import { must } from '#domain/shared/assert.ts';
import { isJsonObject, type Json } from '#domain/shared/json.ts';
import type { Command } from './command.ts';
import { OpsError } from './ops-error.ts';
import { refuseWhileRekeying } from './rekey-command.ts';
import type { Target } from './target.ts';

/** Seconds that a reader of the change stream may take for a batch, its window included. */
const SETTLE_SECONDS = '90';

const erase: Command = async (target, flags, note) => {
  const { keys, settle = SETTLE_SECONDS, actor = 'operator' } = flags;
  const [word, ...more] = keys;
  if (word === undefined || more.length > 0)
    throw new OpsError('Say whom: erase member-card:610000074, or the id of an erasure.');
  if (!/^\d{1,4}$/.test(settle)) throw new OpsError(`--settle takes a number, not ${settle}.`);
  await refuseWhileRekeying(target.table());
  const ports = await erasureOn(target, Number(settle) * 1_000);
  const id = word.startsWith('era_') ? word : (await requested(ports, word, actor)).id;
  note(`erasure:${id}`);
  const erasure = await continueErasure(ports, id, { wait: ports.sleep, onPart: tellPart });
  if (!erasure) throw new OpsError(`There is no erasure ${id}.`);
  const bytes = await ports.rights.get(certificateKey(erasure.id));
  console.log(new TextDecoder().decode(must(bytes, 'certificate')));
  return 0;
};

const requested = async (ports: ErasePorts, identifier: string, client: string) => {
  const found = await getProfile(ports, identifier);
  if (!found.ok) throw new OpsError(`Nobody is erased: ${found.error.code}.`);
  const requester = { client, role: 'operator', requestId: 'ops' };
  return requestErasure(ports, found.value.customerId, requester);
};

const tellPart = ({ id, step, cursor }: Erasure): void => {
  if (step === 'done') return;
  const place = `${ERASURE_STEPS.indexOf(step) + 1}/${ERASURE_STEPS.length}`;
  console.error(`${id}  ${place} ${step}${cursor === undefined ? '' : `, after ${cursor}`}`);
};

const erasures: Command = async (target) => {
  const table = target.table();
  const ids = await runningErasures(table);
  for (const id of ids) {
    const stored = await loadErasure(table, id);
    if (!stored) continue;
    const { step, requestedAt } = stored.doc;
    console.log(`${id}  ${step}  since ${new Date(requestedAt).toISOString()}`);
  }
  console.log(`${ids.length} erasures are not done`);
  return 0;
};

const certificate: Command = async (target, { keys: [file, ...more] }) => {
  if (file === undefined || more.length > 0)
    throw new OpsError('Say which: certificate FILE, with the certificate as it was handed out.');
  const shown = readCertificate(file);
  const mark = await target.mark();
  const isOurs = isSealed(shown, (text) => mark('erasure', 'certificate', text));
  console.log(
    isOurs
      ? `${shown.erasure} is ours, as it was written`
      : 'this is none of ours, or it was changed',
  );
  return isOurs ? 0 : 1;
};

const readCertificate = (file: string): ErasureCertificate => {
  try {
    const shown: Json = JSON.parse(readFileSync(file, 'utf8'));
    if (isJsonObject(shown) && typeof shown['seal'] === 'string')
      return shown as unknown as ErasureCertificate;
  } catch (error) {
    throw new OpsError(`${file} cannot be read: ${(error as Error).message}`);
  }
  throw new OpsError(`${file} holds no certificate: it has no seal.`);
};

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const erasureOn = async (target: Target, settleMs: number): Promise<ErasePorts> => {
  const table = target.table();
  const mark = await target.mark();
  const stores = { table, objects: target.objects('definitions-bucket') };
  return {
    table,
    definitions: currentDefinitions(stores, Date.now).current,
    pseudonymise: await target.unitPseudonymiser(),
    mint: await target.minter(),
    mark,
    erasedRows: makeErasedRows({ table, mark, clock: Date.now }),
    audit: target.table('audit-table'),
    archive: target.objects('archive-bucket'),
    quarantine: makeQuarantineShelf(target.objects('quarantine-bucket'), table),
    failed: target.objects('failed-bucket'),
    drops: target.objects('drops-bucket'),
    rights: target.objects('rights-bucket'),
    compression: gzipCompression,
    hash: sha256,
    clock: Date.now,
    random: Math.random,
    sleep,
    settleMs,
  };
};

/** The commands by name. */
export const RIGHTS_COMMANDS: Readonly<Record<string, Command>> = {
  erase,
  erasures,
  certificate,
};
