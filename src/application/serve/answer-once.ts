/**
 * Answer once: a request that changes something, repeated under its Idempotency-Key, changes it once.
 *
 * The first request with a key puts an item, does its work and keeps the answer in it; a repetition gets that answer.
 * What did not succeed changed nothing, so its key is free again. A request that dies leaves its item in progress; after
 * {@link PATIENCE_MS} the next one takes it over, so the work itself must stand being done twice.
 *
 * | item | pk                          | sk     | holds |
 * | ---- | --------------------------- | ------ | ----- |
 * | once | `ONCE#hash of client, key`  | `ONCE` | digest of the request; until when it is in progress, or the answer |
 *
 * Source: IETF draft-ietf-httpapi-idempotency-key-header.
 * @module
 */
import type { Item, Key, Table } from '#application/shared/table.ts';
import type { Hash } from '#domain/serve/audit-chain.ts';
import type { ApiProblem } from '#domain/serve/problems.ts';
import type { Clock } from '#domain/shared/clock.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';

/** What answering once needs. */
export interface OncePorts {
  readonly table: Table;
  readonly clock: Clock;
  readonly hash: Hash;
}

/** A request under a key. */
export interface OnceRequest {
  readonly client: string;
  readonly operation: string;
  readonly key: string;
  /** Everything that makes it this request: path, query and body, as one text. */
  readonly content: string;
}

type Answered<Answer> = Promise<Result<Answer, ApiProblem>>;

/** Prefix of the partitions, for grants. */
export const ONCE_PREFIX = 'ONCE#';
/** How long an answer is kept. */
export const KEPT_MS = 24 * 3_600_000;
/** Longest time in progress: above the time limit of a function that answers. */
const PATIENCE_MS = 15_000;

/** Does the work, or gives the answer it gave. The answer is kept as JSON. */
export const answerOnce = async <Answer extends object>(
  ports: OncePorts,
  request: OnceRequest,
  work: () => Answered<Answer>,
): Answered<Answer> => {
  const begun = await begin<Answer>(ports, request);
  if (!begun.ok) return begun;
  if (begun.value.answer !== undefined) return success(begun.value.answer);
  const { key } = begun.value;
  let answer: Result<Answer, ApiProblem> | undefined;
  try {
    answer = await work();
  } finally {
    if (!answer?.ok) await ports.table.write({ kind: 'delete', key });
  }
  if (answer.ok) await keep(ports, key, answer.value);
  return answer;
};

interface Begun<Answer> {
  readonly key: Key;
  /** Set when the work is done already. */
  readonly answer?: Answer;
}

const begin = async <Answer>(
  ports: OncePorts,
  request: OnceRequest,
): Promise<Result<Begun<Answer>, ApiProblem>> => {
  const item = freshItem(ports, request);
  const key = { pk: item.pk, sk: item.sk };
  if (await ports.table.write({ kind: 'put', item, when: { missing: ['pk'] } }))
    return success({ key });
  const [known] = await ports.table.getAll([key]);
  // It has just been freed, by a request that did not succeed.
  if (!known) return failure(IN_PROGRESS);
  if (isOver(known, ports.clock())) return takeOver(ports, item, known);
  if (known['content'] !== item['content']) return failure(OTHER_CONTENT);
  const answer = known['answer'];
  if (typeof answer === 'string') return success({ key, answer: JSON.parse(answer) as Answer });
  return failure(IN_PROGRESS);
};

const freshItem = ({ hash, clock }: OncePorts, request: OnceRequest): Item => {
  const { client, operation, key, content } = request;
  const now = clock();
  return {
    pk: `${ONCE_PREFIX}${hash(JSON.stringify([client, operation, key]))}`,
    sk: 'ONCE',
    content: hash(content),
    until: now + PATIENCE_MS,
    expiresAt: Math.floor((now + KEPT_MS) / 1000),
  };
};

// DynamoDB takes expired items away some days late.
const isOver = (item: Item, now: number): boolean =>
  Number(item['expiresAt']) * 1000 <= now ||
  (item['answer'] === undefined && Number(item['until']) <= now);

const takeOver = async <Answer>(
  { table }: OncePorts,
  item: Item,
  known: Item,
): Promise<Result<Begun<Answer>, ApiProblem>> => {
  const when = { equals: [['until'], Number(known['until'])] } as const;
  const isOurs = await table.write({ kind: 'put', item, when });
  return isOurs ? success({ key: { pk: item.pk, sk: item.sk } }) : failure(IN_PROGRESS);
};

const keep = async ({ table }: OncePorts, key: Key, answer: object): Promise<void> => {
  await table.write({ kind: 'update', key, set: { answer: JSON.stringify(answer) } });
};

const IN_PROGRESS: ApiProblem = {
  code: 'request-in-progress',
  detail: 'A request with this Idempotency-Key is being worked on.',
  retryAfterSeconds: 1,
};

const OTHER_CONTENT: ApiProblem = {
  code: 'key-reused',
  detail: 'This Idempotency-Key was used for another request; take a new one.',
};
