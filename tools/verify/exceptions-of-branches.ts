/**
 * Exceptions among branches: what went on without them would come to the same.
 * @module
 */
import type { Exception } from './mutant.ts';

const IDENTITY = 'src/application/identity';

const COUNTED =
  'Only a figure of what was done: links that are held are told by the commit that holds them.';
const STEPS =
  'The next step reads the scope anew, whatever this one came to; the note goes only in the transaction that closes it. Told apart, who loses waits, and gives up at last.';

/** Each with the proof that it is redundant, and why it stays. */
export const EXCEPTIONS_OF_BRANCHES: readonly Exception[] = [
  {
    file: `${IDENTITY}/apply-parties.ts`,
    code: 'const held = outcome.done ? outcome.held.length : 0;',
    why: COUNTED,
  },
  {
    file: `${IDENTITY}/apply-parties.ts`,
    code: 'held: outcome.done ? outcome.held.length : 0,',
    why: COUNTED,
  },
  {
    file: `${IDENTITY}/commit-plans.ts`,
    code: "(first.length > 0 ? 'laid' : 'conflict');",
    why: 'Taken for a conflict, the next attempt finds its own laid row in the way of laying it, is superseded, and the row is read again: the same, one attempt later.',
  },
  {
    file: `${IDENTITY}/found-units.ts`,
    code: 'held: outcome.done ? outcome.held.length : 0,',
    why: COUNTED,
  },
  {
    file: `${IDENTITY}/open-scopes.ts`,
    code: "if (outcome !== 'conflict') return outcome === 'closed';",
    why: STEPS,
  },
  {
    file: `${IDENTITY}/open-scopes.ts`,
    code: "return done ? 'more' : 'conflict';",
    why: STEPS,
  },
  {
    file: `${IDENTITY}/open-scopes.ts`,
    code: "return done ? 'closed' : 'conflict';",
    why: `${STEPS} A note that stays is found by the next look of the same loop.`,
  },
  {
    file: `${IDENTITY}/open-scopes.ts`,
    code: "if (!done) return 'conflict';",
    why: `${STEPS} A note that stays is found by the next look of the same loop.`,
  },
  {
    file: `${IDENTITY}/plan-within.ts`,
    code: "if (middleOf(changes) !== undefined) return 'too-large';",
    why: 'Scopes may be coarser than components: without it several changes go in one commit whose scopes stay together, and no answer is another.',
  },
  {
    file: `${IDENTITY}/plan-within.ts`,
    code: "?? 'too-large';",
    why: 'There is no plan to go on with.',
  },
  {
    file: `${IDENTITY}/restructure.ts`,
    code: 'return rest.done ? { ...rest, held: [...held, ...rest.held] } : rest;',
    why: COUNTED,
  },
  {
    file: `${IDENTITY}/restructure.ts`,
    code: "outcome.done ? 'gathered' : 'conflict'",
    why: 'The next attempt reads the scopes anew, whether they are one by now or not. It keeps count of the races lost.',
  },
  {
    file: `${IDENTITY}/settle-unit.ts`,
    code: 'if ((await restructure(ports, policy, [unlisting(ports, stored, unit.key)])).done) return;',
    why: 'The claims of the unit lead to its scope, wherever that is, so only a unit that is there by now refuses it; and whoever brings one settles it.',
  },
  {
    file: `${IDENTITY}/units-left.ts`,
    code: "result === 'again' || result === 'failed';",
    why: 'The units left are settled whatever became of the row, and the write asks for the registry as it was read. A row that is to come may leave others.',
  },
  {
    file: `${IDENTITY}/world.ts`,
    code: 'isTorn(compared.scopes))',
    why: 'A unit in two scopes moved from one to the other in between, which wrote both, and the commit asks each for the version that was read.',
  },
  {
    file: `${IDENTITY}/commit-plans.ts`,
    code: 'ready.has(one) ? steps.get(one) : undefined',
    why: 'A plan whose claims or parts were not laid has no outcome of its own. Taken for superseded, its rows are read again as well as the scopes: the same, one reading later.',
  },
  {
    file: `${IDENTITY}/decide.ts`,
    code: 'if (!(await commitLaid(ports, policy, items))) continue;',
    why: 'A row that was laid and not committed is in no scope, so its change is superseded, and units are read again. Of one that has just been committed the scope may be another, which comes to the same.',
  },
  {
    file: `${IDENTITY}/membership.ts`,
    code: 'counted.slice(0, MAX_MOVED));\n    return undefined;',
    why: 'Whoever moves holders to the list gives the claim another version, and so does whoever hinders that; the commit asks for the one that was counted under.',
  },
  {
    file: `${IDENTITY}/membership.ts`,
    code: 'return marked ? { ...claim, version: claim.version + 1, cooling: String(token) } : undefined;',
    why: 'After a shared claim without a mark the next version is the same with one, whoever makes it, and a mark serves whoever finds it.',
  },
  {
    file: `${IDENTITY}/settle-unit.ts`,
    code: 'const sealed = there ? await readUnit(table, unit) : undefined;',
    why: 'A unit that came back after the seal was refused is there without its mark, for which the removal asks; buckets that were sealed so are opened by the rows that come to them.',
  },
];
