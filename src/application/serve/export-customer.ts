/**
 * Export customer: everything that is held of one customer, for the customer (PIPL article 45, GDPR article 20).
 *
 * The profile as it is served, and every live row behind it, party rows with their fields and identifiers and fact rows as
 * entries. What a caller may not see is not exported to it either.
 * @module
 */
import { sourceOf } from '#domain/profile/facts-partial.ts';
import type { PartyRow } from '#domain/profile/profile-view.ts';
import type { Grant } from '#domain/serve/access.ts';
import { filterActivity, presentActivity } from '#domain/serve/activity.ts';
import type { ApiProblem } from '#domain/serve/problems.ts';
import { rowOf, treatValue } from '#domain/serve/redact.ts';
import { type Result, success } from '#domain/shared/result.ts';
import { readCustomerRows } from './customer-rows.ts';
import { entryFilter, rowFilter } from './limited-view.ts';
import { type ProfileRequest, type ReadPorts, seeCustomer, showProfile } from './read-profile.ts';

type Body = Readonly<Record<string, unknown>>;

/** Exports a customer. The read is recorded with all fields of the view. */
export const exportCustomer = async (
  ports: ReadPorts,
  request: ProfileRequest,
): Promise<Result<Body, ApiProblem>> => {
  const customer = await seeCustomer(ports, request);
  if (!customer.ok) return customer;
  const { found, definitions, grant } = customer.value;
  const profile = showProfile(customer.value, undefined);
  if (!profile.ok) return profile;
  const { parties, facts } = await readCustomerRows(ports.table, found.units);
  const isVisible = rowFilter(definitions, grant);
  const entries = facts.filter(entryFilter(definitions, grant));
  const shown = filterActivity(entries, {}, definitions, ports.clock());
  return success({
    ...profile.value,
    records: parties.filter(isVisible).map((row) => presentParty(row, grant)),
    activity: shown.map((fact) => presentActivity(fact, definitions, grant, ports.clock())),
  });
};

const presentParty = ({ rowKey, fields, identifiers }: PartyRow, { treat }: Grant): Body => ({
  source: sourceOf(rowKey),
  ...rowOf(rowKey, treat),
  fields: Object.fromEntries(
    Object.entries(fields).flatMap(([field, value]) => {
      const shown = treatValue(treat(field), field, value);
      return shown === undefined ? [] : [[field, shown] as const];
    }),
  ),
  identifiers: identifiers.flatMap(({ namespace, value, verified }) => {
    const field = `identifiers.${namespace}`;
    const shown = treatValue(treat(field), field, value);
    return shown === undefined ? [] : [{ namespace, value: shown, verified }];
  }),
});
