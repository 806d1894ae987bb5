/**
 * Object prefixes: the folders of the buckets that grants are limited to.
 * @module
 */

/** Compiled definitions, `definitions/<sha256>.json`. */
export const DEFINITIONS = 'definitions/';

/** Dropped files, `drops/<source>/<table>/<name>`. */
export const DROPS = 'drops/';

/** What became of dropped files. */
export const REPORTS = 'reports/';

/** Certificates of erasures, `certificates/<erasure>.json`. */
export const CERTIFICATES = 'certificates/';

/** Batches and events that Lambda gave up; it chooses this prefix. */
export const FAILED_BATCHES = 'aws/lambda/';
