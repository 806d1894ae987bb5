/** Composite identifiers: values of a row that together name somebody. */
import { expect, test } from 'vitest';
import { mapIdentifiers } from '#domain/capture/map-identifiers.ts';
import type {
  NamespaceDefinition,
  SourceDefinition,
  TableDefinition,
} from '#domain/definitions/types.ts';

const namespace = (name: string, priority: number, more: Partial<NamespaceDefinition>) => ({
  [name]: {
    namespace: name,
    priority,
    normalise: 'opaque' as const,
    links: true,
    cap: 9,
    blocked: [],
    ...more,
  },
});

const NAMESPACES = {
  ...namespace('phone', 1, { normalise: 'phone' }),
  ...namespace('born', 2, { normalise: 'date', links: false, limit: 1 }),
  ...namespace('name', 3, { normalise: 'name', links: false }),
  ...namespace('name-born', 4, { compose: ['name', 'born'] }),
  ...namespace('phone-born', 5, { compose: ['phone', 'born'] }),
  ...namespace('tail', 6, { normalise: 'phone-tail', links: false }),
  ...namespace('name-born-tail', 7, { compose: ['name', 'born', 'tail'] }),
};

const rule = (name: string, column: string) => ({ namespace: name, column, verified: false });
const TABLE = {
  evidence: true,
  identifiers: [
    rule('phone', 'p'),
    rule('phone', 'q'),
    rule('born', 'b'),
    rule('name', 'n'),
    rule('tail', 't'),
  ],
} as unknown as TableDefinition;
const SOURCE = { region: 'CN' } as unknown as SourceDefinition;

const read = (row: Record<string, string>) =>
  mapIdentifiers(row, SOURCE, TABLE, NAMESPACES, []).map(
    ({ namespace: of, value, verified }) => `${of} ${value}${verified ? '' : '?'}`,
  );

test.each([
  [
    'all parts',
    { n: '张伟', b: '1990-05-17' },
    ['born 1990-05-17?', 'name-born zhangwei|1990-05-17'],
  ],
  [
    'a name, a birth date and the end of a phone number that misses its region',
    { n: '张伟', b: '1990-05-17', t: '6612 3456' },
    [
      'born 1990-05-17?',
      'name-born zhangwei|1990-05-17',
      'name-born-tail zhangwei|1990-05-17|3456',
    ],
  ],
  ['a part that only composes, alone', { n: '张伟' }, []],
  ['a part that is missing', { b: '1990-05-17' }, ['born 1990-05-17?']],
  [
    'two values of a part',
    { p: '13912345678', q: '13800001111', b: '1990-05-17' },
    [
      'phone +8613800001111?',
      'phone +8613912345678?',
      'born 1990-05-17?',
      'phone-born +8613800001111|1990-05-17',
      'phone-born +8613912345678|1990-05-17',
    ],
  ],
])('%s', (_, row, expected) => {
  expect(read(row)).toEqual(expected);
});

test('a part that a limit gives way to is said, too', () => {
  const born = { ...NAMESPACES['born'], yieldsTo: ['name'] } as NamespaceDefinition;
  const found = mapIdentifiers({ n: '张伟' }, SOURCE, TABLE, { ...NAMESPACES, born }, []);
  expect(found.map(({ namespace: of, value }) => `${of} ${value}`)).toEqual(['name zhangwei']);
});
