/**
 * Segment identifiers: what Segment's Profile API calls an identifier, `user_id:u-1`, in our namespaces and back.
 * @module
 */

const NAMESPACES: Readonly<Record<string, string>> = {
  user_id: 'web-user',
  anonymous_id: 'anonymous',
  phone_number: 'phone',
};
const TYPES = new Map(Object.entries(NAMESPACES).map(([type, namespace]) => [namespace, type]));

/** `user_id:u-1` → `web-user:u-1`, `member_card:61` → `member-card:61`, `one_…` → `customerId:one_…` */
export const identifierOfSegment = (id: string): string => {
  if (id.startsWith('one_')) return `customerId:${id}`;
  const colon = id.indexOf(':');
  const type = id.slice(0, Math.max(0, colon));
  const isKnown = Object.hasOwn(NAMESPACES, type);
  return `${isKnown ? NAMESPACES[type] : type.replaceAll('_', '-')}:${id.slice(colon + 1)}`;
};

/** `web-user` → `user_id`, `member-card` → `member_card` */
export const segmentTypeOf = (namespace: string): string =>
  TYPES.get(namespace) ?? namespace.replaceAll('-', '_');
