/**
 * Runs s3rver on disk in a process of its own, with the repairs that our use of S3 needs.
 *
 * s3rver 3.7.1 answers a PUT before its file is whole, lists keys in folder order (so a second page can miss
 * keys), knows one access key, stores the framing of a chunked upload as if it were data, and lets a key
 * leave its bucket through `..`. The first three are repaired here, the last two refused aloud.
 * It needs `--openssl-legacy-provider`: its page tokens are DES.
 * @module
 */
import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import S3rver from 's3rver';
import account from 's3rver/lib/models/account.js';
import { endWithParent, settings } from './parent.ts';
import { listSorted, putWhole } from './s3-store.ts';

const LONGEST_SEGMENT_BYTES = 200;

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly reason: string;
}

const { port, path, incoming } = settings<{ port: number; path: string; incoming: string }>();

const refusalOf = (request: IncomingMessage): Refusal | undefined => {
  const chunked = String(request.headers['x-amz-content-sha256']).startsWith('STREAMING-');
  if (chunked) return { status: 501, code: 'NotImplemented', reason: 'chunked uploads' };
  const conditional = request.headers['if-none-match'] ?? request.headers['if-match'];
  if (request.method === 'PUT' && conditional !== undefined)
    return { status: 501, code: 'NotImplemented', reason: 'conditional writes' };
  return isStorable(request.url ?? '/')
    ? undefined
    : { status: 400, code: 'InvalidURI', reason: 'keys with empty, "." , ".." or long segments' };
};

/** A bucket by itself, or a key of which every segment can be the name of a file. */
const isStorable = (url: string): boolean => {
  const key = url.replace(/\?.*$/, '').replace(/^\/[^/]*\/?/, '');
  return key === '' || key.split('/').every(isStorableSegment);
};

const isStorableSegment = (segment: string): boolean => {
  const text = decoded(segment);
  return !['', '.', '..'].includes(text) && Buffer.byteLength(text) <= LONGEST_SEGMENT_BYTES;
};

/** Text that is no percent-encoding is no key either. */
const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return '';
  }
};

const s3 = new S3rver({ directory: path, silent: true, vhostBuckets: false });
// Every function signs with its own access key; who may do what is not s3rver's to decide.
account.registry.get = () => account.DUMMY_ACCOUNT;
s3.store.putObject = (object) => putWhole(s3.store, incoming, object);
s3.store.listObjects = (bucket, options) => listSorted(s3.store, bucket, options);

endWithParent();
// What a kill left half-written was never answered for.
rmSync(incoming, { recursive: true, force: true });
const answer = s3.callback();
createServer((request, response) => {
  const refusal = refusalOf(request);
  if (!refusal) return void answer(request, response);
  const message = `the local S3 store does not support ${refusal.reason}`;
  // A client reads the answer only after it has sent its whole body.
  request.resume().on('end', () => {
    response.writeHead(refusal.status, { 'content-type': 'application/xml' });
    response.end(`<Error><Code>${refusal.code}</Code><Message>${message}</Message></Error>`);
  });
}).listen(port, '127.0.0.1');
