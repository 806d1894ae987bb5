/**
 * Once: an operation that honours the header Idempotency-Key.
 * @module
 */
import { answerOnce, type OncePorts } from '#application/serve/answer-once.ts';
import type { ApiProblem } from '#domain/serve/problems.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';
import { type Result, success } from '#domain/shared/result.ts';
import type { ApiAnswer } from './answer.ts';
import type { AnswerOperation, ApiRequest } from './api.ts';

/** An answer that is not kept: what is, and how it is given again. */
export interface Recalled {
  /** What names the answer; holds no personal data. */
  readonly keep: (answer: ApiAnswer) => string;
  readonly recall: (request: ApiRequest, kept: string) => ReturnType<AnswerOperation>;
}

/**
 * Makes an operation one that a repeated key answers once. Without the header it is as it was. An answer with personal
 * data is to be recalled: an erasure does not look for it where answers are kept.
 */
export const withOnce =
  (
    ports: () => Promise<OncePorts>,
    answer: AnswerOperation,
    recalled?: Recalled,
  ): AnswerOperation =>
  async (request) => {
    const header = request.headers['idempotency-key'];
    if (header === undefined) return answer(request);
    const key = idempotencyKey(request);
    if (key === undefined) return { ok: false, error: BAD_KEY };
    const asked = {
      client: request.caller.client,
      operation: request.operation.id,
      key,
      content: contentOf(request),
    };
    if (!recalled) return answerOnce<ApiAnswer>(await ports(), asked, () => answer(request));
    let fresh: Result<ApiAnswer, ApiProblem> | undefined;
    const kept = await answerOnce<{ readonly kept: string }>(await ports(), asked, async () => {
      fresh = await answer(request);
      return fresh.ok ? success({ kept: recalled.keep(fresh.value) }) : fresh;
    });
    if (!kept.ok) return kept;
    return fresh ?? recalled.recall(request, kept.value.kept);
  };

/** The key of a request, in quotes as the draft has it, or without. */
export const idempotencyKey = ({ headers }: Pick<ApiRequest, 'headers'>): string | undefined =>
  /^(?:"([\x20\x21\x23-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255}))$/
    .exec(headers['idempotency-key'] ?? '')
    ?.slice(1)
    .find((key) => key !== undefined);

const contentOf = ({ parameters, query, body, caller, headers }: ApiRequest): string =>
  canonicalJson({ parameters, query, body, caller, purpose: headers['x-purpose'] ?? null });

const BAD_KEY: ApiProblem = {
  code: 'bad-request',
  detail: 'Correct what errors names; /v1/docs shows what the route takes.',
  errors: [{ pointer: 'header:idempotency-key', detail: 'is 1 to 255 printable ASCII characters' }],
};
