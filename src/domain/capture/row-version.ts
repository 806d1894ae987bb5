/**
 * Row version: which of two changes of one source row is the later one, whatever order they arrive in.
 *
 * `generation # phase # log position # record in transaction`, every part of fixed width, so that comparing the text
 * byte by byte (all that a DynamoDB condition can do) compares the versions. A load row has phase 0 and no position:
 * any later change of the same generation wins over it. A row's writers serialise on its row lock, therefore the log
 * position grows with every commit to the row.
 * @module
 */
import type { Brand } from '#domain/shared/brand.ts';

/** `0001#1#00000002000000007C007178#00000001`. Made only by {@link rowVersion}; compared as text. */
export type RowVersion = Brand<string, 'RowVersion'>;

/** Width of a position in characters; each engine's encoder pads to it. Engines differ, one width serves all. */
export const POSITION_WIDTH = 40;

/** How a change was read: with the initial load, or from the log. */
export type CapturePhase = 'load' | 'cdc';

/**
 * Composes a version.
 * @param generation load generation of the source, 0 to 9999
 * @param position fixed-width log position, empty for a load row
 * @param record number of the record within its transaction, 0 to 99 999 999
 */
export const rowVersion = (
  generation: number,
  phase: CapturePhase,
  position: string,
  record: number,
): RowVersion => {
  const stage = `${String(generation).padStart(4, '0')}#${phase === 'load' ? '0' : '1'}`;
  const place = `${position.padStart(POSITION_WIDTH, '0')}#${String(record).padStart(8, '0')}`;
  return `${stage}#${place}` as RowVersion;
};

/** Sorts after every position: they consist of digits and the letters A to F. */
const BEYOND_POSITIONS = 'Z'.repeat(POSITION_WIDTH);

/** A version later than all of the generations before this one, and earlier than all of this one. */
export const lastBefore = (generation: number): RowVersion =>
  rowVersion(generation - 1, 'cdc', BEYOND_POSITIONS, 99_999_999);

/** The generation that a version is of. */
export const generationOf = (version: string): number => Number(version.slice(0, 4));

/** Digits by which a packed version tells how long its parts are, in the order of their bytes. */
const LENGTHS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcde';

/**
 * A version without the zeros that fill its parts up, of which the packed texts compare as the versions do: each part but
 * the phase begins with its length, and a longer one is the greater. `0001#1#…036F00#00000001` is `111A100036F00` and `11`.
 */
export const packedVersion = (version: RowVersion): string => {
  const [generation = '', phase = '', position = '', record = ''] = version.split('#');
  return `${packed(generation)}${phase}${packed(position)}${packed(record)}`;
};

const packed = (part: string): string => {
  const digits = part.replace(/^0+/, '');
  return `${LENGTHS.charAt(digits.length)}${digits}`;
};

/** The version that {@link packedVersion} wrote. */
export const versionOfPacked = (text: string): RowVersion => {
  const [generation, afterGeneration] = unpacked(text, 0);
  const [position, afterPosition] = unpacked(text, afterGeneration + 1);
  const [record] = unpacked(text, afterPosition);
  const phase = text.charAt(afterGeneration) === '0' ? 'load' : 'cdc';
  return rowVersion(Number(generation), phase, position, Number(record));
};

const unpacked = (text: string, at: number): readonly [string, number] => {
  const end = at + 1 + LENGTHS.indexOf(text.charAt(at));
  return [text.slice(at + 1, end), end];
};

/** A version without the zeros that only fill its parts up, to be stored where nothing compares it: `1#1#2007C007178#1`. */
export const shortVersion = (version: RowVersion): string =>
  version
    .split('#')
    .map((part) => part.replace(/^0+(?=.)/, ''))
    .join('#');

/** The version that {@link shortVersion} wrote. */
export const versionOfShort = (text: string): RowVersion => {
  const [generation = '', phase = '', position = '', record = ''] = text.split('#');
  return rowVersion(Number(generation), phase === '0' ? 'load' : 'cdc', position, Number(record));
};
