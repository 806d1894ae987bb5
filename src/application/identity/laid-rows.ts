/**
 * Laid rows: party rows that were written ahead of the scope whose write commits them (docs/adr/0070).
 *
 * Such a row says so itself, and its pointer leads to the scope. A scope that lists it has committed it, with what the row
 * claims. Where none does, its worker died, lost a race, or is slow: who wants to go on with the row commits it first as it
 * is, in a transaction that also writes the scope, so that whoever is only slow fails.
 * @module
 */
import { parseRowItem, type ScopeId } from '#application/shared/items.ts';
import type { Item, Table } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import { type IdentityPorts, restructure } from './restructure.ts';
import { readScopes } from './scope-store.ts';
import type { StructuralChange } from './world.ts';
import { commitOf, type PartyStep } from './write-parties.ts';

type Reads = Pick<Table, 'getAll'>;

/** Answers the steps that ask for a look: what the row asks for when it is committed, and else the commit. */
export const afterLook = async (
  table: Reads,
  steps: readonly PartyStep[],
): Promise<readonly PartyStep[]> => {
  const commits = steps.flatMap((step) => (step.step === 'look' ? [step.commit] : []));
  if (commits.length === 0) return steps;
  const open = new Set((await uncommitted(table, commits)).map(({ key }) => key));
  return steps.map((step) => {
    if (step.step !== 'look') return step;
    return open.has(step.commit.key) ? { step: 'commit', change: step.commit } : step.committed;
  });
};

/** Those of the commits that never came. Reads the scopes after the rows, as they are now. */
const uncommitted = async (
  table: Reads,
  commits: readonly StructuralChange[],
): Promise<readonly StructuralChange[]> => {
  const pointers = commits.flatMap(({ scope }) => scope ?? []);
  const scopes = await readScopes(table, [...new Set<ScopeId>(pointers)]);
  const listed = new Set<UnitKey>(scopes.flatMap(({ scope }) => [...scope.units.keys()]));
  return commits.filter(({ key }) => !listed.has(key));
};

/** Items of rows that were laid and that no scope lists, of any items. */
export const uncommittedRows = async (
  table: Reads,
  items: readonly (Item | undefined)[],
): Promise<readonly Item[]> => {
  const laid = items.filter((item): item is Item => item !== undefined && isLaid(item));
  const open = await uncommitted(table, laid.map(commitOf));
  const keys = new Set<string>(open.map(({ key }) => key));
  return laid.filter(({ pk }) => keys.has(pk.slice('R#'.length)));
};

const isLaid = (item: Item): boolean => item.sk === 'ROW' && parseRowItem(item).laid === true;

/**
 * Commits rows that were laid and never committed, of any items.
 * @returns whether there were none; else the items are to be read again
 */
export const commitLaid = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  items: readonly (Item | undefined)[],
): Promise<boolean> => {
  const open = await uncommittedRows(ports.table, items);
  for (const item of open) await restructure(ports, policy, [commitOf(item)]);
  return open.length === 0;
};
