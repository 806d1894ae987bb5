/**
 * Probes: purchases whose effect is known exactly, to measure how soon a commit can be read.
 *
 * A few members are enrolled who do nothing but buy as probes, so their number of orders is the number of probes.
 * @module
 */

import { must } from '#domain/shared/assert.ts';
import type { Clock } from '#domain/shared/clock.ts';
import type { Change } from './changes.ts';
import { receiptRows } from './fact-rows.ts';
import { memberRow } from './party-rows.ts';
import { cardNumber, drawPerson, type Person } from './people.ts';
import { nextNumber, type World } from './world.ts';

/** A purchase that was committed, and what the API must say once it has arrived. */
export interface Probe {
  /** Identifier to ask for. */
  readonly namespace: 'member-card';
  readonly value: string;
  /** Just before the commit was asked for, epoch milliseconds. */
  readonly committedAt: number;
  /** Orders of this customer, this one included. */
  readonly orderCount: number;
}

/** Number of members that serve as probes. */
const MEMBERS = 10;

/** Makes probe purchases, member after member. */
export class Prober {
  readonly #world: World;
  readonly #clock: Clock;
  readonly #members: { readonly person: Person; orders: number }[] = [];
  #turn = 0;

  constructor(world: World, clock: Clock) {
    this.#world = world;
    this.#clock = clock;
  }

  /** Enrols the members. */
  enrol(): readonly Change[] {
    return Array.from({ length: MEMBERS }, () => {
      const { formerPhone: _, ...drawn } = drawPerson(
        this.#world.dice,
        this.#world.dirt,
        this.#world.register,
      );
      const card = cardNumber(Number(drawn.id.slice(1)));
      const person: Person = { ...drawn, card, systems: ['member'] };
      this.#world.notePeople([person]);
      this.#members.push({ person, orders: 0 });
      const row = memberRow(this.#world, person, card, this.#clock());
      return { op: 'insert', table: 'member', row, person: person.id };
    });
  }

  /** The next purchase; report it with {@link committed} when it is committed. */
  next(): { readonly changes: readonly Change[]; readonly probe: Probe } {
    const member = must(this.#members[this.#turn++ % MEMBERS], 'a probe member');
    member.orders += 1;
    const card = must(member.person.card, 'card');
    const entry = { no: nextNumber(this.#world, 'receipt'), at: this.#clock() };
    const [receipt] = receiptRows(this.#world, member.person, entry);
    const row = { ...must(receipt, 'receipt').row, card_no: card, mobile: null };
    return {
      changes: [{ op: 'insert', table: 'receipt', row, person: member.person.id }],
      probe: {
        namespace: 'member-card',
        value: card,
        committedAt: this.#clock(),
        orderCount: member.orders,
      },
    };
  }
}
