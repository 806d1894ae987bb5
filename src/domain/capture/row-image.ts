/**
 * Row image: the columns of a source row, each at its own version, joined from whole and partial changes in any order.
 *
 * A whole image (a load, an insert, an update that carries everything) sets all columns; a partial one sets those that
 * it carries. So every column has the version of the latest change that set it, which is the version of the last whole
 * image save for a few. A deletion is a whole image of nothing. Joining is associative, commutative and idempotent:
 * whatever order changes come in and however often, the same image results. The same fold serves the columns of a
 * party row and the fields of a contribution.
 * @module
 */
import type { Json } from '#domain/shared/json.ts';
import { append } from '#domain/shared/multimap.ts';
import type { RowVersion } from './row-version.ts';

/** Values by name; null is not stored, for an absent value means the same once the image is whole. */
export type ImageValues = Readonly<Record<string, Json>>;

/** What is known of a row's values. */
export interface RowImage {
  /** Version of the latest change that is in the image. */
  readonly version: RowVersion;
  /** Version of the latest whole image or deletion in it; absent while none has arrived. */
  readonly base?: RowVersion;
  /** The base is a deletion. */
  readonly gone: boolean;
  readonly values: ImageValues;
  /** Versions of the values that were set after the base, by name; also of those set to nothing. */
  readonly later: Readonly<Record<string, RowVersion>>;
}

/** The image of a change that carries every value. */
export const wholeImage = (version: RowVersion, values: ImageValues): RowImage => ({
  version,
  base: version,
  gone: false,
  values: withoutNulls(values),
  later: {},
});

/** The image of a change that carries some values; those that it does not carry stay as they are. */
export const partialImage = (version: RowVersion, values: ImageValues): RowImage => ({
  version,
  gone: false,
  values: withoutNulls(values),
  later: Object.fromEntries(Object.keys(values).map((name) => [name, version])),
});

/** The image of a deletion. */
export const goneImage = (version: RowVersion): RowImage => ({
  version,
  base: version,
  gone: true,
  values: {},
  later: {},
});

/** Whether the row exists: the latest change in the image is no deletion. */
export const isLive = ({ gone, base, version }: RowImage): boolean => !gone || version !== base;

/** Joins two images of one row. Gives the one that holds all of the other as it is. */
export const joinImages = (a: RowImage, b: RowImage): RowImage => {
  const [newer, older] = (a.base ?? '') >= (b.base ?? '') ? [a, b] : [b, a];
  return (newer.base ?? '') >= older.version ? newer : withLater(newer, older);
};

const withLater = (newer: RowImage, older: RowImage): RowImage => {
  const values: Record<string, Json> = { ...newer.values };
  const later: Record<string, RowVersion> = { ...newer.later };
  for (const name of laterNames(older, newer)) {
    later[name] = older.later[name] as RowVersion;
    delete values[name];
    const value = older.values[name];
    if (value !== undefined) values[name] = value;
  }
  const version = newer.version > older.version ? newer.version : older.version;
  return { ...newer, version, values, later };
};

/** Names whose value in the image with the older base is the later one. */
const laterNames = (older: RowImage, newer: RowImage): readonly string[] =>
  Object.entries(older.later).flatMap(([name, version]) =>
    version > (newer.later[name] ?? newer.base ?? '') ? [name] : [],
  );

/**
 * The versions in an image as one text, for an attribute that a condition can compare: base, then each later version
 * with its names, `base;version=name,name;`. Never empty but for an image that is its base, so that whole rows store nothing.
 */
export const formatParts = ({ version, base, later }: RowImage): string => {
  if (base === version && Object.keys(later).length === 0) return '';
  const names = new Map<RowVersion, string[]>();
  for (const name of Object.keys(later).sort())
    append(names, later[name] as RowVersion, encodeURIComponent(name));
  const parts = [...names].sort(([a], [b]) => (a < b ? -1 : 1));
  return `${[base ?? '', ...parts.map(([at, list]) => `${at}=${list.join(',')}`)].join(';')};`;
};

/** Reads {@link formatParts} back; `version` is that of the latest change. */
export const parseParts = (
  text: string,
  version: RowVersion,
  gone: boolean,
  values: ImageValues,
): RowImage => {
  if (text === '') return { version, base: version, gone, values, later: {} };
  const [base = '', ...parts] = text.split(';');
  const later = parts.slice(0, -1).flatMap((part) => {
    const [at = '', names = ''] = part.split('=');
    return names.split(',').map((name) => [decodeURIComponent(name), at as RowVersion] as const);
  });
  return {
    version,
    ...(base === '' ? {} : { base: base as RowVersion }),
    gone,
    values,
    later: Object.fromEntries(later),
  };
};

const withoutNulls = (values: ImageValues): ImageValues =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
