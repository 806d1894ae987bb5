/**
 * The un-merge on a cloud that serves: two customers are linked by one row, the row changes or goes, and both must be what
 * they were before, in what the API answers and in what is stored.
 */
import type { Item } from '#application/shared/table.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';
import type { Json } from '#domain/shared/json.ts';
import type { LinkedCustomers, LinkSays } from './linked-customers.ts';
import { type ServingCloud, until } from './serving-cloud.ts';

/** How the link ends: its row says no more of the second customer, or it is deleted. */
export type LinkEnd = Exclude<LinkSays, 'both'>;

/** What both customers are asked for, as far as no time, position or revision is in it. */
export const profilesOf = (
  served: ServingCloud,
  { identifiers }: LinkedCustomers,
): Promise<readonly Json[]> =>
  Promise.all(
    identifiers.map(async (identifier) => {
      const { body } = await served.ask(`/v1/profiles/${identifier}`);
      const { positions: _p, asOf: _a, lagMs: _l, version: _v, ...profile } = body;
      return profile as Json;
    }),
  );

/** Publishes what makes them two customers, with the row that will link them where it is to stay; done when both are served. */
export const makeTwo = async (
  served: ServingCloud,
  two: LinkedCustomers,
  end: LinkEnd,
): Promise<void> => {
  await served.publish(end === 'one' ? [...two.apart, two.link('one')] : two.apart);
  const rows = end === 'one' ? [3, 2] : [2, 2];
  await until(async () => {
    const profiles = (await profilesOf(served, two)) as readonly { sources?: { rows: number }[] }[];
    return profiles.every(({ sources = [] }, at) => sumOfRows(sources) === rows[at]);
  });
};

const sumOfRows = (sources: readonly { readonly rows: number }[]): number =>
  sources.reduce((sum, { rows }) => sum + rows, 0);

/** Links them; done when both are served as one. */
export const linkThem = async (served: ServingCloud, two: LinkedCustomers): Promise<void> => {
  await served.publish([two.link('both')]);
  await until(async () => {
    const [a, b] = await profilesOf(served, two);
    return canonicalJson(a ?? null) === canonicalJson(b ?? null) && ordersIn(a) === 2;
  });
};

const ordersIn = (profile: Json | undefined): unknown =>
  (profile as { readonly orderCount?: number } | undefined)?.orderCount;

/** Ends the link; milliseconds from its put until both are served byte for byte as `before`. */
export const unlinkThem = async (
  served: ServingCloud,
  two: LinkedCustomers,
  end: LinkEnd,
  before: readonly Json[],
): Promise<number> => {
  const begun = performance.now();
  await served.publish([two.link(end)]);
  await until(
    async () => canonicalJson(await profilesOf(served, two)) === canonicalJson(before),
    undefined,
    20,
  );
  return performance.now() - begun;
};

/** Notes of how far and how fresh something is. */
const PARTITIONS_OF_TIME: ReadonlySet<string> = new Set(['FRESHNESS', 'SERVABLE', 'UPKEEP']);

/**
 * What is stored of all rows and customers, as text: without revisions, times, positions in streams and marks of laid rows; a
 * scope is its content, whatever its id; of the linking row its version is left out, and everything once it is deleted.
 */
export const storedText = (items: readonly Item[], linking: string): string => {
  const scopes = new Map(items.filter(({ sk }) => sk === 'SCOPE').map((item) => [item.pk, item]));
  const contentOf = (id: unknown): unknown => {
    const scope = scopes.get(`K#${id}`);
    return scope?.['into'] === undefined ? scope?.['doc'] : contentOf(scope['into']);
  };
  const kept = items.filter(
    (item) =>
      !PARTITIONS_OF_TIME.has(item.pk) && item['into'] === undefined && !isTombstone(item, linking),
  );
  const texts = kept.map(({ ver: _ver, lists: _lists, events: _events, eventsAt: _at, ...item }) =>
    canonicalJson({
      ...item,
      ...(item.sk === 'SCOPE' ? { pk: 'scope' } : {}),
      ...(item['scope'] === undefined ? {} : { scope: contentOf(item['scope']) }),
      ...(item.sk === 'SUMMARY' ? { doc: summaryContent(item, linking) } : {}),
      ...(item['said'] ? { said: saidContent(item, linking) } : {}),
    } as unknown as Json),
  );
  return texts.sort().join('\n');
};

// A deleted row stays as a tombstone.
const isTombstone = (item: Item, linking: string): boolean =>
  item.pk === `R#${linking}` && item['deleted'] === true;

interface SummaryDoc {
  readonly d: string;
}

// Parts are `[position, …]` of a party, `{bucket: [position, …]}` of a fact unit; `l` is the version they were listed at.
const summaryContent = (item: Item, linking: string): unknown => {
  const { l: _l, u = {}, ...rest } = JSON.parse((item['doc'] as unknown as SummaryDoc).d);
  const parts = Object.entries(u).map(([unit, part]) => [unit, withoutPosition(part)] as const);
  const content = Object.fromEntries(parts);
  const own = content[linking];
  if (Array.isArray(own)) content[linking] = own.filter((_, at) => at !== VERSION_AT);
  return { ...rest, u: content };
};

/** Place of the row's version in a party's part, once the position before it is gone. */
const VERSION_AT = 2;

const withoutPosition = (part: unknown): unknown =>
  Array.isArray(part)
    ? part.slice(1)
    : Object.fromEntries(
        Object.entries(part as Readonly<Record<string, readonly unknown[]>>).map(
          ([bucket, partial]) => [bucket, partial.slice(1)],
        ),
      );

// The mark of a row that was laid goes with its next commit: it tells how the row was written, nothing of what it says.
const saidContent = ({ pk, said }: Item, linking: string): unknown => {
  const { laid: _laid, ...content } = said as Readonly<Record<string, unknown>>;
  if (pk !== `R#${linking}`) return content;
  const { v: _v, parts: _parts, at: _at, ...rest } = content;
  return rest;
};
