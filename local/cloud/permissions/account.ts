/**
 * What has to be known of the local account to say what a request is about.
 * @module
 */
import { must } from '#domain/shared/assert.ts';
import type { CloudPlan } from '../plan/model.ts';
import { ACCOUNT_ID } from '../template/physical.ts';

/** The account, as far as ARNs and leading keys go. */
export interface Account {
  readonly region: string;
  readonly accountId: string;
  /** The partition key's attribute of each table, by its name. */
  readonly partitionKeys: Readonly<Record<string, string>>;
  /** ARN of the key that a resource is encrypted with, by the ARN of the resource. */
  readonly keys: Readonly<Record<string, string>>;
}

/** The account of a plan. */
export const accountOf = ({
  region,
  tables,
  keys,
}: Pick<CloudPlan, 'region' | 'tables' | 'keys'>): Account => ({
  region,
  accountId: ACCOUNT_ID,
  keys,
  partitionKeys: Object.fromEntries(
    tables.map(({ name, keys: attributes }) => {
      const partitionKey = attributes.find(({ role }) => role === 'HASH');
      return [name, must(partitionKey, `partition key of ${name}`).name];
    }),
  ),
});
