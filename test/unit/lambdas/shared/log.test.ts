import { beforeEach, expect, test, vi } from 'vitest';
import { must } from '#domain/shared/assert.ts';
import { type LogFields, makeLog, makeLogger } from '../../../../lambdas/shared/log.ts';

const written: Record<string, unknown>[] = [];

/** A log whose lines end in `written`; Powertools writes through a console of its own. */
const log = () => {
  const logger = makeLogger('identity/resolve-identity');
  const keep = (line: string) => written.push(JSON.parse(line));
  Object.assign(logger, { console: { info: keep, warn: keep, error: keep, debug: keep } });
  return makeLog(logger);
};

beforeEach(() => {
  written.length = 0;
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'INFO');
});

test('writes only fields that are allowed, and cuts long texts', () => {
  const fields = { records: 3, source: 'x'.repeat(300), phone: '+85291234567' } as LogFields;
  log().info('batch resolved', fields);
  expect(written).toHaveLength(1);
  expect(written[0]).toMatchObject({
    message: 'batch resolved',
    function: 'identity/resolve-identity',
    records: 3,
    source: 'x'.repeat(200),
  });
  expect(JSON.stringify(written)).not.toContain('85291234567');
});

const messageOf = (error: unknown): unknown => {
  log().error('invocation failed', error);
  return (must(written[0], 'line')['failure'] as Record<string, unknown>)['message'];
};

const named = (name: string, extra: object = {}) =>
  Object.assign(new Error('about +85291234567'), { name }, extra);

test.each([
  ['of a parser', named('SyntaxError'), undefined],
  ['of a defect', named('InvariantError'), undefined],
  ['of ours', named('TableBusyError'), 'about +85291234567'],
  ['of AWS', named('ThrottlingException', { $metadata: {} }), 'about +85291234567'],
  ['that is no error', 'about +85291234567', undefined],
])('the message of an error %s', (_, error, message) => {
  expect(messageOf(error)).toBe(message);
});

test('an error shows its kind, where it was thrown and what caused it, never its values', () => {
  log().error('invocation failed', new Error('+85291234567', { cause: named('TypeError') }));
  expect(written[0]).toMatchObject({
    level: 'ERROR',
    failure: {
      kind: 'Error',
      frames: [expect.stringMatching(/^at .*log\.test\.ts/), ...Array(4).fill(expect.any(String))],
      cause: { kind: 'TypeError' },
    },
  });
  expect(JSON.stringify(written)).not.toContain('85291234567');
});
