/**
 * Raw features: what the columns of a row say about a person, by the roles that a mapping gives them.
 * @module
 */
import type { RawFeatures } from './match-features.ts';
import type { ColumnRoles } from './roles.ts';

/** Gathers what columns say; `said` gives the text of a column, or nothing. */
export const rawFeatures = (
  columns: ColumnRoles,
  said: (column: string) => string | undefined,
): RawFeatures => {
  const filled = Object.entries(columns).flatMap(([column, role]) => {
    const value = said(column);
    return value === undefined ? [] : [{ role, value }];
  });
  const plain = new Map<string, string>();
  for (const { role, value } of filled) {
    if (role.kind === 'plain')
      plain.set(role.role, together(role.role, plain.get(role.role), value));
  }
  const named = (kind: 'id' | 'text') =>
    Object.fromEntries(
      filled.flatMap(({ role, value }) =>
        role.kind === kind ? [[role.name, value] as const] : [],
      ),
    );
  return { ...plainFeatures(plain), ids: named('id'), texts: named('text') };
};

/** Two columns of a name or an address are one text; of anything else the first that is filled counts. */
const together = (role: string, before: string | undefined, value: string): string => {
  if (before === undefined) return value;
  return role.startsWith('name') || role === 'address' ? `${before} ${value}` : before;
};

const plainFeatures = (plain: ReadonlyMap<string, string>): RawFeatures => ({
  ...some({
    birthDate: plain.get('birth-date'),
    gender: plain.get('gender'),
    email: plain.get('email'),
    phone: plain.get('phone'),
  }),
  name: some({
    given: plain.get('name.given'),
    family: plain.get('name.family'),
    full: plain.get('name'),
  }),
  address: some({
    line: plain.get('address'),
    number: plain.get('address.number'),
    city: plain.get('address.city'),
    postcode: plain.get('address.postcode'),
    state: plain.get('address.state'),
  }),
});

const some = (entries: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
