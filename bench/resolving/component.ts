/**
 * Component: what a change of a row takes that hangs together with so many others, on the counting store.
 *
 * Rows in a line, each of which shares a value with the next, are the worst that values below their caps can do: one scope
 * holds all of them.
 * @module
 */
import { type Meter, makeMeter } from '#adapters/dynamodb/meter.ts';
import { MemoryTable } from '#adapters/memory/table.ts';
import { keepingParts } from '#adapters/shared/kept-parts.ts';
import { applyRows } from '#application/identity/apply-rows.ts';
import { closeScopes } from '#application/identity/open-scopes.ts';
import type { IdentityPorts } from '#application/identity/restructure.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { seededRandom } from '../../local/sources/shop/dice.ts';
import { POLICY } from '../../test/support/builders/evidence.ts';
import { party } from '../../test/support/builders/rows.ts';
import { type CallCounts, countingTable, noCalls } from './counting-table.ts';

/** What one structural change takes in a component of so many rows. */
export interface ComponentCosts {
  readonly rows: number;
  readonly writeUnits: number;
  readonly requests: number;
  readonly readUnits: number;
  /** The same in an execution environment that has read none of the scope. */
  readonly coldReadUnits: number;
  readonly transactions: number;
  /** Processor time of the change, milliseconds, median. */
  readonly milliseconds: number;
  /** Rows that could not be written: the component is larger than a commit holds. */
  readonly failed: number;
}

const TOGETHER = 8;
const CHANGES = 9;

/** Counts changes in components of these sizes, ascending; each grows out of the one before. */
export const countComponents = async (
  sizes: readonly number[],
  say: (line: string) => void,
): Promise<readonly ComponentCosts[]> => {
  const meter = makeMeter();
  const calls = noCalls();
  const table = countingTable(new MemoryTable({ meter }), calls);
  let now = 0;
  const ports: IdentityPorts = {
    table: keepingParts(table),
    mint: (anchor, attempt) => `one_${anchor}/${attempt}` as OneId,
    clock: () => ++now,
    random: seededRandom(7),
    sleep: async () => {},
  };
  const apply = async (...rows: readonly ReturnType<typeof party>[]): Promise<number> => {
    const { failures } = await applyRows(ports, POLICY, rows, []);
    await closeScopes(ports, POLICY);
    return failures.length;
  };
  const measured = {
    meter,
    calls,
    apply,
    restart: () => Object.assign(ports, { table: keepingParts(table) }),
  };
  const lineRow = (n: number) => party(`crm.member.${n}`, 1, `phone#${n}`, `phone#${n + 1}`);
  const results: ComponentCosts[] = [];
  let built = 0;
  for (const rows of sizes) {
    say(`a component of ${rows} rows`);
    let failed = 0;
    for (; built < rows; built += TOGETHER) {
      const some = Array.from({ length: Math.min(TOGETHER, rows - built) }, (_, k) => built + k);
      failed += await apply(...some.map(lineRow));
    }
    results.push({ rows, ...(await measureChanges(measured, rows)), failed });
  }
  return results;
};

const measureChanges = async (
  { meter, calls, apply, restart }: Measured,
  rows: number,
): Promise<Omit<ComponentCosts, 'rows' | 'failed'>> => {
  // The row in the middle says something more, which concerns nobody else.
  const change = async (number: number): Promise<void> => {
    const middle = Math.floor(rows / 2);
    const said = [`phone#${middle}`, `phone#${middle + 1}`, `email#${rows}-${number}`];
    await apply(party(`crm.member.${middle}`, 100 * rows + number, ...said));
  };
  restart();
  const cold = { ...meter };
  await change(CHANGES);
  const before = { ...meter, ...calls };
  const times: number[] = [];
  for (let number = 0; number < CHANGES; number++) {
    const begun = process.cpuUsage();
    await change(CHANGES + 1 + number);
    const { user, system } = process.cpuUsage(begun);
    times.push((user + system) / 1000);
  }
  return {
    writeUnits: (meter.writeUnits - before.writeUnits) / CHANGES,
    requests: (meter.requests - before.requests) / CHANGES,
    readUnits: (meter.readUnits - before.readUnits) / CHANGES,
    coldReadUnits: before.readUnits - cold.readUnits,
    transactions: (calls.transactions - before.transactions) / CHANGES,
    milliseconds: times.sort((a, b) => a - b)[Math.floor(CHANGES / 2)] ?? 0,
  };
};

/** What is measured, and how a change is made; `restart` begins an execution environment that has read nothing. */
interface Measured {
  readonly meter: Meter;
  readonly calls: CallCounts;
  readonly apply: (...rows: readonly ReturnType<typeof party>[]) => Promise<number>;
  readonly restart: () => void;
}
