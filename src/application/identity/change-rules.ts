/**
 * Change of rules: what it would do, and doing it while changes keep flowing.
 *
 * A commit evaluates the scopes that it touches under the rules of the worker that makes it, so from the moment that
 * rules are published customers move to them one touch after another. A job visits the rest. A scope names the rules
 * that it was evaluated under, so the job may stop and go on, and run twice.
 * @module
 */
import { parseClaimItem, type ScopeId } from '#application/shared/items.ts';
import type { Item, Table } from '#application/shared/table.ts';
import type { IdentifierKey } from '#domain/identity/evidence.ts';
import { compares, type MergePolicy, policyMark, rulesOf } from '#domain/identity/merge-policy.ts';
import type { OneIdMinter } from '#domain/identity/one-id.ts';
import { compareRules, type Population, type RuleChange } from '#domain/identity/rule-change.ts';
import { holdersOf, mergeScopes, type Scope } from '#domain/identity/scope.ts';
import { describeScopes } from './compared-scopes.ts';
import { closeScopes } from './open-scopes.ts';
import { ContentionError, commitWork, type IdentityPorts } from './restructure.ts';
import { isScopeItem, readScopes } from './scope-store.ts';

/** Every item of the table, page by page, in no order and at no one instant. */
export type TableScan = () => AsyncIterable<readonly Item[]>;

/**
 * Evaluates changed rules on all customers, without changing anything.
 * Memory: some 0.5 KB for each evidence unit; where rules score pairs, the rows are read, and 1 KB.
 */
export const previewRules = async (
  table: Table,
  scan: TableScan,
  from: MergePolicy,
  to: MergePolicy,
  mint: OneIdMinter,
): Promise<RuleChange> => compareRules(await readPopulation(table, scan, from), from, to, mint);

/** All units, customers and ids, from the scopes; where rules score pairs, with what the rows say. */
export const readPopulation = async (
  table: Table,
  scan: TableScan,
  policy: MergePolicy,
): Promise<Population> => {
  const scopes: Scope[] = [];
  for await (const items of scan()) {
    const ids = items.flatMap(scopeAt);
    scopes.push(await describeScopes(table, policy, await readScopes(table, ids)));
  }
  return mergeScopes(scopes);
};

/** What the job did. */
export interface RulesApplied {
  readonly scopes: number;
  readonly identifiers: number;
}

/**
 * Brings everything stored to these rules. Safe to repeat, to interrupt, and to run beside changes, once every worker
 * has the rules.
 * @throws ContentionError when a scope was changed by others again and again
 */
export const applyRules = async (
  ports: IdentityPorts,
  scan: TableScan,
  policy: MergePolicy,
): Promise<RulesApplied> => {
  let [scopes, identifiers] = [0, 0];
  for await (const items of scan()) {
    const heads = items.flatMap(scopeAt);
    const stored = await readScopes(ports.table, heads);
    const crossed = new Set([
      ...items.flatMap((item) => claimAt(item, policy)),
      ...stored.flatMap(({ scope }) => crossing(scope, policy)),
    ]);
    for (const identifier of crossed) {
      await visit(ports, policy, { changes: [], identifiers: [identifier] });
      identifiers += 1;
    }
    for (const { id } of stored.filter(({ rules }) => rules !== policyMark(policy))) {
      await visit(ports, policy, { changes: [], scopes: [id] });
      scopes += 1;
    }
    await closeScopes(ports, policy);
  }
  return { scopes, identifiers };
};

const visit = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  work: Parameters<typeof commitWork>[2],
): Promise<void> => {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    if ((await commitWork(ports, policy, work)).done) return;
  }
  throw new ContentionError('a scope was changed by others again and again');
};

const MAX_ATTEMPTS = 24;

// Whether a shared value still is one needs a count, and a blocking key tells by its list.
const claimAt = (item: Item, policy: MergePolicy): readonly IdentifierKey[] => {
  const identifier = item.pk.slice(2) as IdentifierKey;
  if (item.sk !== 'CLAIM' || !compares(policy, identifier)) return [];
  const { shared, units } = parseClaimItem(item);
  return shared || units.length > rulesOf(policy, identifier).cap ? [identifier] : [];
};

/** Identifiers that a scope lists more holders of than their cap allows. */
const crossing = (scope: Scope, policy: MergePolicy): readonly IdentifierKey[] =>
  [...holdersOf(scope, policy)].flatMap(([identifier, { length }]) =>
    length > rulesOf(policy, identifier).cap ? [identifier] : [],
  );

const scopeAt = (item: Item): readonly ScopeId[] =>
  item.sk === 'SCOPE' && isScopeItem(item) ? [item.pk.slice(2) as ScopeId] : [];
