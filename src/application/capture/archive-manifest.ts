/**
 * Archive manifest: which rows and identifiers are in an object of the archive, so that an erasure opens only the objects
 * that it has to rewrite.
 *
 * A manifest lies beside its object under the same name and holds marks, never row keys: they may be card numbers. A mark
 * is cut to 48 bits. Two that are alike by chance cost the opening of an object and nothing else.
 * @module
 */
import type { Mark } from '#application/shared/erasure-items.ts';
import type { StreamRecord } from '#application/shared/ports.ts';
import { recognise } from '#domain/capture/recognise.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import type { Identifier } from '#domain/identity/identifier.ts';
import { isJsonObject } from '#domain/shared/json.ts';

/** First part of every object's key; the hour follows, so that a replay can name a time. */
export const ARCHIVE_PREFIX = 'changes/';

/** First part of every manifest's key. */
export const MANIFEST_PREFIX = 'manifests/';

/** Characters of a mark in a manifest. */
const LENGTH = 8;

/** What a manifest says of its object. */
export interface Manifest {
  readonly marks: ReadonlySet<string>;
  /** Records that may be about anybody. */
  readonly opaque: number;
}

/** `changes/…/x.ndjson.gz` → `manifests/…/x.json` */
export const manifestKey = (object: string): string =>
  `${MANIFEST_PREFIX}${object.slice(ARCHIVE_PREFIX.length).replace(/\.ndjson\.gz$/, '')}.json`;

/** The marks by which a row, or an identifier, is found. */
export const rowMark = (mark: Mark, row: string): string => mark('row', row).slice(0, LENGTH);

/** The mark by which an identifier is found. */
export const identifierMark = (
  mark: Mark,
  { namespace, scope, value }: Pick<Identifier, 'namespace' | 'scope' | 'value'>,
): string => mark('identifier', namespace, scope, value).slice(0, LENGTH);

/** Describes the records of an object. */
export const manifestOf = (
  mark: Mark,
  definitions: Definitions,
  records: readonly Pick<StreamRecord, 'bytes'>[],
): Manifest => {
  const seen = records.map(({ bytes }) => recognise(bytes, definitions));
  const marks = seen.flatMap(({ rows, identifiers }) => [
    ...rows.map((row) => rowMark(mark, row)),
    ...identifiers.map((identifier) => identifierMark(mark, identifier)),
  ]);
  return { marks: new Set(marks), opaque: seen.filter(({ opaque }) => opaque).length };
};

/** A manifest as bytes; the same one always as the same. */
export const formatManifest = ({ marks, opaque }: Manifest): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ opaque, marks: [...marks].sort().join('') }));

/** Reads a manifest; `undefined` when it is none, and then the object has to be opened. */
export const parseManifest = (bytes: Uint8Array): Manifest | undefined => {
  const text = new TextDecoder().decode(bytes);
  const value: unknown = text.startsWith('{') ? JSON.parse(text) : undefined;
  if (!isJsonObject(value)) return undefined;
  const { opaque, marks } = value;
  if (typeof opaque !== 'number' || typeof marks !== 'string') return undefined;
  const all = Array.from({ length: Math.floor(marks.length / LENGTH) }, (_, index) =>
    marks.slice(index * LENGTH, (index + 1) * LENGTH),
  );
  return { opaque, marks: new Set(all) };
};
