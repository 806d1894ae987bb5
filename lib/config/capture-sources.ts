/**
 * Capture sources: what a replication has to know of a source, read from the folder that the functions' definitions are
 * compiled from. Only what DMS needs is looked at; the definitions compiler checks the rest.
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Node } from 'constructs';
import { parse } from 'yaml';
import * as z from 'zod';

const schema = z.object({
  source: z.string().regex(/^[a-z][a-z0-9-]*$/, 'a lower-case id'),
  engine: z.enum(['postgresql', 'mysql', 'oracle', 'sqlserver']),
  generation: z.int().min(1).max(9999).default(1),
  tables: z.record(z.string(), z.object({ key: z.array(z.string()).min(1) })),
});

/** One source, as its replication sees it. */
export type CaptureSource = Readonly<z.infer<typeof schema>>;

const ROOT = join(import.meta.dirname, '../..');

/**
 * Captured sources of context `definitions` (a folder, default `definitions` in the repository), sorted by id.
 * @throws Error naming the file and every wrong value
 */
export const readCaptureSources = (node: Node): readonly CaptureSource[] => {
  const folder = join(
    String(node.tryGetContext('definitions') ?? join(ROOT, 'definitions')),
    'sources',
  );
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  const sources = files.flatMap((file) => readSource(join(folder, file)));
  return sources.sort((a, b) => (a.source < b.source ? -1 : 1));
};

/** Files that are dropped and calls of other systems need no replication. */
const unreplicated = z.looseObject({ engine: z.enum(['files', 'webhook']) });

const readSource = (file: string): readonly CaptureSource[] => {
  const text: unknown = parse(readFileSync(file, 'utf8'));
  if (unreplicated.safeParse(text).success) return [];
  const parsed = schema.safeParse(text);
  if (parsed.success) return [parsed.data];
  throw new Error(`${file}:\n${z.prettifyError(parsed.error)}`);
};
