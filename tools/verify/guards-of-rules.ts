/**
 * Guards of the rules: what F refuses to link.
 * @module
 */
import type { Mutant } from './mutant.ts';

const RULES = 'src/domain/identity';

/** Each guard, and the code without it. */
export const GUARDS_OF_RULES: readonly Mutant[] = [
  {
    guard: 'what an operator keeps apart stays apart',
    file: `${RULES}/constrained-clusters.ts`,
    from: "if (!a.never.isDisjointFrom(b.never)) return 'never-link';",
    to: '',
  },
  {
    guard: 'a typed value bridges no two customers',
    file: `${RULES}/constrained-clusters.ts`,
    from: "if (this.#bridges(link.a, a, link) || this.#bridges(link.b, b, link)) return 'unverified';",
    to: '',
  },
  {
    guard: 'a value does not link two that say who they are and do not agree',
    file: `${RULES}/constrained-clusters.ts`,
    from: "if (link.opposed) return 'contradicted';",
    to: '',
  },
  {
    guard: 'a customer holds no more values than its limit',
    file: `${RULES}/constrained-clusters.ts`,
    from: 'if (stands !== undefined)',
    to: 'if (stands === null)',
  },
  {
    guard: 'a limit gives way only between two that each say a value',
    file: `${RULES}/constrained-clusters.ts`,
    from: 'return isSaid(ofA) && isSaid(ofB) && agree',
    to: 'return agree',
  },
  {
    guard: 'what a decision let in is not added to',
    file: `${RULES}/constrained-clusters.ts`,
    from: 'isDecided(one) || one.yielded.has(scope)',
    to: 'one.yielded.has(scope)',
  },
  {
    guard: 'what a limit let in by giving way is known',
    file: `${RULES}/constrained-clusters.ts`,
    from: 'isDecided(one) || one.yielded.has(scope)',
    to: 'isDecided(one)',
  },
  {
    guard: 'a shared value links nobody',
    file: `${RULES}/partition.ts`,
    from: 'if (!shared.has(identifier) && links(policy, identifier)) append',
    to: 'if (links(policy, identifier)) append',
  },
];
