/**
 * Engagement: visits, consents given and withdrawn, and leads in the course of a day.
 * @module
 */
import { update } from './changes.ts';
import { eventRow, leadRow, smsConsent } from './engagement-rows.ts';
import type { Action } from './sales-actions.ts';
import { utc } from './times.ts';
import { nextNumber, personOf, pickRow } from './world.ts';

/** Somebody looks around in mini-program or web shop. */
export const visit: Action = (world, at) => {
  const account = pickRow(world, world.rows.account);
  if (!account) return [];
  const entry = { no: nextNumber(world, 'behaviourEvent'), at };
  const row = eventRow(world.dice, account.row, entry);
  return [{ op: 'insert', table: 'behaviourEvent', row, person: account.person }];
};

/** A member withdraws consent to text messages, or gives it again. */
export const changeConsent: Action = (world, at) => {
  const member = pickRow(world, world.rows.member);
  if (!member) return [];
  const where = smsConsent(personOf(world, member).brand, String(member.row['card_no']));
  const granted = world.dice.chance(0.4) ? 1 : 0;
  return [update('consent', where, { granted, notice_version: '2026-10', changed_at: utc(at) })];
};

/** Somebody fills in a form on a platform. */
export const leaveLead: Action = (world, at) => {
  const person = world.dice.pick([...world.people.values()]);
  const row = leadRow(world, person, { no: nextNumber(world, 'lead'), at });
  return [{ op: 'insert', table: 'lead', row, person: person.id }];
};
