/**
 * Reconcile: compares everything derived in the table with the rows it was derived from, names what differs, and heals.
 *
 * A pass scans the table in segments, page by page, and keeps no more than a page of each and the differences found. It
 * can be stopped after any page and go on from there in another process. A difference is named only when a second look,
 * after the table's stream had time to pass, finds the very same: what only changed meanwhile looks different then, and
 * is looked at again.
 * @module
 */

import type { CurrentDefinitions } from '#application/shared/ports.ts';
import type { Item, Table } from '#application/shared/table.ts';
import type { Clock } from '#domain/shared/clock.ts';
import type { Scan } from '../ports.ts';
import { allDone, newSegments, nextPages, type Segment } from '../scan-pages.ts';
import { type Finding, showKey } from './finding.ts';
import { type Examination, lookAt, ofSource } from './look.ts';
import { addCounts, type TableCounts } from './row-counts.ts';

/** What reconciling needs. */
export interface ReconcilePorts {
  readonly table: Table;
  readonly scan: Scan;
  readonly clock: Clock;
  readonly definitions: () => Promise<CurrentDefinitions>;
  /** Waits this many milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** A pass over the table: all that has to be kept to go on with it. */
export interface Pass {
  readonly segments: readonly Segment[];
  /** Items read. */
  readonly items: number;
  readonly counts: TableCounts;
  /** Summaries made by other definitions than those in force, which were not compared. */
  readonly outdated: number;
  /** Items that changed at every look. */
  readonly unsettled: number;
  /** Differences found. */
  readonly differences: number;
}

/** What a part of a pass came to. */
export interface PassPart {
  readonly pass: Pass;
  readonly differences: readonly Finding[];
}

/** How a pass is made. */
export interface PassOptions {
  /** Only what concerns this source. */
  readonly source?: string;
  /** How long the table's stream may take to pass before the second look. */
  readonly settleMs: number;
  /** Items read of a segment at once. */
  readonly pageSize?: number;
  /** Asked before every page. */
  readonly mayGoOn?: () => boolean;
  readonly onPage?: (pass: Pass) => void;
}

/** A pass at its beginning. */
export const newPass = (segments: number): Pass => ({
  segments: newSegments(segments),
  items: 0,
  counts: {},
  outdated: 0,
  unsettled: 0,
  differences: 0,
});

/** Whether a pass has read the whole table. */
export const isComplete = ({ segments }: Pass): boolean => allDone(segments);

/** Items of one page. */
const PAGE = 250;

/** Items that wait for their second look, at most: more, and the pass waits for the stream first. */
const MOST_SUSPECTS = 500;

/** Looks at an item that is different every time. */
const MOST_LOOKS = 4;

/** Goes on with a pass until it is complete or may go on no more; what it names was seen twice. */
export const continuePass = async (
  ports: ReconcilePorts,
  begun: Pass,
  options: PassOptions,
): Promise<PassPart> => {
  let pass = begun;
  const named: Finding[] = [];
  let suspects: Examination[] = [];
  const settle = async () => {
    const settled = await secondLooks(ports, suspects, options);
    suspects = [];
    const fresh = distinct(settled.findings).filter((one) => !has(named, one));
    named.push(...fresh);
    pass = {
      ...withExaminations(pass, settled.examinations),
      unsettled: pass.unsettled + settled.unsettled,
    };
  };
  while (!isComplete(pass) && (options.mayGoOn?.() ?? true)) {
    const page = await nextPages(ports.scan, pass.segments, options.pageSize ?? PAGE);
    const examined = await look(ports, page.items, options);
    pass = withExaminations(
      { ...pass, segments: page.segments, items: pass.items + page.items.length },
      examined.filter((one) => !isSuspect(one)),
    );
    suspects.push(...examined.filter(isSuspect));
    if (suspects.length >= MOST_SUSPECTS) await settle();
    options.onPage?.(pass);
  }
  await settle();
  return { pass: { ...pass, differences: pass.differences + named.length }, differences: named };
};

const has = (findings: readonly Finding[], one: Finding): boolean =>
  findings.some(({ key }) => showKey(key) === showKey(one.key));

/** Findings by key: what several items lead to is named once. */
const distinct = (findings: readonly Finding[]): readonly Finding[] => [
  ...new Map(findings.map((one) => [showKey(one.key), one])).values(),
];

const isSuspect = ({ findings, open }: Examination): boolean => open || findings.length > 0;

const withExaminations = (pass: Pass, examined: readonly Examination[]): Pass => ({
  ...pass,
  counts: addCounts([pass.counts, ...examined.map(({ counts }) => counts)]),
  outdated: pass.outdated + examined.reduce((sum, { outdated }) => sum + outdated, 0),
});

const look = async (
  { table, clock, definitions }: ReconcilePorts,
  items: readonly Item[],
  { source }: PassOptions,
): Promise<readonly Examination[]> => {
  const examined = await lookAt(table, { ...(await definitions()), now: clock() }, items);
  return examined.map((one) => ofSource(one, source));
};

interface Settled {
  readonly examinations: readonly Examination[];
  readonly findings: readonly Finding[];
  readonly unsettled: number;
}

/** Looks again until every suspect shows the same twice, or nothing; at most {@link MOST_LOOKS} times in all. */
const secondLooks = async (
  ports: ReconcilePorts,
  suspects: readonly Examination[],
  options: PassOptions,
): Promise<Settled> => {
  const examinations: Examination[] = [];
  const findings: Finding[] = [];
  let open = suspects;
  for (let looks = 1; looks < MOST_LOOKS && open.length > 0; looks++) {
    await ports.sleep(options.settleMs);
    const before = new Map(open.map((one) => [showKey(one.subject), one]));
    const items = await ports.table.getAll(open.map(({ subject }) => subject));
    const again = await look(
      ports,
      items.filter((item) => item !== undefined),
      options,
    );
    const settled = again.filter((one) => isSame(before.get(showKey(one.subject)), one));
    examinations.push(...settled);
    findings.push(...settled.flatMap((one) => one.findings));
    open = again.filter((one) => !settled.includes(one));
  }
  return { examinations, findings, unsettled: open.length };
};

const isSame = (before: Examination | undefined, now: Examination): boolean => {
  if (now.open) return false;
  const states = new Set(before?.findings.map(stateOf));
  return now.findings.every((one) => states.has(stateOf(one)));
};

const stateOf = ({ key, state }: Finding): string => `${showKey(key)} ${state}`;
