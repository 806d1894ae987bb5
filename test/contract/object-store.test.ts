/**
 * Both adapters of the ObjectStore port keep its contract; S3 is a real server on a free port.
 * @module
 */
import { afterAll } from 'vitest';
import { MemoryObjectStore } from '#adapters/memory/object-store.ts';
import { S3ObjectStore } from '#adapters/s3/object-store.ts';
import { startS3 } from '../support/engines.ts';
import { objectStoreContract } from './object-store.contract.ts';

const { client, bucket, stop } = await startS3();
afterAll(stop);

objectStoreContract('memory', () => new MemoryObjectStore());
objectStoreContract('s3', () => new S3ObjectStore(client, bucket));
