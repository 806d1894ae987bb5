import { ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { S3ObjectStore } from '#adapters/s3/object-store.ts';

/** A bucket that answers with these pages of versions, and the versions that were deleted. */
const aBucket = (...pages: readonly object[]) => {
  const deleted: string[] = [];
  const left = [...pages];
  const client = {
    send: async (command: { readonly input: { readonly VersionId?: string } }) => {
      if (command instanceof ListObjectVersionsCommand) return left.shift();
      deleted.push(String(command.input.VersionId));
      return {};
    },
  };
  return { store: new S3ObjectStore(client as unknown as S3Client, 'bucket'), deleted };
};

const version = (Key: string, VersionId: string, IsLatest = false) => ({
  Key,
  VersionId,
  IsLatest,
});

test('former versions go, the current one stays, and so does every other object', async () => {
  const { store, deleted } = aBucket(
    {
      IsTruncated: true,
      NextKeyMarker: 'a',
      NextVersionIdMarker: '2',
      Versions: [version('a', '3', true), version('a', '2')],
    },
    { Versions: [version('a', '1'), version('a.gz', '9')] },
  );
  await store.forget('a');
  expect(deleted).toEqual(['2', '1']);
});

test('of an object that was deleted nothing stays, the mark of its deletion included', async () => {
  const { store, deleted } = aBucket({
    Versions: [version('a', '1'), version('a', '2')],
    DeleteMarkers: [version('a', '3', true)],
  });
  await store.forget('a');
  expect(deleted).toEqual(['1', '2', '3']);
});

test('a store without versions has nothing to forget, and a refusal is one', async () => {
  const refusing = (name: string) =>
    new S3ObjectStore(
      { send: () => Promise.reject(Object.assign(new Error(), { name })) } as unknown as S3Client,
      'bucket',
    );
  await refusing('NotImplemented').forget('a');
  await expect(refusing('AccessDenied').forget('a')).rejects.toMatchObject({
    name: 'AccessDenied',
  });
});
