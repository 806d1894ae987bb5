/**
 * Connection settings of all AWS clients that speak HTTP/1.1.
 * @module
 */

/** More than any use case has in flight, so no request waits for a socket. */
const MAX_SOCKETS = 128;

/** Options of the SDK's Node handler. A request that takes longer than 10 s fails instead of only being logged. */
export const HTTP_OPTIONS = {
  connectionTimeout: 3_000,
  requestTimeout: 10_000,
  throwOnRequestTimeout: true,
  httpAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
  httpsAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
} as const;
