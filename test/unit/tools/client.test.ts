import { expect, test } from 'vitest';
import { entriesOf, makeClient } from '../../../clients/typescript/client.ts';

/** A client of a list of the numbers from 0 to 6, and the addresses that it has asked. */
const aClient = () => {
  const asked: string[] = [];
  const list = async (url: Parameters<typeof fetch>[0]) => {
    const { searchParams, search } = url as URL;
    asked.push(search);
    const limit = Number(searchParams.get('limit'));
    const from = Number(searchParams.get('cursor') ?? 0);
    const data = [0, 1, 2, 3, 4, 5, 6].slice(from, from + limit);
    const hasMore = from + limit < 7;
    const cursor = { next: hasMore ? String(from + limit) : null, hasMore, limit };
    return Response.json({ data, cursor });
  };
  return { asked, client: makeClient({ endpoint: 'https://api.example', fetch: list }) };
};

test.each([
  [1, 7],
  [3, 3],
  [7, 1],
  [9, 1],
])('pages of %i: every entry once, in %i requests', async (limit, requests) => {
  const { asked, client } = aClient();
  const entries: unknown[] = [];
  for await (const entry of entriesOf(client.getOrders, { identifier: 'a:b', limit }))
    entries.push(entry);
  expect(entries).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(asked).toHaveLength(requests);
});

test('who stops is asked for no further page, and who has a cursor goes on from there', async () => {
  const { asked, client } = aClient();
  const request = { identifier: 'a:b', limit: 2, cursor: '2' };
  for await (const entry of entriesOf(client.getTimeline, request)) if (Number(entry) === 3) break;
  expect(asked).toEqual(['?limit=2&cursor=2']);
});
