/**
 * operate/reconcile: compares a part of the table with the rows it was derived from, and says what differs.
 *
 * It only looks: damage that nobody ordered is to be seen by a person before `npm run ops -- reconcile --heal` writes over
 * it. Each invocation goes on where the last one stopped.
 * @module
 */
import type { Context, ScheduledEvent } from 'aws-lambda';
import { loggableKey } from '#application/operate/reconcile/finding.ts';
import {
  continuePass,
  isComplete,
  newPass,
  type Pass,
  type PassPart,
  type ReconcilePorts,
} from '#application/operate/reconcile/reconcile.ts';
import { isRekeying } from '#application/operate/rekey/rekey.ts';
import { loadState, saveState } from '#application/operate/upkeep-store.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { withTelemetry } from '../../shared/middleware.ts';
import { makeTelemetry, type Telemetry } from '../../shared/telemetry.ts';
import { hasTimeLeft } from '../../shared/time-left.ts';
import { bindDefinitions, bindScan, bindTable, sleep, wallClock } from '../../shared/wiring.ts';

/** How much of the table one invocation looks at. */
export interface ReconcileLimits {
  /** Items read, about. */
  readonly items: number;
  /** How long the table's stream may take to pass. */
  readonly settleMs: number;
  /** Time kept for the second looks, in milliseconds. */
  readonly reserveMs: number;
}

const SEGMENTS = 4;

/** Makes the handler on given ports. */
export const makeHandler = (ports: ReconcilePorts, limits: ReconcileLimits, telemetry: Telemetry) =>
  withTelemetry(telemetry, async (_event: ScheduledEvent, context: Context): Promise<void> => {
    // Under way it would name every key that is copied or left.
    if (await isRekeying(ports.table)) return telemetry.log.info('the pepper is being rotated');
    const read = await loadState<Pass>(ports.table, 'RECONCILE');
    const begun = read.state && !isComplete(read.state) ? read.state : newPass(SEGMENTS);
    const timeLeft = hasTimeLeft(context, limits.reserveMs);
    let items = begun.items;
    const part = await continuePass(ports, begun, {
      settleMs: limits.settleMs,
      mayGoOn: () => timeLeft() && items - begun.items < limits.items,
      onPage: (pass) => {
        items = pass.items;
      },
    });
    await saveState(ports.table, 'RECONCILE', read, part.pass);
    tell(telemetry, begun, part);
  });

const rowsOf = ({ counts }: Pass): number =>
  Object.values(counts).reduce((sum, { stored, unowned }) => sum + stored.rows + unowned, 0);

const tell = ({ count, log }: Telemetry, begun: Pass, { pass, differences }: PassPart): void => {
  const rows = rowsOf(pass) - rowsOf(begun);
  count('RowsReconciled', rows);
  count('ViewDifferences', differences.length);
  for (const { key, problem, what } of differences)
    log.warn('an item does not fit the stored rows', {
      object: loggableKey(key),
      reason: `${problem}: ${what}`,
    });
  log.info(isComplete(pass) ? 'whole table reconciled' : 'part of the table reconciled', {
    records: pass.items - begun.items,
    rows,
    differences: differences.length,
  });
};

const env = readEnvironment('DEFINITIONS_BUCKET', 'FUNCTION_ID', 'RECONCILE_ITEMS', 'TABLE_NAME');
const table = bindTable(env.TABLE_NAME);
const { current } = bindDefinitions(table, env.DEFINITIONS_BUCKET);

/** Bound to the table. */
export const handler = makeHandler(
  { table, clock: wallClock, scan: bindScan(env.TABLE_NAME), definitions: current, sleep },
  { items: Number(env.RECONCILE_ITEMS), settleMs: 15_000, reserveMs: 120_000 },
  makeTelemetry(env.FUNCTION_ID),
);
