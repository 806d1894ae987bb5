/**
 * Look: examines some items of the table as they are now, each with what it hangs together with.
 * @module
 */
import { isScopeItem, readScopes, type StoredScope } from '#application/identity/scope-store.ts';
import { parseRowItem, type ScopeId } from '#application/shared/items.ts';
import { isPartyItem } from '#application/shared/party-row.ts';
import type { Item, Key, Table } from '#application/shared/table.ts';
import { examineItem, keysBeside, scopeBeside } from './examine-items.ts';
import { examineScope, keysAround } from './examine-scope.ts';
import { examineSummaries, type Standard } from './examine-summaries.ts';
import type { Finding } from './finding.ts';
import { addCounts, countRows, type TableCounts, tableOf } from './row-counts.ts';
import { surroundingsOn } from './surroundings.ts';

/** What was found at one item. */
export interface Examination {
  /** The item that was examined. */
  readonly subject: Key;
  readonly findings: readonly Finding[];
  /** Rows that were counted with it. */
  readonly counts: TableCounts;
  readonly outdated: number;
  /** A commit of its scope goes on: it is not compared, and looked at again. */
  readonly open: boolean;
}

const nothingAt = (subject: Key): Examination => ({
  subject: { pk: subject.pk, sk: subject.sk },
  findings: [],
  counts: {},
  outdated: 0,
  open: false,
});

/** Examines items; those that nothing is to be said of are left out. */
export const lookAt = async (
  table: Pick<Table, 'getAll'>,
  standard: Standard,
  items: readonly Item[],
): Promise<readonly Examination[]> => {
  const heads = items.filter((item) => item.sk === 'SCOPE' && isScopeItem(item));
  const others = items.filter((item) => item.sk !== 'SCOPE');
  return [...(await lookAtScopes(table, standard, heads)), ...(await lookAtItems(table, others))];
};

const lookAtItems = async (
  table: Pick<Table, 'getAll'>,
  items: readonly Item[],
): Promise<readonly Examination[]> => {
  const around = surroundingsOn(table);
  await around.getAll(items.flatMap(keysBeside));
  await around.expectScopes(items.flatMap(scopeBeside));
  const examined = await Promise.all(
    items.map(async (item) => ({
      ...nothingAt(item),
      findings: await examineItem(around, item),
      counts: namelessRow(item),
    })),
  );
  return examined.filter(
    ({ findings, counts }) => findings.length > 0 || Object.keys(counts).length > 0,
  );
};

/** A fact row that names nobody is in no scope, so it is counted where it stands. */
const namelessRow = (item: Item): TableCounts => {
  const named = item['unit'] !== undefined || isPartyItem(item);
  if (item.sk !== 'ROW' || named || item['deleted'] === true) return {};
  return countRows([{ rowKey: item.pk.slice(2), version: parseRowItem(item).version }], 'unowned');
};

const lookAtScopes = async (
  table: Pick<Table, 'getAll'>,
  standard: Standard,
  heads: readonly Item[],
): Promise<readonly Examination[]> => {
  const scopes = await readScopes(
    table,
    heads.map(({ pk }) => pk.slice(2) as ScopeId),
  );
  const around = surroundingsOn(table);
  await around.getAll(scopes.flatMap(keysAround));
  // One that was absorbed since it was read is examined where its units went.
  const own = new Set(heads.map(({ pk }) => pk.slice(2)));
  return Promise.all(
    scopes.filter(({ id }) => own.has(id)).map((stored) => lookAtScope(around, standard, stored)),
  );
};

const lookAtScope = async (
  around: ReturnType<typeof surroundingsOn>,
  standard: Standard,
  stored: StoredScope,
): Promise<Examination> => {
  const subject = { pk: `K#${stored.id}`, sk: 'SCOPE' };
  if (stored.open) return { ...nothingAt(subject), open: true };
  const policy = standard.definitions.namespaces;
  const findings = await examineScope(around, policy, stored);
  const summaries = await examineSummaries(around, standard, stored);
  return {
    ...nothingAt(subject),
    findings: [...findings, ...summaries.findings],
    counts: summaries.counts,
    outdated: summaries.outdated,
  };
};

/** What concerns one source only, of an examination; all of it when it tells no source. */
export const ofSource = (examination: Examination, source: string | undefined): Examination => {
  if (source === undefined) return examination;
  const { subject, counts, findings } = examination;
  const isOwn = (table: string) => table.startsWith(`${source}.`);
  const row = /^R#/.test(subject.pk) ? [tableOf(subject.pk.slice(2))] : [];
  const tables = [...Object.keys(counts), ...row];
  return {
    ...examination,
    findings: tables.length === 0 || tables.some(isOwn) ? findings : [],
    counts: addCounts([
      Object.fromEntries(Object.entries(counts).filter(([table]) => isOwn(table))),
    ]),
  };
};
