/**
 * Erase customer: goes on with an erasure, step by step, until it is done or its time is over.
 *
 * The state is kept after every part. Every part may be repeated, so a crash costs the part it was in; and two workers on
 * one erasure do the same twice, of which the slower one keeps nothing.
 *
 * The order matters. Rows are marked before they are retracted, so nothing that arrives brings them back. Items go before
 * the archive is read, and readers of the stream get time to end the batches they have begun, so nothing is written behind
 * the erasure's back. The audit log comes late: the erasure itself is read of the customer.
 * @module
 */
import { GATE_MS } from '#application/shared/erased-rows.ts';
import { ERASED_HEAD } from '#application/shared/erasure-items.ts';
import {
  type ERASURE_STEPS,
  type Erasure,
  type ErasureStep,
  loadErasure,
  saveErasure,
} from '#application/shared/erasures.ts';
import { must } from '#domain/shared/assert.ts';
import { eraseFromArchive } from './erase-archive.ts';
import { eraseFromAudit } from './erase-audit.ts';
import { eraseFromExtracts } from './erase-extracts.ts';
import {
  type EraseHeld,
  eraseFromDrops,
  eraseFromFailed,
  eraseFromQuarantine,
} from './erase-held.ts';
import { addToPlan, readPlan } from './plan.ts';
import type { ErasePorts } from './ports.ts';
import { removeItems } from './remove.ts';
import { retractRows } from './retract.ts';
import { surveyCustomer, unitsOf } from './survey.ts';
import { writeCertificate } from './write-certificate.ts';

/** How an erasure is gone on with. */
export interface EraseOptions {
  /** Asked before every part. */
  readonly mayGoOn?: () => boolean;
  readonly onPart?: (erasure: Erasure) => void;
  /** Waits when a step has to; absent to come back later. */
  readonly wait?: (ms: number) => Promise<void>;
}

/** A customer that something arrives for again and again while it is erased. */
export class ErasureOvertakenError extends Error {
  override readonly name = 'ErasureOvertakenError';
}

/** Longer than readers of the stream may overlook that erasures have begun. */
const ANNOUNCE_MS = 2 * GATE_MS;
/** Times that a customer is looked for before somebody should ask why there is always something new. */
const MAX_ROUNDS = 20;
/** Rows retracted in one part. */
const ROWS = 50;
/** How often somebody who waits looks. */
const LOOK_MS = 250;

/**
 * Goes on with an erasure.
 * @returns how far it is: `done`, or call it again; `undefined` when there is none of this id
 * @throws what a store throws; then it goes on where the last part ended
 */
export const continueErasure = async (
  ports: ErasePorts,
  id: string,
  { mayGoOn = () => true, onPart, wait }: EraseOptions = {},
): Promise<Erasure | undefined> => {
  for (;;) {
    const stored = await loadErasure(ports.table, id);
    if (!stored || stored.doc.step === 'done' || !mayGoOn()) return stored?.doc;
    const erasure = stored.doc;
    const next = await STEPS[erasure.step as keyof typeof STEPS](ports, erasure);
    if (next !== erasure) {
      await saveErasure(ports.table, stored, next);
      onPart?.(next);
    } else if (wait) await wait(LOOK_MS);
    else return erasure;
  }
};

/** Does a part of a step; gives the erasure as it was when the step has to wait. */
type DoStep = (ports: ErasePorts, erasure: Erasure) => Promise<Erasure>;

const announce: DoStep = async (ports, erasure) => {
  const { table, clock } = ports;
  const item = { ...ERASED_HEAD, since: clock() };
  await table.write({ kind: 'put', item, when: { missing: ['pk'] } });
  const [head] = await table.getAll([ERASED_HEAD]);
  const isKnown = clock() >= Number(must(head, 'head of erasures')['since']) + ANNOUNCE_MS;
  return isKnown ? enter(ports, erasure, 'plan') : erasure;
};

const plan: DoStep = async (ports, erasure) => {
  const found = await surveyCustomer(ports, erasure.customer);
  await addToPlan(ports.table, erasure.id, `round-${erasure.round}`, found);
  await ports.erasedRows.add(found.rows.map(({ rowKey }) => rowKey));
  return enter(ports, erasure, 'retract');
};

const retract: DoStep = async (ports, erasure) => {
  const { rows } = await readPlan(ports.table, erasure.id);
  const from = Number(erasure.cursor ?? '0');
  const some = rows.slice(from, from + ROWS);
  if (some.length > 0) {
    await retractRows(ports, some);
    return { ...erasure, cursor: String(from + some.length) };
  }
  const left = await unitsOf(ports.table, erasure.customer);
  if (left.length === 0) return enter(ports, erasure, 'remove');
  if (erasure.round === MAX_ROUNDS)
    throw new ErasureOvertakenError(`something new arrived ${MAX_ROUNDS} times over`);
  return { ...enter(ports, erasure, 'plan'), round: erasure.round + 1 };
};

const remove: DoStep = async (ports, erasure) => {
  await removeItems(ports, await readPlan(ports.table, erasure.id), erasure.requestedAt);
  return enter(ports, erasure, 'settle');
};

/** A batch that was begun before the rows were marked may have written since, and so may the maintainer of views. */
const settle: DoStep = async (ports, erasure) => {
  if (ports.clock() < erasure.since + ports.settleMs) return erasure;
  await removeItems(ports, await readPlan(ports.table, erasure.id), erasure.requestedAt);
  return enter(ports, erasure, 'archive');
};

const archive: DoStep = async (ports, erasure) => {
  const known = await readPlan(ports.table, erasure.id);
  const part = await eraseFromArchive(ports, erasure.id, known, erasure.cursor);
  const learnt = part.learnt || erasure.learnt === true;
  if (part.cursor !== undefined) return { ...erasure, cursor: part.cursor, learnt };
  // What was learnt may be in objects that were passed over, and in the table.
  return enter(ports, erasure, learnt ? 'remove' : 'quarantine');
};

const held =
  (erase: EraseHeld, next: ErasureStep): DoStep =>
  async (ports, erasure) => {
    const known = await readPlan(ports.table, erasure.id);
    const { cursor } = await erase(ports, erasure.id, known, erasure.cursor);
    return cursor === undefined ? enter(ports, erasure, next) : { ...erasure, cursor };
  };

const audit: DoStep = async (ports, erasure) => {
  const known = await readPlan(ports.table, erasure.id);
  const part = await eraseFromAudit(ports, erasure.id, known, erasure.cursor);
  const auditEntries = erasure.auditEntries + part.entries;
  return part.cursor === undefined
    ? { ...enter(ports, erasure, 'certify'), auditEntries }
    : { ...erasure, cursor: part.cursor, auditEntries };
};

const certifyStep: DoStep = async (ports, erasure) =>
  writeCertificate(ports, erasure, await readPlan(ports.table, erasure.id));

const STEPS: Readonly<Record<(typeof ERASURE_STEPS)[number], DoStep>> = {
  announce,
  plan,
  retract,
  remove,
  settle,
  archive,
  quarantine: held(eraseFromQuarantine, 'failed-batches'),
  'failed-batches': held(eraseFromFailed, 'dropped-files'),
  'dropped-files': held(eraseFromDrops, 'extracts'),
  extracts: held(eraseFromExtracts, 'audit'),
  audit,
  certify: certifyStep,
};

/** Begins a step. */
const enter = ({ clock }: ErasePorts, erasure: Erasure, step: ErasureStep): Erasure => {
  const { cursor: _cursor, learnt: _learnt, ...kept } = erasure;
  return { ...kept, step, since: clock() };
};
