/**
 * Accepting leads: the leads of one call become records of the change stream, of source `leads`.
 *
 * The version of a lead follows from its time and its id, so a platform that calls twice changes nothing.
 * @module
 */
import type { Publish } from '#application/shared/ports.ts';
import { arrivedRecord } from '#domain/capture/arrived-record.ts';
import { decodeLeads, type LeadPlatform, type LeadProblem } from '#domain/capture/decode-lead.ts';
import { sourceRowKey } from '#domain/capture/source-row.ts';
import { type Result, success } from '#domain/shared/result.ts';

/** Source and table of leads in the definitions; key of the table is platform and lead id. */
export const LEADS = { source: 'leads', table: 'lead' } as const;

/** What accepting leads needs. */
export interface LeadPorts {
  readonly publish: Publish;
  /** 24 hexadecimal digits that follow from a text. */
  readonly digest: (text: string) => string;
}

/**
 * Puts the leads of a call on the stream.
 * @returns how many there were, or why the call holds none
 * @throws what the stream throws
 */
export const acceptLeads = async (
  { publish, digest }: LeadPorts,
  platform: LeadPlatform,
  body: string,
): Promise<Result<number, LeadProblem>> => {
  const leads = decodeLeads(platform, body);
  if (!leads.ok) return leads;
  await publish(
    leads.value.map(({ id, at, row }) => ({
      partitionKey: sourceRowKey(LEADS.source, LEADS.table, [platform, id]),
      bytes: new TextEncoder().encode(
        arrivedRecord({ ...LEADS, at, digest: digest(`${platform}:${id}`) }, 0, row),
      ),
    })),
  );
  return success(leads.value.length);
};
