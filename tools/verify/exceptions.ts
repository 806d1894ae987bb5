/**
 * Exceptions: conditions of identity code without a mutant, for nothing could notice that they are missing.
 * @module
 */
import type { Exception } from './mutant.ts';

const IDENTITY = 'src/application/identity';

/** Each with the proof that it is redundant, and why it stays. */
export const EXCEPTIONS_OF_CONDITIONS: readonly Exception[] = [
  {
    file: `${IDENTITY}/as-read.ts`,
    code: "{ missing: ['parts'] }",
    why: 'Columns that are all of one version stay so while that is the version of the row: an earlier change adds nothing to them. The other branch needs its twin.',
  },
  {
    file: `${IDENTITY}/write-parties.ts`,
    code: "{ missing: ['said', 'parts'] }",
    why: 'As of fact rows: columns that are all of one version stay so at that version. The other branch needs its twin.',
  },
  {
    file: `${IDENTITY}/decide.ts`,
    code: "remove: ['dying'], when: { exists: ['claims'] } };",
    why: 'Whoever ends a unit writes its scope, which the commit has read after the unit. It keeps one that came back meanwhile, and whose item is yet to be written, from getting its claims first.',
  },
  {
    file: `${IDENTITY}/open-scopes.ts`,
    code: "({ missing: ['pk'] } as const)",
    why: 'A scope that was forgotten for good is begun by nobody, for its id was drawn once. A check needs a condition.',
  },
  {
    file: `${IDENTITY}/plan-customers.ts`,
    code: "key: noteKey(anchor), when: { missing: ['pk'] } }),",
    why: 'The own item of a unit that came and went tells of another end than was read, in the same transaction. It is this check that makes the commit one.',
  },
  {
    file: `${IDENTITY}/plan-pointers.ts`,
    code: "set: { scope, ...(customer === undefined ? {} : { customer }) },\n  ...(customer === undefined ? { remove: ['customer'] } : {}),\n  when: { exists: ['pk'] },",
    why: 'The claim of a value that a scope lists is deleted only by a commit that writes the scope, whose version is asked for as well. An update without a condition would make an item of what is not there.',
  },
  {
    file: `${IDENTITY}/settle-unit.ts`,
    code: "const when = { exists: ['pk'] } as const;",
    why: 'A bucket whose seal was read is there, and buckets stay. An update without a condition would make an item of what is not there.',
  },
  {
    file: `${IDENTITY}/found-units.ts`,
    code: "  { missing: ['claims'] },\n  asReadIn",
    why: 'A unit that was founded meanwhile has got its number of buckets, or lost the mark of its end, and both are asked for. It says what is meant.',
  },
  {
    file: `${IDENTITY}/scope-writes.ts`,
    code: "when: { missing: ['pk'] },",
    why: 'The id of a part is drawn once.',
  },
];
