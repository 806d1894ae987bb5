/**
 * A Lambda authorizer of an HTTP API, payload 2.0 with simple answers.
 *
 * A request without the identity source is 401 and the function is not asked; what the function refuses is 403, and a
 * function that fails 500. Answers are not cached here: the function is asked every time.
 * Source: API Gateway Developer Guide, "Control access to HTTP APIs with Lambda authorizers".
 * @module
 */
import { isJsonObject, type Json, type JsonObject } from '#domain/shared/json.ts';
import type { FunctionHost } from '../functions/function-host.ts';
import type { FunctionAuthorizerPlan } from '../plan/model.ts';
import { type Authorization, valueIn } from './jwt-authorizer.ts';
import type { GatewayRequest } from './request-event.ts';
import { messageResponse } from './response.ts';

/** Authorizes a request by asking a function. */
export const authorizeByFunction = async (
  request: GatewayRequest,
  event: JsonObject,
  { functionName, identitySource }: FunctionAuthorizerPlan,
  functions: Pick<FunctionHost, 'invoke'>,
): Promise<Authorization> => {
  const identity = valueIn(request, identitySource);
  if (!identity) return refused(401, 'Unauthorized');
  // The body is not handed on to an authorizer.
  const { body: _body, isBase64Encoded: _encoded, ...asked } = event;
  const question = { ...asked, type: 'REQUEST', identitySource: [identity] };
  const invoked = await functions.invoke(functionName, JSON.stringify(question));
  if (invoked.kind !== 'success') return refused(500, 'Internal Server Error');
  const answer = JSON.parse(invoked.payload) as Json;
  if (!isJsonObject(answer) || answer['isAuthorized'] !== true) return refused(403, 'Forbidden');
  const context = answer['context'];
  return { kind: 'granted', authorizer: { lambda: isJsonObject(context) ? context : {} } };
};

const refused = (status: number, message: string): Authorization => ({
  kind: 'refused',
  response: messageResponse(status, message),
});
