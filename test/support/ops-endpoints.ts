/**
 * The endpoints of a serving cloud where operator commands look for them.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServingCloud } from './serving-cloud.ts';

/** Writes `endpoints.json` into a folder that commands are then given as `--data`. */
export const writeEndpoints = (served: ServingCloud, folder: string): void => {
  const { endpoints, names, region } = served.cloud;
  const { buckets, secrets, streams, tables } = names;
  const file = {
    region,
    accessKeyId: 'local',
    secretAccessKey: 'local',
    kinesis: { endpoint: endpoints.kinesis, stream: streams['Changes'] },
    dynamodb: {
      endpoint: endpoints.dynamodb,
      table: tables['Customer360'],
      audit: tables['Audit'],
    },
    secrets: {
      endpoint: endpoints.secrets,
      pepper: secrets['Pepper'],
      oneIdKey: secrets['OneIdKey'],
      erasureKey: secrets['ErasureKey'],
    },
    s3: {
      endpoint: endpoints.s3,
      buckets: {
        archive: buckets['Archive'],
        failed: buckets['Failed'],
        quarantine: buckets['Quarantine'],
        definitions: buckets['Definitions'],
        drops: buckets['Drops'],
        rights: buckets['Rights'],
      },
    },
  };
  writeFileSync(join(folder, 'endpoints.json'), JSON.stringify(file));
};
