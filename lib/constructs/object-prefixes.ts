/**
 * Object prefixes: the folders of the buckets that grants are limited to.
 * @module
 */

/** Compiled definitions, `definitions/<sha256>.json`. */
export const DEFINITIONS = 'definitions/';

/** Batches that a stream mapping gave up; Lambda chooses this prefix. */
export const FAILED_BATCHES = 'aws/lambda/';
