/**
 * Guards of fact rows and their units: registrations, moves, contributions, and the life of a unit.
 * @module
 */
import type { Mutant } from './mutant.ts';

const IDENTITY = 'src/application/identity';

/** Each guard, and the code without it. */
export const GUARDS_OF_FACTS: readonly Mutant[] = [
  {
    guard: 'a decision comes back with its row',
    file: `${IDENTITY}/unit-notes.ts`,
    from: 'return all.every(isSame) ? changes : all;',
    to: 'return changes;',
  },
  {
    guard: 'a unit with a live row is not removed',
    file: `${IDENTITY}/settle-unit.ts`,
    from: "when: { equals: [['dying'], mark] },",
    to: "when: { exists: ['pk'] },",
  },
  {
    guard: 'no live row comes to a bucket that is sealed',
    file: `${IDENTITY}/write-facts.ts`,
    from: 'return bucket === 0 ? [IS_THERE, IS_UNSEALED] : [IS_UNSEALED];',
    to: 'return bucket === 0 ? [IS_THERE] : [];',
    tests: 'test/unit/identity/fact-units.test.ts',
  },
  {
    guard: 'a row that somebody else has placed meanwhile is not written',
    file: `${IDENTITY}/apply-facts.ts`,
    from: 'decided.filter(({ change }) => !overtaken.has(change.rowKey));',
    to: 'decided;',
    tests: 'test/unit/identity/contribute.test.ts',
  },
  {
    guard: 'a row makes a bucket only where there is none, sealed or not',
    file: `${IDENTITY}/write-facts.ts`,
    from: "...contributed(changes) },\n  when: { missing: ['pk'] },",
    to: '...contributed(changes) },',
    tests: 'test/unit/identity/contribute.test.ts',
  },
  {
    guard: 'a bucket that is not there is sealed, too',
    file: `${IDENTITY}/settle-unit.ts`,
    from: 'key: bucketKey(unit, bucket),\n      set: { dying: mark },',
    to: "key: bucketKey(unit, bucket),\n      set: { dying: mark },\n      when: { exists: ['pk'] },",
    tests: 'test/unit/identity/fact-units.test.ts',
  },
  {
    guard: 'no live row comes to a unit that is not there',
    file: `${IDENTITY}/write-facts.ts`,
    from: 'return bucket === 0 ? [IS_THERE, IS_UNSEALED] : [IS_UNSEALED];',
    to: 'return [IS_UNSEALED];',
  },
  {
    guard: 'a row is not written to a place that it has left',
    file: `${IDENTITY}/write-facts.ts`,
    from: "{ any: [{ missing: [name] }, { less: [[name, 'v'], packedVersion(version)] }] };",
    to: "{ any: [{ missing: [name, 'v'] }, { less: [[name, 'v'], packedVersion(version)] }] };",
  },
  {
    guard: 'a row that goes leaves its unit to another only while that one is live',
    file: `${IDENTITY}/contribute.ts`,
    from: "return other && [{ exists: [contributionName(other.rowKey), 'd'] }];",
    to: 'return other && [];',
    tests: 'test/unit/identity/contribute.test.ts',
  },
  {
    guard: 'ids at rest are seen by whoever brings their anchor back',
    file: `${IDENTITY}/unit-notes.ts`,
    from: 'notes: born.flatMap((unit, index) => noteRead(unit, items[index])),',
    to: 'notes: [],',
  },
  {
    guard: 'a new claim is laid only where there is none',
    file: `${IDENTITY}/commit-plans.ts`,
    from: 'const laid = await writtenOf(table, planned, ({ plan }) => [...plan.laid, ...plan.parts.laid]);',
    to: 'await writtenOf(table, planned, ({ plan }) => [...plan.laid, ...plan.parts.laid]);\n  const laid = new Set(planned);',
  },
  {
    guard: 'a unit that its scope lists and whose row came too late is removed',
    file: `${IDENTITY}/apply-facts.ts`,
    from: '    await settleListed(ports, policy, unit);',
    to: '',
  },
  {
    guard: 'a unit is listed before its item is written',
    file: `${IDENTITY}/commit-plans.ts`,
    from: 'await writtenOf(table, [...committed], ({ own }) => own);',
    to: 'await writtenOf(table, direct, ({ own }) => own);',
  },
  {
    guard: 'a unit that came and went is not written by who has read it before',
    file: `${IDENTITY}/found-units.ts`,
    from: "asReadIn(item, 'ended'),",
    to: '',
    tests: 'test/unit/identity/direct-commits.test.ts',
  },
  {
    guard: 'a row that names nobody is noted only over what was read',
    file: `${IDENTITY}/write-facts.ts`,
    from: 'when: asReadThere(row),\n      }\n    :',
    to: "when: { exists: ['pk'] },\n      }\n    :",
  },
  {
    guard: 'of two that see a row first, one fixes its place',
    file: `${IDENTITY}/write-facts.ts`,
    from: "    bucket: place.bucket,\n  },\n  when: { missing: ['pk'] },",
    to: '    bucket: place.bucket,\n  },',
  },
  {
    guard: 'a row moves only from where it was read',
    file: `${IDENTITY}/write-facts.ts`,
    from: "['unit', 'bucket'],\n      when: asReadThere(row),",
    to: "['unit', 'bucket'],\n      when: { exists: ['pk'] },",
  },
  {
    guard: 'a row that moves leaves no later change behind',
    file: `${IDENTITY}/write-facts.ts`,
    from: '  when: notLater(change),\n});',
    to: '});',
  },
  {
    guard: 'a change does not overwrite a later one',
    file: `${IDENTITY}/write-facts.ts`,
    from: 'when: { all: [...changes.map(earlier), ...isOpenTo(place, changes), ...besides.when] },',
    to: 'when: { all: [...isOpenTo(place, changes), ...besides.when] },',
  },
  {
    guard: 'a unit is unlisted only while it is not there',
    file: `${IDENTITY}/settle-unit.ts`,
    from: "      set: { ended: markOf(random) },\n      when: { missing: ['claims'] },",
    to: '      set: { ended: markOf(random) },',
  },
  {
    guard: 'only a unit that is there is sealed',
    file: `${IDENTITY}/settle-unit.ts`,
    from: 'set: { dying: mark }, when: IS_THERE }',
    to: 'set: { dying: mark } }',
  },
  {
    guard: 'only a unit that is there is opened',
    file: `${IDENTITY}/settle-unit.ts`,
    from: "    remove: ['dying'],\n    when: IS_THERE,",
    to: "    remove: ['dying'],",
  },
  {
    guard: 'no position of a source goes back',
    file: `${IDENTITY}/freshness.ts`,
    from: 'when: { all: positions.map(isBehind) },',
    to: 'when: { all: [] },',
    tests: 'test/unit/identity/freshness.test.ts',
  },
  {
    guard: 'a position moves although another of its batch is late',
    file: `${IDENTITY}/freshness.ts`,
    from: 'const positions = furtherThan(item, note.positions);',
    to: 'const positions: readonly Position[] = [];',
    tests: 'test/unit/identity/freshness.test.ts',
  },
];
