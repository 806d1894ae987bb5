/**
 * People: the ground truth behind the rows, and who shares what with whom.
 * @module
 */
import type { Region } from '#domain/definitions/types.ts';
import type { Dice } from './dice.ts';
import type { DirtSpreader } from './dirt.ts';
import { drawName, type Name } from './names.ts';
import { drawPhone, type Phone } from './phones.ts';

/** Systems in which a person has a row of their own. */
export type PartySystem = 'member' | 'shop' | 'crm' | 'erp';

/** One real person; every row about them can be told from this. */
export interface Person {
  /** `p000042`. */
  readonly id: string;
  readonly market: Region;
  readonly gender: 'F' | 'M';
  readonly name: Name;
  /** `1988-05-21`. */
  readonly birthDate: string;
  readonly city: string;
  readonly address: string;
  readonly brand: 'aurora' | 'bloom';
  readonly phone: Phone;
  readonly formerPhone?: Phone;
  readonly email?: string;
  readonly unionid?: string;
  /** Member card that the person uses, own or partner's. */
  readonly card?: string;
  readonly systems: readonly PartySystem[];
  /** What the person shares with their partner, and the partner's id. */
  readonly household?: { readonly with: string; readonly shares: 'phone' | 'card' | 'email' };
}

/** What has been handed out, so that nothing is handed out twice by accident. */
export interface Register {
  readonly phones: Set<string>;
  next: number;
}

const CITIES: Readonly<Record<Region, readonly string[]>> = {
  CN: ['广州', '深圳', '上海', '北京', '杭州', '成都', '南京', '武汉', '珠海'],
  HK: ['九龍', '香港島', '新界'],
  MO: ['澳門半島', '氹仔'],
  SG: ['Singapore'],
};

const STREETS: Readonly<Record<Region, readonly string[]>> = {
  CN: ['中山路', '人民路', '解放路', '建设路', '南京西路', '天河路'],
  HK: ['彌敦道', '軒尼詩道', '廣東道', '英皇道', 'Nathan Road'],
  MO: ['新馬路', '友誼大馬路', 'Avenida da Amizade'],
  SG: ['Orchard Road', 'Bukit Timah Road', 'Serangoon Road'],
};

const HOUSE_NUMBER: Readonly<Record<Region, string>> = { CN: '号', HK: '號', MO: '號', SG: '' };

const SYSTEM_RATES: Readonly<Record<PartySystem, number>> = {
  member: 0.62,
  shop: 0.52,
  crm: 0.54,
  erp: 0.34,
};

const MAILS = ['qq.com', '163.com', 'gmail.com', 'outlook.com', 'yahoo.com.hk', 'singnet.com.sg'];

/** Draws `count` people, some of them couples that share an identifier, some with a number that another had. */
export const drawPeople = (
  dice: Dice,
  dirt: DirtSpreader,
  register: Register,
  count: number,
): readonly Person[] => {
  const people: Person[] = [];
  while (people.length < count) {
    const person = drawPerson(dice, dirt, register);
    people.push(person);
    const shares = people.length < count && dirt.hits('sharedHouseholds');
    if (shares) people.push(...couple(dice, people, drawPerson(dice, dirt, register)));
  }
  return recycleNumbers(dirt, people);
};

/** Draws one person with everything of their own. */
export const drawPerson = (dice: Dice, dirt: DirtSpreader, register: Register): Person => {
  const market = dice.weighted({ CN: 50, HK: 30, MO: 8, SG: 12 });
  const gender = dice.chance(0.62) ? 'F' : 'M';
  const name = drawName(dice, market, gender);
  const number = register.next++;
  const systems = drawSystems(dice);
  const city = dice.pick(CITIES[market]);
  return {
    id: `p${String(number).padStart(6, '0')}`,
    market,
    gender,
    name,
    birthDate: drawBirthDate(dice),
    city,
    address: `${city}${dice.pick(STREETS[market])}${dice.int(1, 999)}${HOUSE_NUMBER[market]}`,
    brand: dice.chance(0.6) ? 'aurora' : 'bloom',
    phone: drawPhone(dice, market, register.phones),
    ...(dirt.hits('changedNumbers')
      ? { formerPhone: drawPhone(dice, market, register.phones) }
      : {}),
    ...(dice.chance(0.7) ? { email: drawEmail(dice, name, number) } : {}),
    ...(dice.chance(market === 'CN' ? 0.85 : 0.5) ? { unionid: `o${dice.text(27)}` } : {}),
    ...(systems.includes('member') ? { card: cardNumber(number) } : {}),
    systems,
  };
};

/** Card number of the n-th person; `second` is the one issued when the first was lost. */
export const cardNumber = (number: number, second = false): string =>
  `${second ? 7 : 6}${String(10_000_000 + number * 37)}`;

const drawSystems = (dice: Dice): readonly PartySystem[] => {
  const names = Object.keys(SYSTEM_RATES) as PartySystem[];
  const drawn = names.filter((system) => dice.chance(SYSTEM_RATES[system]));
  return drawn.length > 0 ? drawn : [dice.pick(names)];
};

const drawBirthDate = (dice: Dice): string => {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${dice.int(1950, 2004)}-${two(dice.int(1, 12))}-${two(dice.int(1, 28))}`;
};

const drawEmail = (dice: Dice, name: Name, number: number): string =>
  `${name.latin.toLowerCase().replace(/[^a-z]+/g, '.')}${number}@${dice.pick(MAILS)}`;

// The second person of a couple takes over what they share from the first, who is rewritten to know it.
const couple = (dice: Dice, people: Person[], drawn: Person): readonly Person[] => {
  const holder = people.pop();
  if (!holder) return [drawn];
  const shares = drawShared(dice, holder);
  const partner: Person = {
    ...drawn,
    market: holder.market,
    gender: holder.gender === 'F' ? 'M' : 'F',
    city: holder.city,
    address: holder.address,
    household: { with: holder.id, shares },
    ...sharedBy(holder, drawn, shares),
  };
  return [{ ...holder, household: { with: partner.id, shares } }, partner];
};

const drawShared = (dice: Dice, holder: Person): 'phone' | 'card' | 'email' => {
  if (holder.card !== undefined && dice.chance(0.45)) return 'card';
  return holder.email !== undefined && dice.chance(0.4) ? 'email' : 'phone';
};

const sharedBy = (
  holder: Person,
  partner: Person,
  shares: 'phone' | 'card' | 'email',
): Partial<Person> => {
  if (shares === 'phone') return { phone: holder.phone };
  if (shares === 'email') return holder.email === undefined ? {} : { email: holder.email };
  const others = partner.systems.filter((system) => system !== 'member');
  return {
    ...(holder.card === undefined ? {} : { card: holder.card }),
    systems: others.length > 0 ? others : ['crm'],
  };
};

// A carrier gives an abandoned number to somebody else; here, to somebody of the same market.
const recycleNumbers = (dirt: DirtSpreader, people: readonly Person[]): readonly Person[] => {
  const freed = people.filter((person) => person.formerPhone).reverse();
  return people.map((person) => {
    if (person.formerPhone || person.household || !dirt.hits('recycledNumbers')) return person;
    const index = freed.findIndex(({ market, id }) => market === person.market && id !== person.id);
    const phone = freed[index]?.formerPhone;
    if (phone === undefined) return person;
    freed.splice(index, 1);
    return { ...person, phone };
  });
};
