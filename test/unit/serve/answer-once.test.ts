import { describe, expect, test } from 'vitest';
import { sha256 } from '#adapters/crypto/sha256.ts';
import { MemoryTable } from '#adapters/memory/table.ts';
import { answerOnce, KEPT_MS, type OnceRequest } from '#application/serve/answer-once.ts';
import type { ApiProblem } from '#domain/serve/problems.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';

const REQUEST: OnceRequest = { client: 'c', operation: 'o', key: 'k-1', content: '{"a":1}' };

/** Work that counts itself, on a table and a clock of its own. */
const aDesk = () => {
  const table = new MemoryTable();
  let now = 1_000_000;
  let done = 0;
  const ports = { table, clock: () => now, hash: sha256 };
  const ask = (
    more: Partial<OnceRequest> = {},
    work: () => Promise<Result<object, ApiProblem>> = async () => success({ done: ++done }),
  ) => answerOnce(ports, { ...REQUEST, ...more }, work);
  return {
    table,
    ask,
    pass: (ms: number) => {
      now += ms;
    },
    done: () => done,
  };
};

const REFUSED: ApiProblem = { code: 'not-found', detail: 'nobody' };

describe('a key', () => {
  test('with the same request has the same answer, and the work is done once', async () => {
    const desk = aDesk();
    const answers = [await desk.ask(), await desk.ask(), await desk.ask()];
    expect(answers).toEqual(answers.map(() => success({ done: 1 })));
    expect(desk.done()).toBe(1);
  });

  test('with another request is refused', async () => {
    const desk = aDesk();
    await desk.ask();
    const other = await desk.ask({ content: '{"a":2}' });
    expect(other).toMatchObject({ error: { code: 'key-reused' } });
    expect(desk.done()).toBe(1);
  });

  test.each([[{ key: 'k-2' }], [{ client: 'd' }], [{ operation: 'p' }]])(
    'is another for %j',
    async (more) => {
      const desk = aDesk();
      await desk.ask();
      expect(await desk.ask(more)).toEqual(success({ done: 2 }));
    },
  );

  test('of a request that is being worked on makes the second wait', async () => {
    const desk = aDesk();
    const seconds: unknown[] = [];
    await desk.ask({}, async () => {
      seconds.push(await desk.ask(), await desk.ask({ content: 'other' }));
      return success({ done: 'first' });
    });
    expect(seconds).toMatchObject([
      { error: { code: 'request-in-progress', retryAfterSeconds: 1 } },
      { error: { code: 'key-reused' } },
    ]);
    expect(await desk.ask()).toEqual(success({ done: 'first' }));
  });

  test('is free again after a request that did not succeed', async () => {
    const desk = aDesk();
    expect(await desk.ask({}, async () => failure(REFUSED))).toEqual(failure(REFUSED));
    await expect(
      desk.ask({}, async () => {
        throw new Error('outage');
      }),
    ).rejects.toThrow('outage');
    expect(await desk.ask()).toEqual(success({ done: 1 }));
  });

  test('of a request that died is taken over, by one', async () => {
    const desk = aDesk();
    const died = new Promise<never>(() => undefined);
    void desk.ask({}, () => died);
    await Promise.resolve();
    expect(await desk.ask()).toMatchObject({ error: { code: 'request-in-progress' } });
    desk.pass(15_000);
    const both = await Promise.all([desk.ask(), desk.ask()]);
    expect(both.filter(({ ok }) => ok)).toEqual([success({ done: 1 })]);
  });

  test('is forgotten after a day, also when its item is still there', async () => {
    const desk = aDesk();
    await desk.ask();
    desk.pass(KEPT_MS - 1_000);
    expect(await desk.ask()).toEqual(success({ done: 1 }));
    desk.pass(2_000);
    expect(await desk.ask({ content: 'other' })).toEqual(success({ done: 2 }));
  });

  test('keeps nothing of what was asked', async () => {
    const desk = aDesk();
    await desk.ask({ key: 'phone +85291234567', content: '{"phone":"+85291234567"}' });
    expect(JSON.stringify(desk.table.dump())).not.toContain('91234567');
  });
});
