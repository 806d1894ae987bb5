/**
 * Creates the planned S3 buckets.
 * @module
 */
import { CreateBucketCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { BucketPlan } from '../plan/model.ts';

const EXISTS = new Set(['BucketAlreadyExists', 'BucketAlreadyOwnedByYou']);

/** Makes a bucket exist; safe to repeat. */
export const deployBucket = async (client: S3Client, plan: BucketPlan): Promise<void> => {
  try {
    await client.send(new CreateBucketCommand({ Bucket: plan.name }));
  } catch (error) {
    if (!(error instanceof S3ServiceException && EXISTS.has(error.name))) throw error;
  }
};
