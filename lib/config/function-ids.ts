/**
 * Function ids: `<stage>/<verb-noun>`, one name for the folder, the construct, the metric dimension and the log field.
 * @module
 */

/** Every function of the system, in flow order. */
export const FUNCTION_IDS = [
  'capture/archive-changes',
  'capture/import-file',
  'identity/resolve-identity',
  'profile/maintain-view',
  'serve/get-profile',
  'serve/record-consent',
  'serve/list-sources',
  'serve/describe-api',
  'serve/authorize-key',
  'serve/accept-events',
  'serve/chain-audit',
  'serve/answer-rights',
  'operate/reconcile',
  'operate/rebuild-views',
  'operate/fold-metrics',
  'operate/erase-customers',
  'operate/run-extracts',
] as const;

/** Id of a function. */
export type FunctionId = (typeof FUNCTION_IDS)[number];
