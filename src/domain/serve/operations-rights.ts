/**
 * Operations by which the rights of customers are exercised.
 * @module
 */
import * as z from 'zod/mini';
import { SCOPES } from '#domain/definitions/api-scopes.ts';
import type { Operation } from './operation.ts';
import {
  BODY_PROBLEMS,
  identifierParameter,
  json,
  NAMING_PROBLEMS,
  ONCE_PROBLEMS,
  READ_PROBLEMS,
} from './route-shapes.ts';
import {
  CorrectionAnswer,
  CorrectionRequest,
  CorrectionsAnswer,
  ErasureAnswer,
  ExtractAnswer,
  ExtractRequest,
  rightsId,
} from './schemas-rights.ts';

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
    once: true,
    answers: { 202: json(ErasureAnswer) },
    problems: [...READ_PROBLEMS, ...ONCE_PROBLEMS],
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
  {
    id: 'requestCorrection',
    method: 'POST',
    path: '/v1/profiles/{identifier}/corrections',
    group: 'rights',
    summary: 'Notes that a field is wrong, and says in which source rows it is to be corrected',
    scope: SCOPES.correct,
    parameters: identifierParameter,
    query: z.strictObject({}),
    body: CorrectionRequest,
    example: { field: 'city', wanted: '上海' },
    once: true,
    answers: { 201: json(CorrectionAnswer) },
    problems: [...BODY_PROBLEMS, ...NAMING_PROBLEMS, ...ONCE_PROBLEMS],
  },
  {
    id: 'listCorrections',
    method: 'GET',
    path: '/v1/profiles/{identifier}/corrections',
    group: 'rights',
    summary: 'What was said to be wrong of a customer, and whether it was corrected',
    scope: SCOPES.correct,
    parameters: identifierParameter,
    query: z.strictObject({}),
    answers: { 200: json(CorrectionsAnswer) },
    problems: READ_PROBLEMS,
  },
  {
    id: 'createExtract',
    method: 'POST',
    path: '/v1/extracts',
    group: 'rights',
    summary: 'Has a list of customers written; answers before it is done',
    scope: SCOPES.extract,
    query: z.strictObject({}),
    body: ExtractRequest,
    example: {
      fields: ['customerId', 'tier', 'identifiers.email'],
      filter: [{ field: 'tier', is: 'equal', value: 'Gold' }],
      format: 'csv',
    },
    once: true,
    answers: { 202: json(ExtractAnswer) },
    problems: [...BODY_PROBLEMS, ...ONCE_PROBLEMS],
  },
  {
    id: 'getExtract',
    method: 'GET',
    path: '/v1/extracts/{extractId}',
    group: 'rights',
    summary: 'How far a list is, and links to its files when it is done',
    scope: SCOPES.extract,
    parameters: { extractId: rightsId('ext') },
    query: z.strictObject({}),
    answers: { 200: json(ExtractAnswer) },
    problems: [
      'bad-request',
      'not-permitted',
      'not-found',
      'audit-unavailable',
      'too-many-requests',
    ],
  },
] as const satisfies readonly Operation[];
