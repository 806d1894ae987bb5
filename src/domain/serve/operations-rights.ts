/**
 * Operations by which the rights of customers are exercised.
 * @module
 */
import * as z from 'zod/mini';
import { type Operation, SCOPES } from './operation.ts';
import { identifierParameter, json, READ_PROBLEMS } from './route-shapes.ts';
import { ErasureAnswer, rightsId } from './schemas-rights.ts';

/** Routes of one group, in the order of the docs page. */
export const RIGHTS_OPERATIONS = [
  {
    id: 'eraseCustomer',
    method: 'POST',
    path: '/v1/profiles/{identifier}/erasure',
    group: 'rights',
    summary: 'Erases a customer everywhere; answers before it is done',
    scope: SCOPES.erase,
    parameters: identifierParameter,
    query: z.strictObject({}),
    answers: { 202: json(ErasureAnswer) },
    problems: READ_PROBLEMS,
  },
  {
    id: 'getErasure',
    method: 'GET',
    path: '/v1/erasures/{erasureId}',
    group: 'rights',
    summary: 'How far an erasure is, and its certificate',
    scope: SCOPES.erase,
    parameters: { erasureId: rightsId('era') },
    query: z.strictObject({}),
    answers: { 200: json(ErasureAnswer) },
    problems: [
      'bad-request',
      'not-permitted',
      'not-found',
      'audit-unavailable',
      'too-many-requests',
    ],
  },
] as const satisfies readonly Operation[];
