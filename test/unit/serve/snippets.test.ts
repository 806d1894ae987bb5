/**
 * The snippets of docs/how-to/send-events.md, run as they stand: in place of the browser and of WeChat their calls go to the
 * Tracking API.
 */
import { readFileSync } from 'node:fs';
import { beforeEach, expect, test } from 'vitest';
import { must } from '#domain/shared/assert.ts';
import { aLambda } from '../../support/lambda.ts';
import { aWholeApi } from '../../support/whole-api.ts';

const PAGE = readFileSync(
  new URL('../../../docs/how-to/send-events.md', import.meta.url).pathname,
  'utf8',
);
const snippet = (pattern: RegExp): string => must(pattern.exec(PAGE)?.[1], 'snippet');
const TRACK = "\ntrack('Product Viewed', { sku: 'R-100' }, 'u-1');";

beforeEach(() => {
  aLambda();
});

interface Sent {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const accepted = async (sent: readonly Sent[]) => {
  const api = await aWholeApi();
  const key = api.key('write');
  for (const { url, headers, body } of sent) {
    expect(url).toBe('https://api.example.com/v1/track');
    const authorization = String(headers['authorization']).replace(/^Basic .*$/, key);
    const asked = {
      method: 'POST',
      url: '/v1/track',
      headers: { ...headers, authorization },
      body,
    };
    const answer = await api.ask(asked);
    expect([answer.status, JSON.parse(answer.body.toString('utf8'))]).toEqual([
      200,
      { success: true },
    ]);
  }
  return api.published.map((text) => JSON.parse(text).data);
};

const shown = { type: 'track', name: 'Product Viewed', properties: '{"sku":"R-100"}' };

test('web: a visit has its device, and after the login its user', async () => {
  const sent: Sent[] = [];
  const storage: Record<string, string> = {};
  const send = (url: string, init: Omit<Sent, 'url'>) => void sent.push({ url, ...init });
  const code = snippet(/<script>([\s\S]*?)<\/script>/).replace('wk_…', 'wk_key');
  new Function('localStorage', 'fetch', code + TRACK)(storage, send);
  const rows = await accepted(sent);
  expect(rows).toMatchObject([
    { ...shown, anonymous_id: storage['device'], user_id: null },
    { ...shown, anonymous_id: storage['device'], user_id: 'u-1' },
  ]);
  expect(new Set(rows.map(({ message_id }) => message_id)).size).toBe(2);
});

test('mini-program: two calls of one millisecond are two events', async () => {
  const sent: Sent[] = [];
  const stored = new Map<string, string>();
  const wx = {
    getStorageSync: (name: string) => stored.get(name) ?? '',
    setStorageSync: (name: string, value: string) => stored.set(name, value),
    request: (asked: { url: string; method: string; header: Sent['headers']; data: unknown }) => {
      expect(asked.method).toBe('POST');
      sent.push({ url: asked.url, headers: asked.header, body: JSON.stringify(asked.data) });
    },
  };
  const code = snippet(/```js\n(const device = wx[\s\S]*?)```/);
  new Function('wx', 'Date', code + TRACK + TRACK)(
    wx,
    class extends Date {
      static override now = () => 1_790_000_000_000;
    },
  );
  const rows = await accepted(sent);
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatchObject({ ...shown, anonymous_id: stored.get('device'), user_id: 'u-1' });
  expect(new Set(rows.map(({ message_id }) => message_id)).size).toBe(2);
});
