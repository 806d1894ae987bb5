/**
 * Places with more objects than one look takes: an erasure goes on where the last look ended, whoever was killed in between.
 */
import { describe, expect, test, vi } from 'vitest';
import { continueErasure } from '#application/operate/erase/erase-customer.ts';
import { getProfile } from '#application/serve/get-profile.ts';
import { EXTRACT_LISTS } from '#application/shared/extracts.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { household, LIN, PARTNER } from '../../../support/builders/household.ts';
import { anErasingWorld, placesOf } from '../../../support/erasing.ts';
import { DEMO, NOW } from '../../../support/pipeline.ts';

type World = ReturnType<typeof anErasingWorld>;

/** A place that holds so many objects, some the customer's. */
interface Place {
  readonly name: string;
  readonly store: keyof World['stores'];
  readonly prefix: string;
  readonly objects: number;
  /** Puts an object into it that names this customer by word and by id. */
  put(world: World, n: string, word: string, id: string): Promise<unknown>;
}

const encode = (text: string) => new TextEncoder().encode(text);

const PLACES: readonly Place[] = [
  {
    name: 'quarantine',
    store: 'held',
    prefix: '',
    objects: 300,
    put: (world, n, word) => world.deliver(`{"n":"${n}","mail":"${word}"`),
  },
  {
    name: 'failed batches',
    store: 'failed',
    prefix: 'aws/lambda/',
    objects: 45,
    put: ({ stores }, n, word) => stores.failed.put(`aws/lambda/resolve/${n}`, encode(word)),
  },
  {
    name: 'dropped files',
    store: 'drops',
    prefix: 'drops/',
    objects: 45,
    put: async ({ stores }, n, word) => {
      const file = `crm/member/${n}.csv`;
      await stores.drops.put(`reports/${file}.json`, encode('{"state":"done"}'));
      await stores.drops.put(`drops/${file}`, encode(`no;mail\n${n};${word}\n`));
    },
  },
  {
    name: 'lists of extracts',
    store: 'rights',
    prefix: EXTRACT_LISTS,
    objects: 250,
    put: ({ mark, stores }, n, _, id) =>
      stores.rights.put(
        `${EXTRACT_LISTS}ext_${n}/1.json`,
        encode(JSON.stringify([mark('customer', id)])),
      ),
  },
];

const linOf = async (world: World): Promise<OneId> => {
  const found = await getProfile(
    { ...world.portsOn(world.table), definitions: async () => DEMO, clock: () => NOW },
    `member-card:${LIN.card}`,
  );
  if (!found.ok) throw new Error(found.error.code);
  return found.value.customerId;
};

/** The first, the middle and the last object are Lin's. */
const filled = async ({ objects, put }: Place) => {
  const world = anErasingWorld();
  await world.deliver(...household());
  const lin = await linOf(world);
  const last = objects - 1;
  const theirs = [0, Math.floor(last / 2), last];
  for (let n = 0; n <= last; n++) {
    const [word, id] = theirs.includes(n) ? [LIN.email, lin] : [PARTNER.email, `one_${n}`];
    await put(world, String(n).padStart(4, '0'), word, id);
  }
  return { world, lin };
};

/** Has whoever reads the objects of a place be killed at every so many of them; gives how many were read. */
const killing = (world: World, { store, prefix }: Place, every: number): (() => number) => {
  const place = world.stores[store];
  const get = place.get.bind(place);
  let reads = 0;
  vi.spyOn(place, 'get').mockImplementation(async (key) => {
    if (key.startsWith(prefix) && ++reads % every === 0) throw new Error('killed');
    return get(key);
  });
  return () => reads;
};

describe.each(PLACES)('of $name', (place) => {
  test('no more is looked at again than what one look takes, when a worker is killed', async () => {
    const { world, lin } = await filled(place);
    const { id } = await world.request(lin);
    const reads = killing(world, place, Math.floor(place.objects * 0.7));
    const goOn = () => continueErasure(world.portsOn(world.table), id, { wait: async () => {} });
    await expect(goOn()).rejects.toThrow('killed');
    expect(await goOn()).toMatchObject({ step: 'done' });
    expect(reads()).toBeLessThan(place.objects * 1.4);
    vi.restoreAllMocks();
    expect(placesOf(await world.contents(), [LIN.email, world.mark('customer', lin)])).toEqual([]);
    const left = [...(await world.contents()).keys()].filter((key) =>
      key.startsWith(`${place.store} ${place.prefix}`),
    );
    expect(left).toHaveLength(place.objects - 3);
  });
});
