/**
 * Applies the row changes of a batch, read together.
 *
 * Party rows that only show something else and fact rows are written side by side. Where party rows change the identity
 * graph they go first: facts refer to them, and two commits in one place would only get in each other's way.
 * @module
 */
import { inParallel } from '#application/shared/in-parallel.ts';
import type { Item, Key } from '#application/shared/table.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import { must } from '#domain/shared/assert.ts';
import type { Applied } from './applied.ts';
import { applyFacts } from './apply-facts.ts';
import { applyParties, decideParties, partyKeys } from './apply-parties.ts';
import { factKeys } from './decide-facts.ts';
import type { IdentityPorts } from './restructure.ts';
import type { FactChange, PartyChange } from './row-change.ts';
import type { PartyStep } from './write-parties.ts';

/** What is read to apply changes, eventually consistent: all writes ask for it, and what is refused is read again (ADR 0065). */
export const rowKeys = (
  parties: readonly PartyChange[],
  facts: readonly FactChange[],
): readonly Key[] => [...partyKeys(parties), ...factKeys(facts)];

/**
 * Applies changes, at most one per row.
 * @param read the items of {@link rowKeys}, when they were just read
 */
export const applyRows = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  parties: readonly PartyChange[],
  facts: readonly FactChange[],
  read?: readonly (Item | undefined)[],
): Promise<Applied> => {
  const items = read ?? (await ports.table.getAll(rowKeys(parties, facts), 'eventual'));
  const decided = decideParties(parties, items.slice(0, parties.length));
  const both = [
    () => applyParties(ports, policy, decided),
    () => applyFacts(ports, policy, facts, items.slice(parties.length)),
  ];
  const isStructural = decided.some(({ step }) => changesGraph(step));
  const [ofParties, ofFacts] = await inParallel(both, (apply) => apply(), isStructural ? 1 : 2);
  return sumOf(must(ofParties, 'parties applied'), must(ofFacts, 'facts applied'));
};

const changesGraph = (step: PartyStep): boolean =>
  step.step === 'restructure' || (step.step === 'look' && changesGraph(step.committed));

const sumOf = (a: Applied, b: Applied): Applied => ({
  applied: a.applied + b.applied,
  stale: a.stale + b.stale,
  held: a.held + b.held,
  conflicts: a.conflicts + b.conflicts,
  failures: [...a.failures, ...b.failures],
});
