/**
 * Roles: what a column says about a person.
 *
 * `id` is a number that one person has once (a document, a card, a WeChat unionid), typed or machine-written; `account` is
 * one of possibly many (a login, an openid, a device); `text` is any other word that helps to tell people apart.
 * @module
 */

/** Roles without a name of their own. */
export const PLAIN_ROLES = [
  'name',
  'name.given',
  'name.family',
  'birth-date',
  'gender',
  'phone',
  'email',
  'address',
  'address.number',
  'address.city',
  'address.state',
  'address.postcode',
] as const;

/** Where an account is unique: in its source, or under what another column says, such as the app of an openid. */
export type AccountScope = 'source' | { readonly column: string };

/** The role of an account. */
export interface AccountRole {
  readonly kind: 'account';
  readonly name: string;
  readonly per?: AccountScope;
}

/** A role as a mapping says it: `birth-date`, `id.passport`, `account.openid per source`, `account.openid per appid`. */
export type Role =
  | { readonly kind: 'plain'; readonly role: (typeof PLAIN_ROLES)[number] }
  | { readonly kind: 'id' | 'text'; readonly name: string }
  | AccountRole;

/** Columns with what each says about a person. */
export type ColumnRoles = Readonly<Record<string, Role>>;

const NAMED = /^(id|account|text)\.([a-z][a-z0-9-]{0,29})(?: per (\S.*))?$/;

/** Names that stand for something else where namespaces are meant. */
const TAKEN: ReadonlySet<string> = new Set(['phone', 'email', 'key', 'score']);

/** Reads a role; `undefined` when it is none. */
export const parseRole = (text: string): Role | undefined => {
  const role = PLAIN_ROLES.find((plain) => plain === text);
  if (role !== undefined) return { kind: 'plain', role };
  const [, kind, name = '', scope] = NAMED.exec(text) ?? [];
  if (name === '' || TAKEN.has(name)) return undefined;
  if (kind !== 'account') {
    return scope === undefined ? { kind: kind as 'id' | 'text', name } : undefined;
  }
  if (scope === undefined) return { kind, name };
  return { kind, name, per: scope === 'source' ? scope : { column: scope } };
};
