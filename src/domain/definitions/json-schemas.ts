/**
 * JSON Schemas of the definition files, by the name of the file that editors load.
 * @module
 */
import * as z from 'zod/mini';
import { AccessFile } from './access-file.ts';
import { ModelFile } from './match-schema.ts';
import { FieldsFile, IdentityFile, SourceFile, ViewFile } from './schema.ts';

const FILES = {
  source: {
    schema: SourceFile,
    title: 'A source: its tables, identifiers, fields and quality rules',
  },
  identity: { schema: IdentityFile, title: 'Identity rules: namespaces and what protects them' },
  model: { schema: ModelFile, title: 'A match model: what agreement and disagreement are worth' },
  view: { schema: ViewFile, title: 'The customer-360 view: profile fields and measures' },
  fields: { schema: FieldsFile, title: 'Fields: labels' },
  access: { schema: AccessFile, title: 'Access: who may see what, and for which purpose' },
} as const;

/** The schemas, draft 2020-12. What people may leave out is optional, although it is always there once compiled. */
export const editorSchemas = (): Readonly<Record<string, object>> =>
  Object.fromEntries(
    Object.entries(FILES).map(([name, { schema, title }]) => [
      name,
      { title, ...z.toJSONSchema(schema, { io: 'input' }) },
    ]),
  );
