import { afterEach, expect, test, vi } from 'vitest';
import { readEnvironment } from '../../../../lambdas/shared/environment.ts';

afterEach(() => vi.unstubAllEnvs());

test('gives the variables asked for', () => {
  vi.stubEnv('TABLE_NAME', 'customer360');
  vi.stubEnv('ARCHIVE_BUCKET', 'archive');
  expect(readEnvironment('TABLE_NAME')).toEqual({ TABLE_NAME: 'customer360' });
});

test('names all that are missing or empty', () => {
  vi.stubEnv('TABLE_NAME', 'customer360');
  vi.stubEnv('ARCHIVE_BUCKET', '');
  vi.stubEnv('PEPPER_SECRET_ARN', undefined);
  const read = () => readEnvironment('ARCHIVE_BUCKET', 'TABLE_NAME', 'PEPPER_SECRET_ARN');
  expect(read).toThrow('missing variables: ARCHIVE_BUCKET, PEPPER_SECRET_ARN');
});
