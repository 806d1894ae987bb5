/**
 * Recorded answers of DynamoDB: HTTP bodies as the local engine gave them, given again at once to the same requests.
 *
 * The SDK does all of its own work on either side of them; only the socket is missing.
 * @module
 */
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { must } from '#domain/shared/assert.ts';

type Handle = NodeHttpHandler['handle'];
type Output = Awaited<ReturnType<Handle>>;

interface Answer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** Answers of one run. */
export class HttpRecording {
  readonly #answers = new Map<string, Answer[]>();

  /** A handler that asks the engine and records what it says. */
  recorder(): NodeHttpHandler {
    const answers = this.#answers;
    class Recorder extends NodeHttpHandler {
      override handle: Handle = async (request, options) => {
        const { response } = await super.handle(request, options);
        const chunks: Uint8Array[] = [];
        for await (const chunk of response.body) chunks.push(chunk as Uint8Array);
        const { statusCode, headers } = response;
        const answer = { statusCode, headers, body: new Uint8Array(Buffer.concat(chunks)) };
        const name = nameOf(request);
        const known = answers.get(name);
        if (known) known.push(answer);
        else answers.set(name, [answer]);
        return { response: { ...response, ...answer } as Output['response'] };
      };
    }
    return new Recorder();
  }

  /** A handler that gives the same answers again; a new one for each run. */
  player(): NodeHttpHandler {
    const answers = this.#answers;
    const places = new Map<string, number>();
    class Player extends NodeHttpHandler {
      override handle: Handle = async (request) => {
        const name = nameOf(request);
        const place = places.get(name) ?? 0;
        places.set(name, place + 1);
        const answer = must(answers.get(name)?.[place], 'recorded answer of a request');
        return { response: { ...answer } as unknown as Output['response'] };
      };
    }
    return new Player();
  }
}

// The token that makes a transaction repeatable is drawn anew for each.
const nameOf = ({ headers, body }: Parameters<Handle>[0]): string => {
  const text = typeof body === 'string' ? body : Buffer.from(body as Uint8Array).toString();
  return `${headers['x-amz-target']} ${text.replace(/"ClientRequestToken":"[^"]*"/, '')}`;
};
