/**
 * S3ObjectStore: the ObjectStore port on one S3 bucket.
 * @module
 */
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { ErasableStore } from '#application/shared/ports.ts';

/** Objects of one bucket. */
export class S3ObjectStore implements ErasableStore {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async put(
    key: string,
    bytes: Uint8Array,
    contentType = 'application/octet-stream',
  ): Promise<void> {
    const object = { Bucket: this.#bucket, Key: key, Body: bytes, ContentType: contentType };
    await this.#client.send(new PutObjectCommand(object));
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    try {
      const command = new GetObjectCommand({ Bucket: this.#bucket, Key: key });
      const { Body } = await this.#client.send(command);
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    } catch (error) {
      if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
      throw error;
    }
  }

  async *list(prefix: string, after?: string): AsyncGenerator<string> {
    let token: string | undefined;
    do {
      const page = await this.#client.send(
        new ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix: prefix,
          ...(token === undefined
            ? after !== undefined && { StartAfter: after }
            : { ContinuationToken: token }),
        }),
      );
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  async delete(key: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }));
  }

  async forget(key: string): Promise<void> {
    for await (const VersionId of this.#formerVersions(key)) {
      await this.#client.send(
        new DeleteObjectCommand({ Bucket: this.#bucket, Key: key, VersionId }),
      );
    }
  }

  async *#formerVersions(key: string): AsyncGenerator<string> {
    let marker: Pick<ListObjectVersionsCommandInput, 'KeyMarker' | 'VersionIdMarker'> | undefined =
      {};
    while (marker) {
      const page: ListObjectVersionsCommandOutput | undefined = await this.#client
        .send(new ListObjectVersionsCommand({ Bucket: this.#bucket, Prefix: key, ...marker }))
        .catch(keepsNoVersions);
      yield* formerVersions(key, page);
      marker = page?.IsTruncated
        ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
        : undefined;
    }
  }
}

/** Of an object that was deleted every version is a former one, its mark of deletion included. */
const formerVersions = (
  key: string,
  page: ListObjectVersionsCommandOutput | undefined,
): readonly string[] => {
  const own = <Version extends { readonly Key?: string | undefined }>(
    all: readonly Version[] = [],
  ) => all.filter((version) => version.Key === key);
  const [versions, deletions] = [own(page?.Versions), own(page?.DeleteMarkers)];
  const isGone = deletions.some(({ IsLatest }) => IsLatest);
  return [...versions, ...deletions].flatMap(({ VersionId, IsLatest }) =>
    VersionId !== undefined && (isGone || !IsLatest) ? [VersionId] : [],
  );
};

/** A store without versions answers so, and then there is nothing to forget. */
const keepsNoVersions = (error: unknown): undefined => {
  const { name } = error as Error;
  if (name === 'NotImplemented' || name === 'MethodNotAllowed') return undefined;
  throw error;
};
