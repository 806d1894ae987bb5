/**
 * Exceptions among strong reads: what comes of it when they are behind is asked again, or harms nobody.
 * @module
 */
import type { Exception } from './mutant.ts';

const IDENTITY = 'src/application/identity';

const ASKED = 'Every write asks for what was seen, as after the first read, which may be behind.';
const SHOWN =
  'It answers a person, who may as well have asked a moment before, and nothing is written by the answer.';

/** Each with why nothing notices that it is behind. */
export const EXCEPTIONS_OF_READS: readonly Exception[] = [
  {
    file: `${IDENTITY}/apply-facts.ts`,
    code: 'ports.table.getAll(factKeys(changes))',
    why: `${ASKED} What is read again and late costs another attempt, of which there are few.`,
  },
  {
    file: `${IDENTITY}/decide-facts.ts`,
    code: 'table.getAll(others.map(unitItemKey))',
    why: ASKED,
  },
  {
    file: `${IDENTITY}/late-changes.ts`,
    code: 'table.getAll([...keys.values()])',
    why: 'A later version that is seen is there. One that is not seen yet is found by the condition of the write, and the row is read again.',
  },
  {
    file: `${IDENTITY}/freshness.ts`,
    code: 'table.getAll([positionsKey(note.shard)])',
    why: 'Positions only grow, and the write asks each whether it is further. A late look costs another attempt.',
  },
  {
    file: `${IDENTITY}/open-scopes.ts`,
    code: 'own ? [] : await table.getAll([scopeKey(id)])',
    why: 'The check of the transaction asks for the version that was read, or that there is none; else the step is taken again.',
  },
  {
    file: `${IDENTITY}/open-scopes.ts`,
    code: 'table.getAll(identifiers.map(heldKey))',
    why: 'Not redundant, and not shown yet: it takes an entry that was right, then wrong, and is to be again as it was.',
  },
  {
    file: `${IDENTITY}/open-scopes.ts`,
    code: 'table.getAll(expected.map(({ id }) => customerKey(id)))',
    why: 'Not redundant, and not shown yet: it takes a customer that was right, then wrong, and is to be again as it was.',
  },
  {
    file: `${IDENTITY}/explain.ts`,
    code: 'table.getAll(units.map(unitItemKey))',
    why: SHOWN,
  },
  {
    file: `${IDENTITY}/describe-evidence.ts`,
    code: 'table.getAll(units.map(({ key }) => unitItemKey(key)))',
    why: SHOWN,
  },
  {
    file: `${IDENTITY}/describe-evidence.ts`,
    code: 'table.getAll(Array.from({ length: count }, (_, n) => bucketKey(unit, n)))',
    why: SHOWN,
  },
  {
    file: `${IDENTITY}/describe-evidence.ts`,
    code: 'table.getAll(parties.map(({ key }) => unitItemKey(key)))',
    why: SHOWN,
  },
  {
    file: `${IDENTITY}/describe-evidence.ts`,
    code: 'decided.map((identifier) => decisionKey',
    why: SHOWN,
  },
  {
    file: `${IDENTITY}/list-held.ts`,
    code: 'table.getAll([claimKey(identifier)])',
    why: SHOWN,
  },
  {
    file: `${IDENTITY}/list-held.ts`,
    code: 'table.getAll(facts.map(unitItemKey))',
    why: SHOWN,
  },
  {
    file: `${IDENTITY}/list-held.ts`,
    code: 'table.getAll(buckets)',
    why: SHOWN,
  },
  {
    file: `${IDENTITY}/list-held.ts`,
    code: 'table.getAll(units.map(unitItemKey))',
    why: SHOWN,
  },
];
