import { expect, test } from 'vitest';
import { parseInstant } from '#domain/capture/instant.ts';

test.each([
  ['2024-07-29T00:58:17.974340Z', 'UTC', '2024-07-29T00:58:17.974Z'],
  ['2024-07-29T00:58:17Z', 'UTC', '2024-07-29T00:58:17.000Z'],
  ['2024-07-29T00:58:17.9Z', 'UTC', '2024-07-29T00:58:17.900Z'],
  ['2024-07-29T00:58:17,25Z', 'UTC', '2024-07-29T00:58:17.250Z'],
  ['2024-07-29T00:58', 'UTC', '2024-07-29T00:58:00.000Z'],
  ['2024-07-29 08:58:17+08', 'UTC', '2024-07-29T00:58:17.000Z'],
  ['2024-07-29 08:58:17 +08:00', 'UTC', '2024-07-29T00:58:17.000Z'],
  ['2024-07-29T08:58:17+0800', 'America/New_York', '2024-07-29T00:58:17.000Z'],
  ['2024-07-28T19:28:17-05:30', 'UTC', '2024-07-29T00:58:17.000Z'],
  ['2024-02-29T12:00:00Z', 'UTC', '2024-02-29T12:00:00.000Z'],
  ['2024-07-29T08:58:17', 'Asia/Hong_Kong', '2024-07-29T00:58:17.000Z'],
  ['2024-07-29T00:00:00', 'Asia/Singapore', '2024-07-28T16:00:00.000Z'],
  ['1981-06-01T12:00:00', 'Asia/Singapore', '1981-06-01T04:30:00.000Z'],
  ['1988-07-01T12:00:00', 'Asia/Shanghai', '1988-07-01T03:00:00.000Z'],
  ['1969-12-31T23:59:59.999Z', 'UTC', '1969-12-31T23:59:59.999Z'],
])('%s in %s is %s', (text, zone, iso) => {
  expect(parseInstant(text, zone)).toBe(Date.parse(iso));
});

test.each([
  ['winter', '2026-01-15T12:00:00', '2026-01-15T17:00:00.000Z'],
  ['summer', '2026-07-15T12:00:00', '2026-07-15T16:00:00.000Z'],
  ['the last minute before clocks go forward', '2026-03-08T01:59:00', '2026-03-08T06:59:00.000Z'],
  ['a time that clocks skip: the hour later', '2026-03-08T02:30:00', '2026-03-08T07:30:00.000Z'],
  ['the first minute after', '2026-03-08T03:00:00', '2026-03-08T07:00:00.000Z'],
  ['a time that clocks show twice: the first', '2026-11-01T01:30:00', '2026-11-01T05:30:00.000Z'],
  ['the hour after', '2026-11-01T02:00:00', '2026-11-01T07:00:00.000Z'],
])('daylight saving in New York, %s', (_, text, iso) => {
  expect(parseInstant(text, 'America/New_York')).toBe(Date.parse(iso));
});

test('a wall clock ignores the Z that DMS prints, but not an offset', () => {
  const zone = 'Asia/Hong_Kong';
  expect(parseInstant('2024-07-29T08:58:17.000000Z', zone, true)).toBe(
    Date.parse('2024-07-29T00:58:17Z'),
  );
  expect(parseInstant('2024-07-29T08:58:17+00:00', zone, true)).toBe(
    Date.parse('2024-07-29T08:58:17Z'),
  );
});

test.each([
  '',
  'yesterday',
  'infinity',
  '2024-07-29',
  '2024-02-30T00:00:00Z',
  '2023-02-29T00:00:00Z',
  '2024-13-01T00:00:00Z',
  '2024-07-29T24:00:00Z',
  '2024-07-29T23:60:00Z',
  '2024-07-29T23:59:60Z',
  '0000-00-00T00:00:00Z',
  '0099-01-01T00:00:00Z',
  '2024-07-29T00:58:17.Z',
  '2024-07-29T00:58:17.1234567890Z',
  '2024-07-29T00:58:17ZZ',
  '2024-07-29T00:58:17 CST',
  '20240729T005817Z',
  '1722214697',
])('%j is no time', (text) => {
  expect(parseInstant(text, 'UTC')).toBeUndefined();
});
