import { describe, expect, test } from 'vitest';
import { type ApiScope, SCOPES } from '#domain/definitions/api-scopes.ts';
import {
  type Credentials,
  decideAccess,
  type Grant,
  seesPart,
  seesRow,
  withoutConsent,
} from '#domain/serve/access.ts';
import { must } from '#domain/shared/assert.ts';
import { DEMO } from '../../support/pipeline.ts';

const policy = must(DEMO.definitions.access, 'access policy of the demo');
const ROLES = ['admin', 'service', 'store', 'marketing', 'analyst', 'member'] as const;

/** What each role sees of each field of the view, in the order of ROLES: c clear, m masked, - hidden. */
const FIELDS: Readonly<Record<string, string>> = {
  name: 'cccmmc',
  gender: 'cc-cmc',
  birthDate: 'cc-cmc',
  city: 'cc-cmc',
  tier: 'cccccc',
  'identifiers.unionid': 'ccmmmc',
  'identifiers.member-card': 'ccmmmc',
  'identifiers.shop-account': 'ccmmmc',
  'identifiers.phone': 'ccmmmc',
  'identifiers.email': 'ccmmmc',
  'identifiers.openid': 'ccmmmc',
  'identifiers.crm-contact': 'ccmmmc',
  orderCount: 'cccccc',
  spend: 'cc-ccc',
  returnCount: 'cccccc',
  pointsBalance: 'cccccc',
  couponCount: 'cccccc',
  caseCount: 'cc---c',
  lastOrderAt: 'cccccc',
  lastSeenAt: 'cccccc',
};
const LETTERS = { clear: 'c', masked: 'm', hidden: '-' } as const;

/** Which purposes each role may ask for. */
const PURPOSES: Readonly<Record<string, readonly string[]>> = {
  service: ['admin', 'service', 'store', 'member'],
  marketing: ['admin', 'marketing'],
  analytics: ['admin', 'marketing', 'analyst'],
  operations: ['admin'],
};

const grantOf = (
  caller: Omit<Credentials, 'client'> & { client?: string },
  purpose?: string,
): Grant => {
  const customer = caller.role === 'member' ? { customer: 'one_x' } : {};
  const decided = decideAccess(policy, { client: 'tests', ...customer, ...caller }, purpose);
  if (!decided.ok) throw new Error(decided.error.detail);
  return decided.value;
};

const nameOf = ({ measure }: { readonly measure: string }): string => measure;

const cells = ROLES.flatMap((role) =>
  Object.keys(PURPOSES).flatMap((purpose) =>
    Object.entries(FIELDS).map(([field, row]) => {
      const isPermitted = PURPOSES[purpose]?.includes(role) ?? false;
      return [
        role,
        purpose,
        field,
        isPermitted ? row.charAt(ROLES.indexOf(role)) : 'refused',
      ] as const;
    }),
  ),
);

describe('6 roles, 20 fields, 4 purposes', () => {
  test('are as many', () => {
    expect([ROLES.length, Object.keys(FIELDS).length, Object.keys(PURPOSES).length]).toEqual([
      6, 20, 4,
    ]);
    const served = [
      ...DEMO.definitions.view.profile.map(({ field }) => field),
      ...DEMO.definitions.view.measures.map(({ measure }) => measure),
    ];
    expect(
      served.filter(
        (field) => !Object.hasOwn(policy.fields, field) && Object.hasOwn(FIELDS, field),
      ),
    ).toEqual([]);
  });

  test.each(cells)('%s for %s sees %s: %s', (role, purpose, field, expected) => {
    const caller = { client: 'tests', role, ...(role === 'member' ? { customer: 'one_x' } : {}) };
    const decided = decideAccess(policy, caller, purpose);
    expect(decided.ok ? LETTERS[decided.value.treat(field)] : 'refused').toBe(expected);
  });
});

test('every figure that the demo serves has a class', () => {
  const { view } = DEMO.definitions;
  const figures = [...view.profile.map(({ field }) => field), ...view.measures.map(nameOf)];
  expect(figures.filter((field) => !Object.hasOwn(policy.fields, field))).toEqual([]);
});

test('every field of a list, and every namespace, has a class', () => {
  const { sources, namespaces } = DEMO.definitions;
  const tables = Object.values(sources).flatMap((source) => Object.values(source.tables));
  const listed = tables
    .filter(({ kind }) => kind !== 'party')
    .flatMap(({ as, fields }) => Object.keys(fields).map((field) => `${as}.${field}`))
    .filter((field) => !field.endsWith('.at'));
  const known = Object.keys(namespaces).map((namespace) => `identifiers.${namespace}`);
  const isClassed = (field: string) => Object.hasOwn(policy.fields, field);
  expect([...listed, ...known].filter((field) => !isClassed(field))).toEqual([]);
});

describe('a window of a measure', () => {
  test.each([
    ['store', 'spend30d', 'hidden'],
    ['analyst', 'spend30d', 'clear'],
    ['store', 'orderCount365d', 'clear'],
    ['admin', 'unheardOf30d', 'clear'],
    ['analyst', 'unheardOf30d', 'masked'],
  ])('for %s: %s is %s, as the measure', (role, field, expected) => {
    expect(grantOf({ role }).treat(field)).toBe(expected);
  });

  test('that is named itself is what it is named', () => {
    const named = { ...policy, fields: { ...policy.fields, spend30d: 'plain' } } as const;
    const store = decideAccess(named, { client: 'tests', role: 'store' }, undefined);
    expect(store.ok && [store.value.treat('spend30d'), store.value.treat('spend90d')]).toEqual([
      'clear',
      'hidden',
    ]);
  });
});

describe('the role of a caller', () => {
  test.each([
    [{ client: 'crm-desk' }, 'service'],
    [{ client: 'bi' }, 'analyst'],
    [{ client: 'stranger' }, 'analyst'],
    [{ client: 'crm-desk', role: 'store' }, 'store'],
  ])('of %j is %s', (caller, role) => {
    expect(grantOf(caller).role).toBe(role);
  });

  test.each([
    [{ client: 'x', role: 'root' }],
    [{ client: 'x', role: '__proto__' }],
    [{ client: 'x', role: 'constructor' }],
  ])('%j is none', (caller) => {
    expect(decideAccess(policy, caller, undefined)).toMatchObject({
      error: { code: 'not-permitted' },
    });
  });

  test('a field that the policy does not know is hidden or masked as a direct one', () => {
    expect(grantOf({ role: 'store' }).treat('shoeSize')).toBe('masked');
    expect(grantOf({ role: 'store' }).treat('toString')).toBe('masked');
  });
});

describe('a caller who signs', () => {
  const signing = (principal: string, scope?: ApiScope, session?: string): Credentials => ({
    client: principal,
    signature: {
      principal,
      ...(scope ? { scope } : {}),
      ...(session === undefined ? {} : { session }),
    },
  });

  test('is the client of its principal', () => {
    const desk = decideAccess(policy, signing('role/crm-desk', SCOPES.readProfiles), undefined);
    expect(desk).toMatchObject({ value: { client: 'crm-desk', role: 'service' } });
  });

  test.each([
    ['role/crm-desk', SCOPES.erase, /scope c360.profile.erase/],
    ['role/somebody', SCOPES.readProfiles, /no client for this IAM principal/],
    ['user/crm-desk', SCOPES.readProfiles, /no client/],
    ['999999999999:role/crm-desk', SCOPES.readProfiles, /no client/],
    ['crm-desk', SCOPES.readProfiles, /no client/],
    ['__proto__', SCOPES.readProfiles, /no client/],
  ])('as %s for %s is refused: there is no default', (principal, scope, detail) => {
    const refused = decideAccess(policy, signing(principal, scope), undefined);
    expect(refused).toMatchObject({
      error: { code: 'not-permitted', detail: expect.stringMatching(detail) },
    });
  });

  test('for one customer is bound to the name of its session, and to nobody without one', () => {
    const member = (session?: string) =>
      decideAccess(policy, signing('role/member-app', SCOPES.readProfiles, session), undefined);
    expect(member('one_x')).toMatchObject({ value: { role: 'member', customer: 'one_x' } });
    expect(member()).toMatchObject({ value: { customer: '' } });
  });

  test('is refused without a policy, where a token would be enough', () => {
    expect(decideAccess(undefined, signing('role/crm-desk'), undefined).ok).toBe(false);
    expect(decideAccess(undefined, { client: 'crm-desk' }, undefined).ok).toBe(true);
  });
});

describe('a blocked client', () => {
  const blocking = { ...policy, blocked: ['crm-desk', 'stranger'] };
  const decide = (caller: Credentials) => decideAccess(blocking, caller, undefined);

  test.each<[string, Credentials]>([
    ['of the policy', { client: 'crm-desk' }],
    ['whose token claims a role', { client: 'stranger', role: 'admin' }],
    ['that would have the default role', { client: 'stranger' }],
    [
      'that signs',
      {
        client: 'role/crm-desk',
        signature: { principal: 'role/crm-desk', scope: SCOPES.readProfiles },
      },
    ],
  ])('%s is refused', (_, caller) => {
    expect(decideAccess(policy, caller, undefined).ok).toBe(true);
    expect(decide(caller)).toMatchObject({
      error: { code: 'not-permitted', detail: 'The access policy blocks this client.' },
    });
  });

  test('does not take others with it', () => {
    expect(decide({ client: 'bi' }).ok).toBe(true);
  });
});

test('the role of the member app is for callers that are bound to one customer', () => {
  const member = { client: 'member-app', role: 'member' };
  expect(decideAccess(policy, member, undefined).ok).toBe(false);
  expect(decideAccess(policy, { ...member, customer: 'one_x' }, undefined).ok).toBe(true);
});

describe('limits', () => {
  const limited = {
    ...policy,
    clients: { shop: { role: 'service', brands: ['aurora', 'bloom'] } },
  };
  const brands = (caller: Partial<Credentials>) => {
    const decided = decideAccess(limited, { client: 'shop', ...caller }, undefined);
    return decided.ok ? decided.value.brands : decided.error;
  };

  test.each([
    [{}, ['aurora', 'bloom']],
    [{ brands: ['bloom'] }, ['bloom']],
    [{ brands: ['bloom', 'other'] }, ['bloom']],
    [{ brands: [] }, []],
    [{ client: 'nobody', role: 'service' }, undefined],
  ])('of the token %j narrow those of the client', (caller, expected) => {
    expect(brands(caller)).toEqual(expected);
  });

  test.each([
    [{ brands: ['aurora'] }, { source: 'pos', market: 'HK', brand: 'aurora' }, true],
    [{ brands: ['aurora'] }, { source: 'pos', market: 'HK', brand: 'bloom' }, false],
    [{ brands: ['aurora'] }, { source: 'pos', market: 'HK', brand: 'none' }, false],
    [{ brands: ['aurora', 'none'] }, { source: 'pos', market: 'HK', brand: 'none' }, true],
    [{ markets: ['CN'] }, { source: 'pos', market: 'HK', brand: 'aurora' }, false],
    [{}, { source: 'pos', market: undefined, brand: 'none' }, true],
  ])('%j of the row %j: %s', (caller, row, visible) => {
    const grant = grantOf({ role: 'service', ...caller });
    expect([seesPart(grant), seesRow(grant, row)]).toEqual([
      Object.keys(caller).length > 0,
      visible,
    ]);
  });

  test('a partner’s data is barred from purposes that its contract does not name', () => {
    const partner = { ...policy, sources: { erp: { purposes: ['service'] } } };
    const decide = (purpose: string) =>
      decideAccess(partner, { client: 't', role: 'admin' }, purpose);
    const row = { source: 'erp', market: 'CN', brand: 'aurora' };
    const visible = (['service', 'marketing'] as const).map((purpose) => {
      const decided = decide(purpose);
      return decided.ok && seesRow(decided.value, row);
    });
    expect(visible).toEqual([true, false]);
  });
});

test('without a consent only plain fields remain, even for who sees all', () => {
  const grant = withoutConsent(policy, grantOf({ role: 'admin' }));
  const shown = Object.keys(FIELDS).filter((field) => grant.treat(field) !== 'hidden');
  expect(shown).toEqual(
    'tier,orderCount,returnCount,pointsBalance,couponCount,lastOrderAt,lastSeenAt'.split(','),
  );
});
