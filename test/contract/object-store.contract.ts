/**
 * The contract of the ObjectStore port.
 * @module
 */
import { describe, expect, test } from 'vitest';
import { inParallel } from '#application/shared/in-parallel.ts';
import type { ObjectStore } from '#application/shared/ports.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const listed = async (
  store: ObjectStore,
  prefix: string,
  after?: string,
): Promise<readonly string[]> => {
  const keys: string[] = [];
  for await (const key of store.list(prefix, after)) keys.push(key);
  return keys;
};

/** Describes one adapter against the contract. `make` gives a store whose keys begin with the name of a test's own. */
export const objectStoreContract = (name: string, make: () => ObjectStore): void => {
  describe(`object store contract: ${name}`, () => {
    test('an object comes back as it was put, and only its last version', async () => {
      const store = make();
      await store.put('last/a', bytes('first'));
      await store.put('last/a', bytes('周大福'), 'text/plain');
      expect(await store.get('last/a')).toEqual(bytes('周大福'));
    });

    test.each([
      ['empty', new Uint8Array()],
      ['every byte', Uint8Array.from({ length: 256 }, (_, n) => n)],
      ['1 MiB', new Uint8Array(1024 * 1024).fill(7)],
    ])('an object may be %s', async (key, content) => {
      const store = make();
      await store.put(`content/${key}`, content);
      expect(await store.get(`content/${key}`)).toEqual(content);
    });

    test('a missing object is a value, and deleting it is done', async () => {
      const store = make();
      await store.put('gone/a', bytes('x'));
      await store.delete('gone/a');
      await store.delete('gone/a');
      expect(await store.get('gone/a')).toBeUndefined();
    });

    test('keys are listed by prefix, in the order of their bytes', async () => {
      const store = make();
      const keys = ['order/2026/11/22/10', 'order/2026/11/22/9', 'order/2026/11/é', 'order/中#+ 1'];
      for (const key of [...keys, 'orders/1'].reverse()) await store.put(key, bytes(key));
      expect(await listed(store, 'order/')).toEqual(keys);
      expect(await listed(store, 'order/2026/11/22/')).toEqual(keys.slice(0, 2));
      expect(await listed(store, 'order/none')).toEqual([]);
      expect(await listed(store, 'order/', keys[1])).toEqual(keys.slice(2));
    });

    test('more keys are listed than one page holds', async () => {
      const store = make();
      const keys = Array.from({ length: 1_005 }, (_, n) => `pages/${String(n).padStart(4, '0')}`);
      await inParallel(keys, (key) => store.put(key, bytes('x')));
      expect(await listed(store, 'pages/')).toEqual(keys);
    }, 30_000);

    test('what is stored is a copy', async () => {
      const store = make();
      const content = bytes('abc');
      await store.put('copy', content);
      content[0] = 0;
      expect(await store.get('copy')).toEqual(bytes('abc'));
    });
  });
};
