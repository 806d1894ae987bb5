/** What is used of the two engines that ship without types. */
declare module 'kinesalite' {
  import type { Server } from 'node:http';

  interface KinesaliteOptions {
    readonly path: string;
    readonly ssl: false;
    readonly createStreamMs: number;
    readonly deleteStreamMs: number;
    readonly updateStreamMs: number;
    readonly shardLimit: number;
  }
  const kinesalite: (options: KinesaliteOptions) => Server;
  export = kinesalite;
}

declare module 's3rver' {
  import type { RequestListener } from 'node:http';

  class S3rver {
    constructor(options: { directory: string; silent: boolean; vhostBuckets: boolean });
    readonly store: import('s3rver/lib/stores/filesystem.js').FilesystemStore;
    callback(): RequestListener;
  }
  export = S3rver;
}

declare module 's3rver/lib/models/account.js' {
  interface Account {
    readonly accessKeys: Map<string, string>;
  }
  const account: { DUMMY_ACCOUNT: Account; registry: Map<string, Account> };
  export = account;
}

declare module 's3rver/lib/models/object.js' {
  class S3Object {
    constructor(bucket: string, key: string, content: null, metadata: Record<string, unknown>);
    readonly bucket: string;
    readonly key: string;
    readonly content: Buffer | import('node:stream').Readable;
    readonly metadata: Record<string, unknown>;
  }
  export = S3Object;
}

declare module 's3rver/lib/stores/filesystem.js' {
  import type S3Object from 's3rver/lib/models/object.js';

  interface ListOptions {
    readonly delimiter?: string;
    readonly startAfter?: string;
    readonly prefix?: string;
    readonly maxKeys?: number;
  }
  interface Listing {
    readonly objects: readonly S3Object[];
    readonly commonPrefixes: readonly string[];
    readonly isTruncated: boolean;
  }
  export class FilesystemStore {
    readonly rootDirectory: string;
    getResourcePath(bucket: string, key: string, resource: string): string;
    getMetadata(bucket: string, key: string): Promise<Record<string, unknown>>;
    putMetadata(bucket: string, key: string, metadata: unknown, md5: string): Promise<void>;
    putObject(object: S3Object): Promise<{ size: number; md5: string }>;
    listObjects(bucket: string, options: ListOptions): Promise<Listing>;
  }
}
