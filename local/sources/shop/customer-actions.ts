/**
 * Customers: enrolments, moves, new numbers, merged contacts and closed accounts in the course of a day.
 * @module
 */
import type { Row, TableName } from '../catalogue.ts';
import { type Change, update } from './changes.ts';
import { accountRow, contactRow, customerAccountRow, memberRow, phoneText } from './party-rows.ts';
import { cardNumber, drawPerson, type PartySystem, type Person } from './people.ts';
import { drawPhone } from './phones.ts';
import type { Action } from './sales-actions.ts';
import { utc } from './times.ts';
import { type Known, keyOf, nextNumber, personOf, pickRow, takeRow, type World } from './world.ts';

type PartyTable = 'member' | 'account' | 'contact' | 'customerAccount';

const TABLE_OF: Readonly<Record<PartySystem, PartyTable>> = {
  member: 'member',
  shop: 'account',
  crm: 'contact',
  erp: 'customerAccount',
};

/** Somebody new comes, now and then with a number that somebody else gave up. */
export const newPerson: Action = (world, at) => {
  const drawn = drawPerson(world.dice, world.dirt, world.register);
  const { formerPhone: _, ...fresh } = drawn;
  const recycled = world.dice.chance(0.3) ? world.freedPhones.pop() : undefined;
  const person: Person = recycled ? { ...fresh, phone: recycled } : fresh;
  notePerson(world, person);
  return person.systems.map((system) => enrol(world, person, system, at));
};

/** Somebody known appears in another system. */
export const joinSystem: Action = (world, at) => {
  const person = world.dice.pick([...world.people.values()]);
  const missing = (['shop', 'crm', 'erp'] as const).filter((s) => !person.systems.includes(s));
  if (missing.length === 0) return [];
  const system = world.dice.pick(missing);
  notePerson(world, { ...person, systems: [...person.systems, system] });
  return [enrol(world, person, system, at)];
};

/** Somebody changes their number: the member system hears of it, the shop perhaps, the others do not. */
export const changePhone: Action = (world, at) => {
  const member = pickRow(world, world.rows.member);
  if (!member) return [];
  const before = personOf(world, member);
  if (before.household) return [];
  const phone = drawPhone(world.dice, before.phone.region, world.register.phones);
  world.freedPhones.push(before.phone);
  const { formerPhone: _, ...kept } = before;
  const person: Person = { ...kept, phone };
  notePerson(world, { ...person, formerPhone: before.phone });
  const account = world.rows.account.find((known) => known.person === person.id);
  const set = { mobile: phoneText(world, person), updated_at: utc(at) };
  return [
    update('member', keyOf(member, 'card_no'), set),
    ...(account && world.dice.chance(0.5)
      ? [update('account', keyOf(account, 'account_id'), { phone: phoneText(world, person) })]
      : []),
  ];
};

/** An account is used. */
export const login: Action = (world, at) =>
  touch(world, 'account', 'account_id', () => ({ last_login_at: utc(at) }));

/** A member's tier or city changes. */
export const touchMember: Action = (world, at) =>
  touch(world, 'member', 'card_no', ({ city }) => ({
    ...(world.dice.chance(0.5)
      ? { tier: world.dice.pick(['Classic', 'Silver', 'Gold', 'Diamond']) }
      : { home_city: city }),
    updated_at: utc(at),
  }));

/** An adviser notes something about a contact. */
export const touchContact: Action = (world, at) =>
  touch(world, 'contact', 'contact_no', () => ({
    remark: world.dice.pick(['喜歡18K金', 'prefers WhatsApp', '生日前聯絡', '已寄型錄', null]),
    modified_on: utc(at),
  }));

/** The back office corrects an address. */
export const touchCustomerAccount: Action = (world, at) =>
  touch(world, 'customerAccount', 'cust_code', ({ address, city }) => ({
    addr: address,
    city,
    upd_ts: utc(at),
  }));

/** Two contacts of one person are merged: the cases move to the older one, the younger one goes. */
export const mergeContacts: Action = (world, at) => {
  const pair = [...Map.groupBy(world.rows.contact, (known) => known.person).values()].find(
    (known) => known.length > 1,
  );
  const [survivor, duplicate] = pair ?? [];
  if (!survivor || !duplicate) return [];
  world.rows.contact.splice(world.rows.contact.indexOf(duplicate), 1);
  const kept = keyOf(survivor, 'contact_no');
  return [
    update('serviceCase', keyOf(duplicate, 'contact_no'), kept),
    { op: 'delete', table: 'contact', where: keyOf(duplicate, 'contact_no') },
    update('contact', kept, {
      remark: `merged ${duplicate.row['contact_no']}`,
      modified_on: utc(at),
    }),
  ];
};

/** The CRM gives a contact another number: a change of the primary key. Its cases follow. */
export const rekeyContact: Action = (world, at) => {
  const contact = takeRow(world, world.rows.contact);
  if (!contact) return [];
  const before = keyOf(contact, 'contact_no');
  const after = { contact_no: `C-${String(nextNumber(world, 'contact')).padStart(6, '0')}` };
  world.rows.contact.push({ row: { ...contact.row, ...after }, person: contact.person });
  const set = { ...after, modified_on: utc(at) };
  return [
    { op: 'update', table: 'contact', where: before, set, person: contact.person },
    update('serviceCase', before, after),
  ];
};

/** An account is closed at its owner's wish: the row is deleted, its orders stay. */
export const closeAccount: Action = (world) => {
  const taken = takeRow(world, world.rows.account);
  if (!taken) return [];
  return [{ op: 'delete', table: 'account', where: keyOf(taken, 'account_id') }];
};

const notePerson = (world: World, person: Person): void => {
  world.people.set(person.id, person);
  world.notePeople([person]);
};

const enrol = (world: World, person: Person, system: PartySystem, at: number): Change => {
  const table = TABLE_OF[system];
  const row = partyRow(world, person, system, at);
  world.rows[table].push({ row, person: person.id });
  return { op: 'insert', table, row, person: person.id };
};

const partyRow = (world: World, person: Person, system: PartySystem, at: number): Row => {
  const no = () => nextNumber(world, TABLE_OF[system]);
  const padded = () => String(no()).padStart(6, '0');
  switch (system) {
    case 'member':
      return memberRow(world, person, person.card ?? cardNumber(Number(person.id.slice(1))), at);
    case 'shop':
      return accountRow(world, person, 80_000_000 + no(), at);
    case 'crm':
      return contactRow(world, person, `C-${padded()}`, at);
    case 'erp':
      return customerAccountRow(world, person, `K${padded()}`, at);
  }
};

const touch = (
  world: World,
  table: TableName & PartyTable,
  key: string,
  set: (person: Person) => Row,
): readonly Change[] => {
  const known: Known | undefined = pickRow(world, world.rows[table]);
  return known ? [update(table, keyOf(known, key), set(personOf(world, known)))] : [];
};
