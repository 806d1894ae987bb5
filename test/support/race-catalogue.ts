/**
 * Race catalogue: small worlds, and what two workers do in each. In a group everything is tried against everything.
 */
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import { type Act, changesIn, type LivingAct } from './acts.ts';
import { POLICY } from './builders/evidence.ts';
import {
  member,
  memberGone,
  memberPart,
  receipt,
  receiptGone,
  receiptPart,
} from './builders/receipts.ts';
import { fact, factGone, factUnit, party, partyGone } from './builders/rows.ts';
import { ACTS, type ActName, base, dies, hub, many, manyGone, onCard, rows } from './race-acts.ts';
import type { Race, RaceWorld } from './races.ts';

/** Caps so low that three holders cross them. */
const LOW: MergePolicy = {
  ...POLICY,
  phone: { ...(POLICY['phone'] as MergePolicy[string]), cap: 2 },
};

const HIGH: MergePolicy = {
  ...LOW,
  phone: { ...(POLICY['phone'] as MergePolicy[string]), cap: 3 },
};

const acts = (...names: readonly ActName[]): readonly ActName[] => names;

const comes = rows(fact('pos.1', 1, onCard));
const another = rows(fact('pos.2', 1, onCard));
const holders = (...names: readonly string[]) =>
  names.map((name) => rows(party(name, 1, 'phone#1')));
const onPhone = rows(fact('pos.1', 1, ['phone#1']));
const never: LivingAct = { kind: 'decide', says: 'never', a: 'a', b: 'b' };
const factApart: LivingAct = { kind: 'decide', says: 'never', a: 'a', b: factUnit('phone#1').key };
const three = [
  rows(party('a', 1, 'phone#1')),
  rows(party('c', 1, 'email#1', 'card#2')),
  rows(party('b', 1, 'card#1')),
];
const bridged = rows(party('b', 2, 'phone#1', 'email#1'));

const spokes = ['a', 'b', 'c', 'd'].map((name, at) => rows(party(name, 1, `email#${at + 1}`)));

const group = (
  name: string,
  worlds: Readonly<Record<string, readonly Act[]>>,
  of: readonly ActName[],
  more: Partial<RaceWorld> = {},
  deep = false,
): readonly NamedRace[] =>
  Object.entries(worlds).flatMap(([world, before]) =>
    racesIn(`${name}: ${world}`, { policy: LOW, ...more, before }, of).map((one) =>
      deep ? { ...one, race: { ...one.race, deep } } : one,
    ),
  );

/** Versions of what the slow worker does, and of what is done meanwhile. */
const VERSIONS = [
  [5, 7],
  [7, 5],
] as const;

const racesIn = (name: string, world: RaceWorld, of: readonly ActName[]): readonly NamedRace[] =>
  of.flatMap((one) =>
    of.flatMap((other) =>
      VERSIONS.flatMap(([x, y]): readonly NamedRace[] => {
        const [slow, ...more] = ACTS[one](x);
        const meanwhile = ACTS[other](y);
        if (slow?.kind === 'dies' || !slow || more.length > 0) return [];
        // Which of two changes is the later one matters to those of one row.
        if (x > y && !haveRowInCommon([slow], meanwhile)) return [];
        return [
          { name: `${name}; ${one} (${x}), ${other} (${y})`, race: { world, slow, meanwhile } },
        ];
      }),
    ),
  );

const haveRowInCommon = (some: readonly Act[], others: readonly Act[]): boolean => {
  const rowsOf = (acts: readonly Act[]) =>
    new Set(acts.flatMap(changesIn).map(({ rowKey }) => rowKey));
  return !rowsOf(some).isDisjointFrom(rowsOf(others));
};

/** A race of the catalogue. */
export interface NamedRace {
  readonly name: string;
  readonly race: Race;
}

/** All races. */
export const CATALOGUE: readonly NamedRace[] = [
  ...group(
    'rows',
    {
      'nothing there': [base],
      'a row': [base, comes],
      'a row without a party': [comes],
      'one that names nobody': [base, rows(fact('pos.1', 1, []))],
      'one that moved': [base, comes, rows(fact('pos.1', 2, ['email#1']))],
      'one that went': [base, comes, rows(factGone('pos.1', 2))],
      'one that somebody moved who died': [
        base,
        comes,
        dies(rows(fact('pos.1', 2, ['email#1'])), 'BUCKET', 2),
      ],
    },
    acts('stays', 'moves', 'goes', 'names nobody', 'moves on and dies', 'moves and comes back'),
  ),
  ...group(
    'readings',
    {
      'a row': [base, rows(fact('pos.1', 6, onCard))],
      'one that names nobody': [base, rows(fact('pos.1', 6, []))],
      'a row, and another elsewhere': [
        base,
        rows(fact('pos.1', 6, onCard)),
        rows(fact('pos.3', 1, ['email#1'])),
      ],
    },
    acts('is read anew', 'is read anew after others came', 'moves on', 'goes'),
  ),
  ...group(
    'units',
    {
      'not there': [base],
      'of one row': [base, comes],
      'of two': [base, comes, another],
      alone: [comes],
      gone: [base, comes, rows(factGone('pos.1', 2))],
      'gone alone': [comes, rows(factGone('pos.1', 2))],
      'beside another': [base, comes, rows(fact('pos.2', 1, ['email#1']))],
      'listed only': [base, dies(another, 'BUCKET')],
      sealed: [base, comes, dies(rows(factGone('pos.1', 2)), 'SCOPE')],
    },
    acts(
      'moves',
      'goes',
      'another comes',
      'another comes and goes',
      'another goes',
      'its party leaves',
    ),
  ),
  ...group(
    'buckets',
    {
      'nearly full': [base, rows(...many(1, 5, 1, onCard))],
      'not there': [base],
      full: [base, rows(...many(1, 6, 1, onCard)), rows(fact('pos.6', 1, onCard))],
      'several, empty but for one': [
        base,
        rows(...many(1, 13, 1, onCard)),
        rows(...manyGone(2, 13, 2)),
      ],
      'several, of a unit that is gone': [
        base,
        rows(...many(1, 13, 1, onCard)),
        rows(...manyGone(1, 13, 2)),
      ],
      'several, sealed': [
        base,
        rows(...many(1, 13, 1, onCard)),
        dies(rows(...manyGone(1, 13, 2)), 'SCOPE'),
      ],
    },
    acts('goes', 'some come', 'some go', 'many come', 'many come and go', 'all go'),
  ),
  ...group(
    'buckets of a shared value',
    {
      'of a unit that is gone': [
        ...holders('a', 'b', 'c'),
        rows(...many(1, 13, 1, ['phone#1'])),
        rows(...manyGone(1, 13, 2)),
      ],
    },
    acts('some come by phone', 'others come by phone'),
  ),
  ...group(
    'seals',
    {
      'of one row': [base, comes],
      'of one bucket': [base, rows(...many(1, 5, 1, onCard))],
      'of several, by somebody who died': [
        base,
        rows(...many(1, 13, 1, onCard)),
        dies(rows(...manyGone(1, 13, 2)), 'SCOPE'),
      ],
    },
    acts('some come', 'all go'),
    {},
    true,
  ),
  ...group(
    'receipts',
    {
      'not there': [base],
      whole: [base, rows(receipt('pos.1', 1, 'card#1'))],
      'a part': [base, rows(receiptPart('pos.1', 1, { total: 1 }))],
      'whole and a part': [
        base,
        rows(receipt('pos.1', 1, 'card#1')),
        rows(receiptPart('pos.1', 3, { total: 3 })),
      ],
      gone: [base, rows(receipt('pos.1', 1, 'card#1')), rows(receiptGone('pos.1', 2))],
      moved: [base, rows(receipt('pos.1', 1, 'email#1')), rows(receipt('pos.1', 2, 'card#1'))],
      'whole and a part to come': [
        base,
        rows(receipt('pos.1', 1, 'card#1')),
        rows(receiptPart('pos.1', 9, { buyer: 'card#1' })),
      ],
    },
    acts(
      'whole',
      'whole elsewhere',
      'total',
      'buyer',
      'no buyer',
      'receipt goes',
      'buyer, and dies',
    ),
  ),
  ...group(
    'receipts without columns',
    {
      once: [base, comes, rows(fact('pos.1', 6, onCard))],
      since: [base, rows(receipt('pos.1', 1, 'card#1')), rows(fact('pos.1', 6, onCard))],
    },
    acts('whole', 'whole elsewhere', 'receipt goes', 'stays', 'goes'),
  ),
  ...group(
    'members',
    {
      'not there': [],
      whole: [rows(member('a', 1, { card: 'card#1', phone: 'phone#1' }))],
      'a part': [rows(memberPart('a', 1, { card: 'card#1' }))],
      'whole and a part to come': [
        rows(member('a', 1, { card: 'card#1', phone: 'phone#1' })),
        rows(memberPart('a', 9, { card: 'card#9' })),
      ],
      'two parts': [
        rows(memberPart('a', 2, { phone: 'phone#1' })),
        rows(memberPart('a', 9, { card: 'card#9' })),
      ],
      gone: [rows(member('a', 1, { card: 'card#1' })), rows(memberGone('a', 2))],
    },
    acts('whole member', 'card of member', 'phone of member', 'no phone of member', 'member goes'),
  ),
  ...group(
    'holders',
    {
      none: [],
      one: holders('a'),
      two: holders('a', 'b'),
      three: holders('a', 'b', 'c'),
      five: holders('a', 'b', 'c', 'd', 'e'),
      'one and a fact': [...holders('a'), onPhone],
      'two and a fact': [...holders('a', 'b'), onPhone],
      'a fact that went': [...holders('a'), onPhone, rows(factGone('pos.1', 2))],
      'three, and a fact that went': [
        ...holders('a', 'b', 'c'),
        onPhone,
        rows(factGone('pos.1', 2)),
      ],
      'one that went': [...holders('a'), rows(partyGone('a', 2))],
      'none, but a claim': [dies(rows(party('a', 1, 'phone#1')), 'SCOPE')],
    },
    acts(
      'a stays',
      'a changes',
      'a goes',
      'b goes',
      'c comes',
      'c comes and goes',
      'd comes',
      'b goes, and d of old comes',
      'two come',
      'all go at once',
      'a fact comes',
      'another fact comes and goes',
    ),
  ),
  // A row that changed lies there without the mark of one that was laid, which would refuse what others write meanwhile.
  ...group(
    'images',
    { 'of a row that changed': [rows(party('a', 1, 'card#1')), rows(party('a', 2, 'phone#1'))] },
    acts('a stays', 'a changes', 'a goes'),
  ),
  ...group(
    'decisions',
    {
      'none yet': holders('a', 'b'),
      one: [...holders('a', 'b'), never],
      'one about a row that went': [...holders('a', 'b'), never, rows(partyGone('a', 2))],
      'none about a fact': [...holders('a', 'b'), onPhone],
      'one about a fact': [...holders('a'), onPhone, factApart],
      'one about a fact that went': [
        ...holders('a'),
        onPhone,
        factApart,
        rows(factGone('pos.1', 2)),
      ],
      'one about two that went': [
        ...holders('a'),
        onPhone,
        factApart,
        rows(factGone('pos.1', 2)),
        rows(partyGone('a', 2)),
      ],
    },
    acts(
      'a stays',
      'a changes',
      'a goes',
      'a goes and returns',
      'c comes',
      'a fact comes',
      'a fact comes and goes',
      'never linked',
      'fact kept apart',
      'fact kept apart from b',
      'taken back',
    ),
  ),
  ...group(
    'decisions about a new value',
    { 'held by nobody': holders('a') },
    acts('a fact with a new value comes', 'another comes, is kept apart, and goes'),
  ),
  ...group(
    'scopes',
    { apart: three, bridged: [...three, bridged] },
    acts(
      'a changes',
      'a goes',
      'a is renamed',
      'b bridges',
      'b goes',
      'c changes',
      'd comes',
      'always linked',
    ),
  ),
  ...group(
    'small commits',
    {
      two: holders('a', 'b'),
      three: holders('a', 'b', 'c'),
      apart: three,
      bridged: [...three, bridged],
    },
    acts(
      'a changes',
      'a goes',
      'b bridges',
      'b goes',
      'c comes',
      'c changes',
      'opens and dies',
      'd comes',
    ),
    { limits: { actions: 9, scopes: 2 } },
  ),
  // Claims and customers of those that the hub has linked are corrected one at a time.
  ...group(
    'corrections',
    {
      'to come': [...spokes, rows(hub(1)), dies(rows(partyGone('hub', 2)), 'SCOPE', 2)],
      'half way': [...spokes, rows(hub(1)), dies(rows(partyGone('hub', 2)), 'SCOPE', 4)],
    },
    acts('somebody else comes', 'd gives its place away', 'hub goes', 'hub returns'),
    { limits: { actions: 7, scopes: 2 } },
  ),
  ...group(
    'lower caps',
    { three: holders('a', 'b', 'c'), four: holders('a', 'b', 'c', 'd') },
    acts('a stays', 'a goes', 'b goes', 'c comes', 'd comes', 'brought to the rules'),
    { formerly: HIGH },
  ),
  ...group(
    'higher caps',
    { three: holders('a', 'b', 'c'), four: holders('a', 'b', 'c', 'd') },
    acts('a stays', 'a goes', 'b goes', 'c comes', 'd comes', 'brought to the rules'),
    { policy: HIGH, formerly: LOW },
  ),
  // One of two holders in a scope leaves it for another, where the job that counts the value looks for both.
  ...group(
    'higher caps',
    {
      'three, two of them tied': [
        rows(party('a', 1, 'phone#1', 'email#1')),
        rows(party('b', 1, 'phone#1', 'email#2')),
        ...holders('c'),
        rows(party('tie', 1, 'email#1', 'email#2')),
      ],
    },
    acts('tie goes', 'c comes', 'brought to the rules'),
    { policy: HIGH, formerly: LOW },
  ),
];

/** Those whose name begins so. */
export const racesNamed = (beginning: string): readonly NamedRace[] =>
  CATALOGUE.filter(({ name }) => name.startsWith(beginning));
