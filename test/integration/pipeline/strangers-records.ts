/**
 * Records as a stranger's script would put them on the stream: DMS records of the demo's tables, written by hand.
 */

/** One message for the stream. */
export interface Message {
  readonly key: string;
  readonly data: string;
}

/** The member's card. */
export const cardOf = (tag: string): string => `ZZ${tag}0001`;

/** What happened to one member; `tag`, two digits, keeps two tellings of the story apart. */
export const story = (tag: string): readonly Message[] => {
  const card = cardOf(tag);
  const member = (at: number, mobile: string) =>
    change('member', 'member', card, at, {
      card_no: card,
      mobile,
      birthday: '1988-03-01',
      gender: 'F',
      tier: 'gold',
      dial_code: '852',
      brand_enrolled: 'AUR',
    });
  const points = (entry: string, at: number, delta: number) =>
    change('member', 'points_ledger', `${tag}${entry}`, at, {
      entry_id: `${tag}${entry}`,
      card_no: card,
      delta,
      booked_at: '2026-11-01T08:00:00.000000Z',
    });
  return [
    member(1, `+8529123${tag}11`),
    points('1', 2, 500),
    points('2', 3, 70),
    points('2', 4, 90),
    points('3', 5, 1000),
    gone('member', 'points_ledger', 'entry_id', `${tag}3`, 6),
    member(7, `+8529123${tag}22`),
    points('1', 8, 450),
  ];
};

const position = (at: number): string => {
  const low = (0x1000 + at).toString(16).toUpperCase().padStart(8, '0');
  return `0000FFFF/${low}.1.0000FFFF/${low}`;
};

const metadata = (operation: string, source: string, table: string, key: string, at: number) => ({
  timestamp: '2026-11-20T08:00:00.000000Z',
  'record-type': 'data',
  operation,
  'partition-key-type': 'primary-key',
  'partition-key-value': `${source}.${table}.${key}`,
  'schema-name': source,
  'table-name': table,
  'transaction-id': 9_000_000 + at,
  'transaction-record-id': 1,
  'commit-timestamp': '2026-11-20T08:00:00.000000Z',
  'stream-position': position(at),
});

const change = (
  source: string,
  table: string,
  key: string,
  at: number,
  data: Readonly<Record<string, unknown>>,
): Message => ({
  key: `${source}.${table}.${key}`,
  data: JSON.stringify({
    data,
    'before-image': {},
    metadata: metadata('update', source, table, key, at),
  }),
});

const gone = (source: string, table: string, column: string, key: string, at: number): Message => ({
  key: `${source}.${table}.${key}`,
  data: JSON.stringify({
    data: { [column]: key },
    metadata: metadata('delete', source, table, key, at),
  }),
});
