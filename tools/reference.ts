/**
 * `npm run reference`: writes what is derived from the API's operations, the OpenAPI document, its page and the client.
 * @module
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOptions } from './read-options.ts';
import { referenceFiles } from './reference/files.ts';

const HELP = `Usage: npm run reference

Writes what is derived from the API's operations: docs/reference/openapi.json, docs/reference/api.html and
clients/typescript/client.ts. Run it after a route or a schema has changed; \`npm test\` says when they are stale.

Example
  npm run reference && git diff --stat docs/reference clients
`;

const ROOT = join(import.meta.dirname, '..');

readOptions(HELP, {});

for (const [path, text] of Object.entries(referenceFiles())) {
  writeFileSync(join(ROOT, path), text);
  console.log(path);
}
