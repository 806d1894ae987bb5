/**
 * Guards of reads: what has to be read as it is now. Taken out, what is read may be of any time before.
 * @module
 */
import type { Mutant } from './mutant.ts';

const IDENTITY = 'src/application/identity';
const READS = { tests: 'test/unit/identity/strong-reads.test.ts' };
const AGAIN = { tests: 'test/unit/identity/read-again.test.ts' };
const CORRECTED = { tests: 'test/unit/identity/corrections.test.ts' };
const TOLD = { tests: 'test/unit/identity/told-at-once.test.ts' };

/** A strong read that may be behind: the code up to the end of its keys. */
const late = (
  guard: string,
  file: string,
  keys: string,
  noticed: Pick<Mutant, 'races' | 'tests' | 'scored'> = {},
): Mutant => ({
  guard,
  file: `${IDENTITY}/${file}`,
  from: keys,
  to: `${keys}, 'eventual'`,
  ...noticed,
});

/** Each guard, and the code without it. */
export const GUARDS_OF_READS: readonly Mutant[] = [
  late(
    'a unit is looked at after the rows that left it',
    'settle-unit.ts',
    'ports.table.getAll(units.map(unitItemKey)',
    { races: 'receipts: whole' },
  ),
  late('a unit is settled as it is', 'settle-unit.ts', 'table.getAll([unitItemKey(unit)]', {
    races: 'receipts: whole',
  }),
  late(
    'live rows are looked for after the seal',
    'settle-unit.ts',
    'some.map((bucket) => bucketKey(evidence.key, bucket))',
    { races: 'receipts: whole' },
  ),
  late(
    'the claims of a unit that is listed only are read as they are',
    'settle-unit.ts',
    'claims.map(({ identifier }) => claimKey(identifier))',
  ),
  late(
    'a unit that a late row may have listed is looked at again',
    'apply-facts.ts',
    'table.getAll([...named.keys()].map(unitItemKey)',
    { tests: 'test/unit/identity/eventual-reads.test.ts' },
  ),
  late(
    'party rows that lost a race are read as they are',
    'apply-parties.ts',
    'ports.table.getAll(partyKeys(changes)',
  ),
  late(
    'a row whose columns are kept is read again before it is skipped',
    'late-changes.ts',
    'kept.map(({ change }) => rowItemKey(change.rowKey))',
    { races: 'receipts: whole' },
  ),
  late(
    'notes of new units are read after the scopes',
    'unit-notes.ts',
    'table.getAll(born.map(noteKey)',
    { races: 'holders: five' },
  ),
  late(
    'notes are looked for after the claims are laid',
    'commit-plans.ts',
    'table.getAll(looked.map(noteKey)',
    { races: 'decisions about a new value' },
  ),
  late(
    'claims are read as they are',
    'world.ts',
    'wanted.map(({ identifier }) => claimKey(identifier))',
    { races: 'holders: two' },
  ),
  late(
    'who held a value that is shared no longer is found where it is',
    'world.ts',
    'loosened.filter((unit) => !newcomers.has(unit)).map(unitItemKey)',
  ),
  late('scopes are read as they are', 'scope-store.ts', 'table.getAll(asked.map(scopeKey)', {
    races: 'small commits: bridged',
  }),
  late(
    'a scope that was written meanwhile is read as it is',
    'scope-store.ts',
    '[again] = await table.getAll([scopeKey(id)]',
    { tests: 'test/unit/identity/scope-store.test.ts' },
  ),
  late('the parts of a scope are there', 'scope-store.ts', 'table.getAll(open.map(scopePartKey)'),
  late(
    'the scope of a value is asked for its holders as it is',
    'scope-store.ts',
    '[item] = await table.getAll([scopeKey(id)]',
    READS,
  ),
  late(
    'the first id of a unit is free',
    'plan-within.ts',
    'anchors.map((anchor) => customerKey(ports.mint(anchor, 0)))',
    READS,
  ),
  late(
    'a further id of a unit is free',
    'plan-within.ts',
    'await table.getAll([customerKey(id)]',
    READS,
  ),
  late(
    'what rows say is read after their scopes',
    'compared-row.ts',
    'table.getAll(wanted.map(unitItemKey)',
    { scored: true },
  ),
  late(
    'whether a key is shared is read after the scopes of its holders',
    'compared-scopes.ts',
    'table.getAll(keys.map(claimKey)',
    { scored: true },
  ),
  late(
    'all that hold a key are compared under changed rules',
    'likeness-under-rules.ts',
    'table.getAll(asked.map(claimKey)',
    READS,
  ),
  late(
    'what names customers is corrected before a scope closes',
    'open-scopes.ts',
    'identifiers.map(claimKey)',
    { races: 'small commits: apart' },
  ),
  late(
    'a decision that was just taken may be taken back',
    'decide.ts',
    'ports.table.getAll([decisionKey(id)]',
    READS,
  ),
  late(
    'rows that have just arrived may be decided about',
    'decide.ts',
    '[...[a, b].map(unitItemKey), ...[a, b].map(noteKey)]',
    READS,
  ),
  late(
    'customers that were just issued may be decided about',
    'find-unit.ts',
    'table.getAll([customerKey(name as OneId)]',
    READS,
  ),
  late(
    'rows that have just arrived are found',
    'find-unit.ts',
    'table.getAll([rowItemKey(name as SourceRowKey), unitItemKey(unit)]',
    READS,
  ),
  late(
    'customers that were just issued are found',
    'customer-units.ts',
    'table.getAll(ids.map(customerKey)',
    READS,
  ),
  late(
    'what was read too early is read again as it is',
    'apply-facts.ts',
    'ports.table.getAll(factKeys(changes)',
    AGAIN,
  ),
  late(
    'a bucket that may know a later version is read as it is',
    'late-changes.ts',
    'table.getAll([...keys.values()]',
    AGAIN,
  ),
  late(
    'positions that others have written are read as they are',
    'freshness.ts',
    'table.getAll([positionsKey(note.shard)]',
    AGAIN,
  ),
  late(
    'the end of a scope whose note is forgotten is read as it is',
    'open-scopes.ts',
    'own ? [] : await table.getAll([scopeKey(id)]',
    AGAIN,
  ),
  late(
    'held values are corrected as they are',
    'open-scopes.ts',
    'table.getAll(identifiers.map(heldKey)',
    CORRECTED,
  ),
  late(
    'customers are corrected as they are',
    'open-scopes.ts',
    'table.getAll(expected.map(({ id }) => customerKey(id))',
    CORRECTED,
  ),
  late(
    'two units are explained as they are',
    'explain.ts',
    'table.getAll(units.map(unitItemKey)',
    TOLD,
  ),
  late(
    'units are shown as they are',
    'describe-evidence.ts',
    'table.getAll(units.map(({ key }) => unitItemKey(key))',
    TOLD,
  ),
  late(
    'rows of facts are shown as they are',
    'describe-evidence.ts',
    'table.getAll(Array.from({ length: count }, (_, n) => bucketKey(unit, n))',
    TOLD,
  ),
  late(
    'values are shown as rows tell them',
    'describe-evidence.ts',
    'table.getAll(parties.map(({ key }) => unitItemKey(key))',
    TOLD,
  ),
  late(
    'decisions are shown as they are',
    'describe-evidence.ts',
    "decided.map((identifier) => decisionKey(identifier.slice(identifier.indexOf('#') + 1)))",
    TOLD,
  ),
  late(
    'the holders of a held value are counted as they are',
    'list-held.ts',
    'table.getAll([claimKey(identifier)]',
    TOLD,
  ),
  late(
    'fact units behind a held value are found as they are',
    'list-held.ts',
    'table.getAll(facts.map(unitItemKey)',
    TOLD,
  ),
  late(
    'rows behind a held value are counted as they are',
    'list-held.ts',
    'table.getAll(buckets',
    TOLD,
  ),
  late(
    'the customers that a held value would join are those that there are',
    'list-held.ts',
    'table.getAll(units.map(unitItemKey)',
    TOLD,
  ),
  late(
    'a customer leads to its scope as soon as it is there',
    'customer-units.ts',
    'table.getAll(live.map(({ anchor }) => unitItemKey(anchor))',
    READS,
  ),
];
