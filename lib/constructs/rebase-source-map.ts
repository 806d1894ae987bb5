/**
 * Script that the bundler runs on each source map: `node rebase-source-map.ts <map file> <repository>`.
 *
 * The bundler writes source paths relative to its output folder. Relative to the repository they name the file in a stack
 * trace, and the bundle, with its hash in the template, no longer depends on where it was built.
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';

const [map = '', root = ''] = process.argv.slice(2);
const content: { sources: string[] } = JSON.parse(readFileSync(map, 'utf8'));
const rebase = (source: string) => relative(root, resolve(dirname(map), source));
writeFileSync(map, JSON.stringify({ ...content, sources: content.sources.map(rebase) }));
