/** Rules that score, as definitions say them: compiled, checked, and read off the rows of a table. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readDefinitions } from '#adapters/definitions/read-folder.ts';
import { readPartyChange } from '#application/identity/read-row.ts';
import type { ChangeRecord } from '#domain/capture/change-record.ts';
import { compileDefinitions } from '#domain/definitions/compile.ts';
import { formatProblem } from '#domain/definitions/problem.ts';
import { SCORED_FILES, writeScoredFolder } from '../../support/scored-definitions.ts';

const SOURCE = SCORED_FILES['sources/pos.yaml'];
const IDENTITY = SCORED_FILES['identity.yaml'];
const MODEL_FILE = SCORED_FILES['models/person.json'];

const compile = (changed: Partial<Record<keyof typeof SCORED_FILES, string>> = {}) =>
  compileDefinitions(
    Object.entries({ ...SCORED_FILES, ...changed }).map(([path, text]) => ({ path, text })),
  );

const definitions = () => {
  const compiled = compile();
  if (!compiled.ok) throw new Error(compiled.error.map(formatProblem).join('\n'));
  return compiled.value;
};

describe('compiled', () => {
  test('the rules are a namespace whose values are blocking keys', () => {
    expect(definitions().namespaces['key']).toMatchObject({
      namespace: 'key',
      links: false,
      cap: 10,
      candidates: {
        link: 1,
        review: -2,
        uncorroborated: 4,
        coherence: 2,
        keys: [['name', 'birth-date'], ['birth-date', 'phone-end'], ['names']],
      },
    });
  });

  test('a table knows what its columns say, read as its market writes', () => {
    expect(definitions().sources['pos']?.tables['member']?.match).toMatchObject({
      region: 'HK',
      columns: { nm: { kind: 'plain', role: 'name' }, card_no: { kind: 'id', name: 'card' } },
    });
  });
});

describe('what is wrong is told by file and line', () => {
  const problems = (changed: Parameters<typeof compile>[0]) => {
    const compiled = compile(changed);
    return compiled.ok ? [] : compiled.error.map(formatProblem);
  };

  test.each([
    [
      'a model that is not there',
      { 'identity.yaml': IDENTITY.replace('person', 'other') },
      'models/other.json',
    ],
    [
      'a review above the link',
      { 'identity.yaml': IDENTITY.replace('-2', '2') },
      'must not be above',
    ],
    [
      'a bar without corroboration below the link',
      { 'identity.yaml': IDENTITY.replace('uncorroborated: 4', 'uncorroborated: 0') },
      'must not be below',
    ],
    [
      'a key of unknown parts',
      { 'identity.yaml': IDENTITY.replace('phone-end', 'shoe') },
      'must be one of',
    ],
    [
      'an unknown role',
      { 'sources/pos.yaml': SOURCE.replace('nm: name,', 'nm: nickname,') },
      'must be one of name',
    ],
    [
      'columns of facts',
      { 'sources/pos.yaml': SOURCE.replace('kind: fact', 'kind: fact\n    match: { n: name }') },
      'kind party',
    ],
    [
      'columns without rules',
      { 'identity.yaml': IDENTITY.slice(0, IDENTITY.indexOf('matching')) },
      'needs the rules',
    ],
    [
      'a namespace of a taken name',
      { 'identity.yaml': IDENTITY.replace('  card:', '  score:') },
      'choose another name',
    ],
    [
      'an unknown comparison',
      { 'models/person.json': MODEL_FILE.replace('birth-date', 'birth-day') },
      'is no comparison',
    ],
    [
      'a level too few',
      { 'models/person.json': MODEL_FILE.replace('two-slips', 'slips') },
      'must have the levels',
    ],
  ] as const)('%s', (_name, changed, message) => {
    expect(problems(changed).join('\n')).toContain(message);
  });

  test('a model that was edited by hand', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tributary-model-'));
    try {
      writeScoredFolder(folder);
      expect(readDefinitions(folder).ok).toBe(true);
      writeScoredFolder(folder, {
        'models/person.json': MODEL_FILE.replace('19000101', '19000102'),
      });
      expect(readDefinitions(folder)).toMatchObject({
        ok: false,
        error: [{ file: 'models/person.json', field: 'version' }],
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a row of a party table', () => {
  const read = (row: Record<string, string>) => {
    const { sources, namespaces } = definitions();
    const source = sources['pos'];
    const table = source?.tables['member'];
    if (!source || !table) throw new Error('no table');
    const record = {
      operation: 'insert',
      rowKey: 'pos.member.1',
      row,
      partial: false,
      version: '1',
    };
    const reading = {
      source,
      table,
      namespaces,
      pseudonymise: (_name: string, _scope: string | undefined, value: string) => value,
      note: () => {},
    };
    const said = readPartyChange(reading, record as unknown as ChangeRecord);
    if (!said.ok) throw new Error('rejected');
    return said.value.after?.evidence;
  };

  test('says features and claims its blocking keys', () => {
    const evidence = read({
      id: '1',
      nm: 'Chan Siu Ming',
      born: '1990-05-17',
      mobile: '91234567',
      card_no: 'm-1',
    });
    expect(evidence?.features).toMatchObject({
      birthDate: '19900517',
      phone: '+85291234567',
      ids: { card: 'M1' },
    });
    const keys = evidence?.claims.filter(({ identifier }) => identifier.startsWith('key#'));
    expect(keys?.map(({ identifier }) => identifier)).toContain(
      'key#birth-date+phone-end:19900517|234567',
    );
    expect(evidence?.claims.map(({ identifier }) => identifier)).toContain('phone#+85291234567');
  });

  test('says nothing by what a source writes when it knows nothing', () => {
    expect(read({ id: '1', born: '1900-01-01', mobile: '90000000' })).toMatchObject({
      features: {},
      claims: [],
    });
  });
});
