/**
 * `npm run reference`: writes what is derived from the API's operations, the OpenAPI document, its page and the client.
 * @module
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { referenceFiles } from './reference/files.ts';

const ROOT = join(import.meta.dirname, '..');

for (const [path, text] of Object.entries(referenceFiles())) {
  writeFileSync(join(ROOT, path), text);
  console.log(path);
}
