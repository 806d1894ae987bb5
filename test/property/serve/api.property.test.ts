/**
 * Law: whatever is asked, the answer is one that the OpenAPI document promises; no 5xx, no stack trace, and for a token of
 * one customer never another customer.
 *
 * `npm run verify:api -- --requests N --seed S` asks as many as you like.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { household, LIN, memberRow, PARTNER } from '../../support/builders/household.ts';
import { type FuzzReport, fuzzApi, type Known, ROUTES } from '../../support/fuzz-api.ts';
import { aLambda } from '../../support/lambda.ts';
import { aWholeApi } from '../../support/whole-api.ts';

const REQUESTS = Number(process.env['API_REQUESTS'] ?? 1_500);
const ASKED = process.env['API_SEED'];
const SEEDS: readonly number[] =
  ASKED === undefined ? [4711, Math.floor(Math.random() * 1e9)] : [Number(ASKED)];

const GONE = {
  card: 'GONECARD99001',
  phone: '93456789',
  email: 'gone@example.com',
  name: '趙靈兒',
} as const;

beforeEach(() => {
  aLambda();
});

const aShop = async () => {
  const api = await aWholeApi(...household(), memberRow(GONE));
  const admin = await api.token({ client_id: 'setup', c360_role: 'admin' });
  const idOf = async (card: string): Promise<string> => {
    const url = `/v1/profiles/member-card:${card}`;
    const { body } = await api.ask({ method: 'GET', url, headers: { authorization: admin } });
    return JSON.parse(body.toString('utf8')).customerId;
  };
  const [lin, partner, gone] = [
    await idOf(LIN.card),
    await idOf(PARTNER.card),
    await idOf(GONE.card),
  ];
  await api.erase(gone as never);
  await api.foldMetrics();
  const known: Known = {
    identifiers: [
      ...[`member-card:${LIN.card}`, `member-card:${PARTNER.card}`, `phone:+852${LIN.phone}`],
      ...[`customerId:${lin}`, `email:${LIN.email}`],
      ...[`phone:+85228881234`, `customerId:${gone}`, 'member-card:NOBODY1'],
      ...['customerId:one_aaaaaaaaaaaaaaaaaaaaaaaaaa', `card_no:${LIN.card}`, `user_id:u-1`],
      ...[`phone_number:+852${LIN.phone}`, 'openid:wx1:o1', 'openid:x'],
    ],
    good: 5,
    customers: [lin, partner, gone, 'one_somebody', ''],
    seen: new Map(),
  };
  return { api, known };
};

const told = ({ findings }: FuzzReport, seed: number): readonly string[] =>
  findings.map(
    ({ number, operation, fault, request }) =>
      `${operation}: ${fault} (again: npm run verify:api -- --seed ${seed} --requests ${number}) ${JSON.stringify(request).slice(0, 600)}`,
  );

/** Rounds until every route has succeeded once: some take an id that another must have answered before. */
const MOST_ROUNDS = 5;

const ROUTE_NAMES = ROUTES.map(({ operationId }) => operationId).sort();

const succeededIn = ({ answers }: FuzzReport): readonly string[] =>
  [...answers].flatMap(([operation, counts]) =>
    [...counts.keys()].some((status) => status < 300) ? [operation] : [],
  );

describe.each(SEEDS)('seed %i', (seed) => {
  test(`${REQUESTS} requests: every answer is promised, and every route has been asked`, async () => {
    const { api, known } = await aShop();
    // A run in which a route has never succeeded would say nothing about its answer.
    const succeeded = new Set<string>();
    for (let round = 0; round < MOST_ROUNDS && succeeded.size < ROUTE_NAMES.length; round++) {
      const report = await fuzzApi(api, known, { seed: seed + round, requests: REQUESTS });
      expect([...told(report, seed + round), ...api.failures.map(String)]).toEqual([]);
      if (REQUESTS < 1_000) return;
      expect([...report.answers.keys()].sort()).toEqual(ROUTE_NAMES);
      for (const operation of succeededIn(report)) succeeded.add(operation);
    }
    expect([...succeeded].sort()).toEqual(ROUTE_NAMES);
  }, 600_000);
});
