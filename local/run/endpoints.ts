/**
 * Endpoints: where a running pipeline can be reached, written to `<data>/endpoints.json` for testers and for `npm run ops`.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '#domain/shared/assert.ts';
import type { LocalCloud } from '../cloud/index.ts';
import { SOURCES } from '../sources/databases.ts';
import type { PostgresServer } from '../sources/postgres/server.ts';

/** Content of `endpoints.json`. */
export interface Endpoints {
  /** Base URL of the API. */
  readonly api: string;
  readonly issuer: string;
  /** A bearer token for every scope, valid for a day. */
  readonly token: string;
  /** A write key for the Tracking API. */
  readonly writeKey: string;
  readonly region: string;
  /** Every engine accepts any key; the SDK wants one. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly kinesis: { readonly endpoint: string; readonly stream: string };
  readonly dynamodb: { readonly endpoint: string; readonly table: string; readonly audit: string };
  readonly s3: {
    readonly endpoint: string;
    readonly buckets: Readonly<
      Record<'archive' | 'failed' | 'quarantine' | 'definitions' | 'drops' | 'rights', string>
    >;
  };
  /** With the names of the secrets that identity and erasures depend on. */
  readonly secrets: {
    readonly endpoint: string;
    readonly pepper: string;
    readonly oneIdKey: string;
    readonly erasureKey: string;
  };
  readonly postgres: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
    readonly databases: readonly string[];
  };
}

const TOKEN_SECONDS = 24 * 60 * 60;

/** Collects the endpoints of a running cloud and its sources. */
export const endpointsOf = async (
  cloud: LocalCloud,
  postgres: PostgresServer,
): Promise<Endpoints> => {
  const { endpoints, names } = cloud;
  const { host, port, user, password } = postgres.connection('erp');
  return {
    api: must(endpoints.api, 'HTTP API in the templates'),
    issuer: endpoints.issuer,
    token: await cloud.token(undefined, {
      subject: 'local',
      expiresInSeconds: TOKEN_SECONDS,
      claims: { c360_role: 'admin' },
    }),
    writeKey: `local-${randomUUID()}`,
    region: cloud.region,
    accessKeyId: 'local',
    secretAccessKey: 'local',
    kinesis: { endpoint: endpoints.kinesis, stream: only(names.streams, 'stream') },
    dynamodb: {
      endpoint: endpoints.dynamodb,
      table: named(names.tables, 'customer360', 'table'),
      audit: named(names.tables, 'audit', 'table'),
    },
    s3: {
      endpoint: endpoints.s3,
      buckets: {
        archive: named(names.buckets, 'archive'),
        failed: named(names.buckets, 'failed'),
        quarantine: named(names.buckets, 'quarantine'),
        definitions: named(names.buckets, 'definitions'),
        drops: named(names.buckets, 'drops'),
        rights: named(names.buckets, 'rights'),
      },
    },
    secrets: {
      endpoint: endpoints.secrets,
      pepper: named(names.secrets, 'pepper'),
      oneIdKey: named(names.secrets, 'oneidkey'),
      erasureKey: named(names.secrets, 'erasurekey'),
    },
    postgres: { host, port, user, password, databases: SOURCES },
  };
};

const only = (names: Readonly<Record<string, string>>, what: string): string =>
  must(Object.values(names)[0], `${what} in the templates`);

const named = (names: Readonly<Record<string, string>>, word: string, what = 'bucket'): string =>
  must(
    Object.entries(names).find(([id]) => id.toLowerCase().includes(word))?.[1],
    `${word} ${what} in the templates`,
  );

const FILE = 'endpoints.json';

/** Writes the file; only its owner may read it, for it holds a token. */
export const writeEndpoints = (dataDir: string, endpoints: Endpoints): void => {
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(join(dataDir, FILE), `${JSON.stringify(endpoints, null, 2)}\n`, { mode: 0o600 });
};

/** Removes the file: nothing answers there any more. */
export const removeEndpoints = (dataDir: string): void =>
  rmSync(join(dataDir, FILE), { force: true });
