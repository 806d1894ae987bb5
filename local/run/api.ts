/**
 * The API as a caller sees it.
 * @module
 */
import type { Endpoints } from './endpoints.ts';

/** An amount as decimal text. */
export interface Amount {
  readonly amount: string;
  readonly currency: string;
}

/** What the checks read of a profile, besides the figures that they compare by name. */
export interface ApiProfile {
  readonly customerId: string;
  readonly orderCount: number;
  readonly returnCount: number;
  readonly couponCount: number;
  readonly caseCount: number;
  readonly pointsBalance: number;
  readonly paymentCount: number;
  readonly paid: readonly Amount[];
  readonly consentsStanding: number;
  readonly eventCount: number;
  readonly leadCount: number;
  readonly spend: readonly Amount[];
  readonly lastOrderAt: string | null;
  readonly sources: readonly { readonly source: string; readonly rows: number }[];
}

/** Reads a profile by `namespace:value`; `undefined` for any answer but 200. */
export const fetchProfile = async (
  { api, token }: Endpoints,
  identifier: string,
): Promise<ApiProfile | undefined> => {
  const response = await fetch(`${api}/v1/profiles/${encodeURIComponent(identifier)}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const body = await response.json();
  return response.ok ? (body as ApiProfile) : undefined;
};
