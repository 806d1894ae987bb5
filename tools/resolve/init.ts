/**
 * `npm run resolve -- init`: the draft of a mapping, into a file or to stdout.
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { draftMapping } from '#domain/extract/draft-mapping.ts';
import type { RawRecord } from '#domain/extract/extract-row.ts';
import { readRecords } from './read-records.ts';
import { ResolveError } from './resolve-error.ts';

/** Records that a draft looks at. */
const SAMPLE = 1_000;

/**
 * Drafts a mapping for one file.
 * @throws {@link ResolveError} unless there is one file and it has records
 */
export const draftFor = async (paths: readonly string[]): Promise<string> => {
  const [path, ...others] = paths;
  if (path === undefined || others.length > 0) {
    throw new ResolveError(
      'A draft is of one file: npm run resolve -- init FILE --out DIR/extract.yaml',
    );
  }
  const records: RawRecord[] = [];
  for await (const { record } of readRecords(path)) {
    records.push(record);
    if (records.length === SAMPLE) break;
  }
  if (records.length === 0) throw new ResolveError(`${basename(path)} has no rows.`);
  return draftMapping({ file: basename(path), records });
};

/**
 * Writes a draft into a file, whose folder is made when there is none.
 * @throws {@link ResolveError} when there is something under that name: a mapping that somebody corrected is not written over
 */
export const writeDraft = (path: string, draft: string): void => {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, draft, { flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ResolveError(
      code === 'EEXIST'
        ? `${path} is there already. Take another name, or remove it.`
        : `${path} cannot be written: ${message}`,
    );
  }
};
