/**
 * Text of a file, piece by piece and never the whole file at once. What is no UTF-8 is refused: a wrong guess at an encoding
 * makes names of other people.
 * @module
 */
import { isUtf8 } from 'node:buffer';
import { createReadStream, statSync } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { TextDecoder } from 'node:util';
import { ResolveError } from './resolve-error.ts';

/**
 * Asks whether there is a file to read.
 * @throws {@link ResolveError} when there is none, or it is a folder
 */
export const checkFile = (path: string): void => {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new ResolveError(`There is no file ${path}.`);
  if (found.isDirectory()) {
    throw new ResolveError(`${path} is a folder. Name a file, or the files in it: ${path}/*.csv`);
  }
};

/**
 * Reads a file in UTF-8, or in UTF-16 when it begins with the mark of it, as Excel writes "Unicode text".
 * @throws {@link ResolveError} naming the line that is neither
 */
export async function* readText(path: string): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  try {
    for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>) {
      decoder ??= new TextDecoder(encodingOf(bytes, basename(path)), { fatal: true });
      yield decoder.decode(bytes, { stream: true });
    }
    yield decoder?.decode() ?? '';
  } catch (error) {
    throw await explained(error, path);
  }
}

/** Characters that a head has at most. */
const HEAD = 64 * 1024;

/** The first line of a file, or as much of it as {@link HEAD} is. */
export const readHead = async (path: string): Promise<string> => {
  let head = '';
  for await (const text of readText(path)) {
    head += text;
    if (head.includes('\n') || head.length > HEAD) break;
  }
  return head.split('\n', 1)[0] ?? '';
};

/** Lines of a file. Only a line feed ends one: JSON may hold the other separators of Unicode. */
export async function* readLines(path: string): AsyncGenerator<string> {
  let open = '';
  for await (const text of readText(path)) {
    const [first = '', ...lines] = text.split('\n');
    open += first;
    for (const line of lines) {
      yield open;
      open = line;
    }
  }
  if (open !== '') yield open;
}

const ZIP = 'PK\u0003\u0004';

const encodingOf = (bytes: Buffer, file: string): string => {
  if (bytes.toString('latin1', 0, ZIP.length) === ZIP) {
    throw new ResolveError(`${file} is a workbook or an archive. Save its sheet as "CSV UTF-8".`);
  }
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  if (bytes.includes(0)) throw new ResolveError(`${file} is no text. Save it as "CSV UTF-8".`);
  return 'utf-8';
};

const explained = async (error: unknown, path: string): Promise<unknown> => {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
    const [file, line] = [basename(path), await firstLineOutside(path)];
    return new ResolveError(
      `${file}:${line} is not UTF-8. Save the file as "CSV UTF-8", or convert it: iconv -f gb18030 -t utf-8 ${file} ` +
        '(big5, windows-1252 or what it is in place of gb18030).',
    );
  }
  return code?.startsWith('E') && !code.startsWith('ERR')
    ? new ResolveError(`${path} cannot be read: ${message}`)
    : error;
};

const firstLineOutside = async (path: string): Promise<number> => {
  const input = createReadStream(path, 'latin1');
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    if (!isUtf8(Buffer.from(text, 'latin1'))) break;
  }
  return line;
};
