/**
 * Files of the reference, by path. A test compares them with what is committed.
 * @module
 */
import { docsPage } from '#domain/serve/docs-page.ts';
import { openApiDocument } from '#domain/serve/openapi.ts';
import type { Operation } from '#domain/serve/operation.ts';
import { OPERATIONS } from '#domain/serve/operations.ts';
import { clientSource } from './client-source.ts';

/** Path → content, of every generated file. */
export const referenceFiles = (): Readonly<Record<string, string>> => ({
  'docs/reference/openapi.json': `${JSON.stringify(openApiDocument(), null, 2)}\n`,
  'docs/reference/api.html': docsPage(OPERATIONS),
  // Routes in the form of Segment are for callers that have a client.
  'clients/typescript/client.ts': clientSource(native(OPERATIONS)),
});

const native = (operations: readonly Operation[]): readonly Operation[] =>
  operations.filter(({ group, key }) => group !== 'documents' && key === undefined);
