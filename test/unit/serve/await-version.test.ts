import { describe, expect, test } from 'vitest';
import { awaitVersion } from '#application/serve/await-version.ts';
import { failure, success } from '#domain/shared/result.ts';

/** A store whose version grows by one with every 100 ms. */
const aStore = () => {
  let now = 0;
  const reads: number[] = [];
  const ports = {
    clock: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  const read = async () => {
    reads.push(now);
    return success(Math.floor(now / 100));
  };
  return { ports, read, reads, now: () => now };
};

describe('waiting for a version', () => {
  test.each([
    [undefined, 1, true],
    [0, 1, true],
    [2, 6, true],
    [50, 8, false],
  ])('version %s takes %i reads and ends %s', async (minVersion, reads, isCurrent) => {
    const store = aStore();
    const ended = await awaitVersion(
      store.ports,
      { minVersion, timeoutMs: 300 },
      store.read,
      (version) => version,
    );
    expect([store.reads.length, ended.isCurrent]).toEqual([reads, isCurrent]);
    expect(store.now()).toBeLessThanOrEqual(300);
  });

  test('a customer that is not there yet is waited for too', async () => {
    const store = aStore();
    const read = async () => (store.now() < 100 ? failure('not-found') : store.read());
    const { found } = await awaitVersion(
      store.ports,
      { minVersion: 1 },
      read,
      (version) => version,
    );
    expect(found).toEqual({ ok: true, value: 1 });
  });
});
