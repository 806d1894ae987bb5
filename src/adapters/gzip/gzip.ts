/**
 * Gzip: the Compression port as every tool can read it. Node writes no time into the header, so equal bytes pack alike.
 * @module
 */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Compression } from '#application/shared/ports.ts';

/** Packs and unpacks with gzip, outside the event loop's thread. */
export const gzipCompression: Compression = {
  pack: promisify<Uint8Array, Uint8Array>(gzip),
  unpack: promisify<Uint8Array, Uint8Array>(gunzip),
};
