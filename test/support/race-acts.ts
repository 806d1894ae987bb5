/**
 * Race acts: what is done in the races of the catalogue.
 */
import type { RowChange } from '#application/identity/row-change.ts';
import type { Act, DyingAct, LivingAct } from './acts.ts';
import {
  member,
  memberGone,
  memberPart,
  receipt,
  receiptGone,
  receiptPart,
} from './builders/receipts.ts';
import { fact, factGone, factUnit, party, partyGone, partyRenamed } from './builders/rows.ts';

/** Acts by name; each is given the number of its first version. */
type Acts = Readonly<Record<string, (n: number) => readonly Act[]>>;

/** A batch. */
export const rows = (...changes: readonly RowChange[]): LivingAct => ({ kind: 'rows', changes });

/** Facts `pos.from`, …, all but the last. */
export const many = (from: number, to: number, n: number, claims: readonly string[]) =>
  Array.from({ length: to - from }, (_, index) => fact(`pos.${from + index}`, n, claims));

/** The same, deleted. */
export const manyGone = (from: number, to: number, n: number) =>
  Array.from({ length: to - from }, (_, index) => factGone(`pos.${from + index}`, n));

/** A party with the card and the e-mail address that most facts name. */
export const base = rows(party('a', 1, 'card#1', 'email#1'));
/** What most facts claim. */
export const onCard = ['card#1'];

/** What four others are linked by. */
export const hub = (n: number) => party('hub', n, 'email#1', 'email#2', 'email#3', 'email#4');

/** A worker that dies. */
export const dies = (act: LivingAct, at: string, nth = 1): DyingAct => ({
  kind: 'dies',
  act,
  at,
  nth,
});

/** What is done in races. */
export const ACTS = {
  stays: (n) => [rows(fact('pos.1', n, onCard))],
  moves: (n) => [rows(fact('pos.1', n, ['email#1']))],
  'moves on': (n) => [rows(fact('pos.1', n, ['phone#1']))],
  goes: (n) => [rows(factGone('pos.1', n))],
  'names nobody': (n) => [rows(fact('pos.1', n, []))],
  'moves and comes back': (n) => [
    rows(fact('pos.1', n, ['email#1'])),
    rows(fact('pos.1', n + 1, onCard)),
  ],
  'moves on and dies': (n) => [dies(rows(fact('pos.1', n, ['phone#1'])), 'BUCKET', 2)],
  'is read anew': () => [rows(fact('pos.1', 6, ['email#1']))],
  'is read anew after others came': (n) => [
    rows(...many(20, 31, n, ['email#1'])),
    rows(fact('pos.1', 6, ['email#1'])),
  ],
  'another comes': (n) => [rows(fact('pos.2', n, onCard))],
  'another comes and goes': (n) => [rows(fact('pos.2', n, onCard)), rows(factGone('pos.2', n + 1))],
  'another goes': (n) => [rows(factGone('pos.2', n))],
  'some come': (n) => [rows(...many(20, 24, n, onCard))],
  'some go': (n) => [rows(...manyGone(20, 24, n))],
  'some come by phone': (n) => [rows(...many(20, 24, n, ['phone#1']))],
  'others come by phone': (n) => [rows(...many(30, 34, n, ['phone#1']))],
  'many come': (n) => [rows(...many(20, 31, n, onCard))],
  'many come and go': (n) => [rows(...many(20, 31, n, onCard)), rows(...manyGone(20, 31, n + 1))],
  'all go': (n) => [rows(...manyGone(1, 13, n))],
  'its party leaves': (n) => [rows(party('a', n, 'email#1'))],
  whole: (n) => [rows(receipt('pos.1', n, 'card#1'))],
  'whole elsewhere': (n) => [rows(receipt('pos.1', n, 'email#1'))],
  total: (n) => [rows(receiptPart('pos.1', n, { total: n }))],
  buyer: (n) => [rows(receiptPart('pos.1', n, { buyer: 'card#2' }))],
  'no buyer': (n) => [rows(receiptPart('pos.1', n, { buyer: null }))],
  'buyer, and dies': (n) => [dies(rows(receiptPart('pos.1', n, { buyer: 'card#2' })), 'BUCKET', 2)],
  'receipt goes': (n) => [rows(receiptGone('pos.1', n))],
  'whole member': (n) => [rows(member('a', n, { card: `card#${n}`, phone: 'phone#1' }))],
  'card of member': (n) => [rows(memberPart('a', n, { card: `card#${n}` }))],
  'phone of member': (n) => [rows(memberPart('a', n, { phone: `phone#${n}` }))],
  'no phone of member': (n) => [rows(memberPart('a', n, { phone: null }))],
  'member goes': (n) => [rows(memberGone('a', n))],
  'a stays': (n) => [rows(party('a', n, 'phone#1'))],
  'a changes': (n) => [rows(party('a', n, 'card#1'))],
  'a goes': (n) => [rows(partyGone('a', n))],
  'a goes and returns': (n) => [rows(partyGone('a', n)), rows(party('a', n + 1, 'phone#1'))],
  'a is renamed': (n) => [rows(...partyRenamed('a', 'z', n, 'phone#1'))],
  'b goes': (n) => [rows(partyGone('b', n))],
  'b bridges': (n) => [rows(party('b', n, 'phone#1', 'email#1'))],
  'c comes': (n) => [rows(party('c', n, 'phone#1'))],
  'c comes and goes': (n) => [rows(party('c', n, 'phone#1')), rows(partyGone('c', n + 1))],
  'c changes': (n) => [rows(party('c', n, 'email#1', 'card#2'))],
  'd comes': (n) => [rows(party('d', n, 'phone#1', 'card#2'))],
  'b goes, and d of old comes': (n) => [rows(partyGone('b', n), party('d', n, 'card#9'))],
  'two come': (n) => [rows(party('d', n, 'phone#1')), rows(party('e', n, 'phone#1'))],
  'a fact comes': (n) => [rows(fact('pos.1', n, ['phone#1']))],
  'a fact comes and goes': (n) => [
    rows(fact('pos.1', n, ['phone#1'])),
    rows(factGone('pos.1', n + 1)),
  ],
  'another fact comes and goes': (n) => [
    rows(fact('pos.2', n, ['phone#1'])),
    rows(factGone('pos.2', n + 1)),
  ],
  'all go at once': (n) => [rows(partyGone('a', n), partyGone('b', n), partyGone('c', n))],
  'opens and dies': (n) => [dies(rows(party('d', n, 'phone#1', 'email#1')), 'SCOPE', 2)],
  'hub goes': (n) => [rows(partyGone('hub', n))],
  'hub returns': (n) => [rows(hub(n))],
  'd gives its place away': (n) => [rows(partyGone('d', n)), rows(party('e', n, 'email#4'))],
  'somebody else comes': (n) => [rows(party('x', n, 'card#9'))],
  'tie goes': (n) => [rows(partyGone('tie', n))],
  'always linked': () => [{ kind: 'decide', says: 'always', a: 'a', b: 'c' }],
  'never linked': () => [{ kind: 'decide', says: 'never', a: 'a', b: 'b' }],
  'fact kept apart': () => [{ kind: 'decide', says: 'never', a: 'a', b: factUnit('phone#1').key }],
  'fact kept apart from b': () => [
    { kind: 'decide', says: 'never', a: 'b', b: factUnit('phone#1').key },
  ],
  'a fact with a new value comes': (n) => [rows(fact('pos.1', n, onCard))],
  'another comes, is kept apart, and goes': (n) => [
    rows(fact('pos.2', n, onCard)),
    { kind: 'decide', says: 'never', a: 'a', b: factUnit('card#1').key },
    rows(factGone('pos.2', n + 1)),
  ],
  'taken back': () => [{ kind: 'revoke', which: 0 }],
  'brought to the rules': () => [{ kind: 'settle' }],
} satisfies Acts;

/** Name of an act. */
export type ActName = keyof typeof ACTS;
