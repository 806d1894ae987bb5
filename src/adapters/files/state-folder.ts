/**
 * A folder with an export: `manifest.json`, a packed file of lines per table, and the objects of each bucket under their keys.
 *
 * Only its owner may read it: it holds all that is known of everybody.
 * @module
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import {
  StateError,
  type StateManifest,
  type StateObject,
  type StateReader,
  type StateWriter,
  type WirePages,
} from '#application/operate/transfer/state.ts';
import type { WireItem } from '#application/operate/transfer/wire-item.ts';

/** Lines read at once. */
const PAGE = 500;
const OWNER_ONLY = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

/**
 * Begins an export in a folder that is new or empty.
 * @throws StateError when something is in it
 */
export const makeStateWriter = async (folder: string): Promise<StateWriter> => {
  await mkdir(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
  if ((await readdir(folder)).length > 0) throw new StateError(`${folder} is not empty`);
  const write = async (path: string, bytes: Uint8Array | string) => {
    await mkdir(dirname(path), { recursive: true, mode: OWNER_ONLY_FOLDER });
    await writeFile(path, bytes, { mode: OWNER_ONLY });
  };
  return {
    items: (table, pages) =>
      pipeline(
        Readable.from(linesOf(pages)),
        createGzip(),
        createWriteStream(linesFile(folder, table), { mode: OWNER_ONLY }),
      ),
    object: (bucket, { key, bytes }) => write(join(folder, bucket, pathOf(key)), bytes),
    manifest: (manifest) =>
      write(manifestFile(folder), `${JSON.stringify(manifest, undefined, 2)}\n`),
  };
};

/** Reads an export. */
export const makeStateReader = (folder: string): StateReader => ({
  manifest: async () => {
    const text = await readFile(manifestFile(folder), 'utf8').catch(absent);
    return text === undefined ? undefined : parseManifest(text);
  },
  items: (table) => pagesIn(linesFile(folder, table)),
  objects: (bucket) => objectsIn(join(folder, bucket)),
});

const manifestFile = (folder: string): string => join(folder, 'manifest.json');
const linesFile = (folder: string, table: string): string => join(folder, `${table}.ndjson.gz`);

async function* linesOf(pages: WirePages): AsyncGenerator<string> {
  for await (const page of pages)
    yield page.map((Item) => `${JSON.stringify({ Item })}\n`).join('');
}

async function* pagesIn(file: string): WirePages {
  let line = 0;
  try {
    const unpacked = createReadStream(file).compose(createGunzip()) as Readable;
    let page: WireItem[] = [];
    for await (const text of createInterface({ input: unpacked })) {
      line += 1;
      page.push((JSON.parse(text) as { readonly Item: WireItem }).Item);
      if (page.length < PAGE) continue;
      yield page;
      page = [];
    }
    yield page;
  } catch (error) {
    throw new StateError(`${file} cannot be read after line ${line}: ${(error as Error).message}`);
  }
}

/** Characters of a name; file systems take 255 bytes. */
const NAME = 200;

// A key may hold anything: its steps are escaped, which leaves `=` to end a step and `+` to break a long one.
const pathOf = (key: string): string =>
  join(...key.split('/').map((step) => namesOf(encodeURIComponent(step)).join('/')));

const namesOf = (step: string): readonly string[] =>
  step.length <= NAME ? [`${step}=`] : [`${step.slice(0, NAME)}+`, ...namesOf(step.slice(NAME))];

const keyOf = (path: string): string => {
  const steps = path
    .replaceAll(/[+]?[/]/g, '')
    .split('=')
    .slice(0, -1);
  return steps.map(decodeURIComponent).join('/');
};

async function* objectsIn(folder: string): AsyncGenerator<StateObject> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(absent);
  for (const file of found ?? []) {
    if (!file.isFile()) continue;
    const path = join(file.parentPath, file.name);
    yield { key: keyOf(path.slice(folder.length + 1)), bytes: await readFile(path) };
  }
}

const absent = (error: NodeJS.ErrnoException): undefined => {
  if (error.code === 'ENOENT') return undefined;
  throw error;
};

const parseManifest = (text: string): StateManifest => {
  try {
    return JSON.parse(text) as StateManifest;
  } catch {
    throw new StateError('manifest.json is no JSON');
  }
};
