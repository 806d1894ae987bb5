/**
 * Guards of laid rows: party rows that are written ahead of the scope whose write commits them (docs/adr/0070).
 * @module
 */
import type { Mutant } from './mutant.ts';

const IDENTITY = 'src/application/identity';
const ROWS = `${IDENTITY}/write-parties.ts`;
const RACES = { tests: 'test/unit/identity/laid-rows.test.ts' };

/** Each guard, and the code without it. */
export const GUARDS_OF_LAID_ROWS: readonly Mutant[] = [
  {
    guard: 'whoever goes on with a row that was laid asks its scope',
    file: ROWS,
    from: 'if (!item || !row?.laid ||',
    to: 'if (!item || row ||',
  },
  {
    guard:
      'whoever commits a row that another laid keeps the scope from beginning that it was laid for',
    file: `${IDENTITY}/world.ts`,
    from: 'new Set([...claimed, ...awaited]);',
    to: 'new Set([...claimed, ...awaited.slice(awaited.length)]);',
    ...RACES,
  },
  {
    guard: 'a row that was laid is committed only where it still points to',
    file: ROWS,
    from: "STILL_LAID, { equals: [['scope'], scope] }",
    to: 'STILL_LAID',
    ...RACES,
  },
  {
    guard: 'a row that was laid is not committed over what was written once it was',
    file: ROWS,
    from: "asRead(row), STILL_LAID, { equals: [['scope'], scope] }",
    to: "asRead(row), { equals: [['scope'], scope] }",
    ...RACES,
  },
  {
    guard: 'a row is laid only over what was read',
    file: ROWS,
    from: "if (!row) return { missing: ['pk'] };",
    to: 'if (!row) return { all: [] };',
    ...RACES,
  },
  {
    guard: 'an image that is written without a look leaves the row laid',
    file: ROWS,
    from: '...(isLaid ? { laid: true } : {})',
    to: '...(isLaid ? {} : {})',
    ...RACES,
  },
  {
    guard: 'an image is not written for a row that was laid anew since it was read',
    file: ROWS,
    from: "row.laid ? STILL_LAID : { missing: ['said', 'laid'] },",
    to: "{ exists: ['pk'] },",
    ...RACES,
  },
  {
    guard: 'nor after a look at the scope that an earlier row was laid for',
    file: ROWS,
    from: '(row.laid ?? false) === isLaid',
    to: 'row.version !== undefined',
    ...RACES,
  },
  {
    guard: 'a change that comes again in one with a later one asks the scope',
    file: ROWS,
    from: 'since > row.version &&',
    to: 'version > row.version &&',
    ...RACES,
  },
  {
    guard: 'a new load asks the scope',
    file: ROWS,
    from: ' && generationOf(since) === generationOf(row.version)',
    to: '',
    ...RACES,
  },
  {
    guard: 'a row is decided anew once it is committed',
    file: `${IDENTITY}/apply-parties.ts`,
    from: 'return { done: false, held, conflicts: outcome.conflicts };',
    to: 'return { done: true, held, conflicts: outcome.conflicts };',
    ...RACES,
  },
  {
    guard: 'a row that got another primary key is not laid apart from the row that it was',
    file: ROWS,
    from: 'after && !row?.evidence && !change.renamedFrom',
    to: 'after && !row?.evidence',
    ...RACES,
  },
  {
    guard: 'a unit that changes stays with the scope that lists it',
    file: `${IDENTITY}/world-parts.ts`,
    from: 'homesOf(change, world));',
    to: '[]);',
    ...RACES,
  },
];
