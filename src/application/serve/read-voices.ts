/**
 * Read voices: what a customer has said of a purpose, unit by unit of its summary.
 *
 * The summary has all there is. Which units speak under one name is read only when they disagree: a unit with a card and a
 * phone number, and one with the card alone, are one voice.
 * @module
 */
import { heldBy, type Summary, type UnitEntry } from '#application/profile/summary.ts';
import { parseUnitItem, unitItemKey } from '#application/shared/items.ts';
import type { Table } from '#application/shared/table.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import { byText, type EvidenceUnit, namespaceOf, type UnitKey } from '#domain/identity/evidence.ts';
import type { BrandPartial } from '#domain/profile/facts-partial.ts';
import { type ConsentRule, disagree, type Saying, type Voice } from '#domain/serve/consent.ts';
import { groupBy } from '#domain/shared/multimap.ts';

/** What is asked about. */
type Said = { readonly summary: Pick<Summary, 'units'> };

/** The voices of a customer on one purpose. */
export const readVoices = async (
  table: Table,
  definitions: Definitions,
  { summary }: Said,
  rule: ConsentRule,
): Promise<readonly Voice[]> => {
  const heard = voicesIn(summary, rule);
  return disagree(heard) ? namedVoices(table, definitions, heard) : heard;
};

/** The voices of a customer, each by the identifier that it speaks under. */
export const readNamedVoices = async (
  table: Table,
  definitions: Definitions,
  { summary }: Said,
  rule: ConsentRule,
): Promise<readonly Voice[]> => namedVoices(table, definitions, voicesIn(summary, rule));

const voicesIn = ({ units }: Pick<Summary, 'units'>, rule: ConsentRule): readonly Voice[] =>
  [...units].flatMap(([unit, entry]) => {
    const sayings = sayingsIn(entry, rule);
    return sayings.length > 0 ? [{ subject: unit, sayings }] : [];
  });

const sayingsIn = (entry: UnitEntry, rule: ConsentRule): readonly Saying[] => {
  const held = heldBy(entry);
  if (held?.kind !== 'facts') return [];
  return [...held.buckets.values()]
    .flatMap(({ partial }) => partial)
    .flatMap((partial) => sayingOf(partial, rule));
};

const sayingOf = (
  { brand, rest, days }: BrandPartial,
  { granted, withdrawn }: ConsentRule,
): readonly Saying[] =>
  [rest, ...Object.values(days)].flatMap((cell) => {
    const [yes, no] = [cell[granted], cell[withdrawn]];
    if (yes === undefined && no === undefined) return [];
    return [
      {
        brand,
        ...(typeof yes === 'number' ? { granted: yes } : {}),
        ...(typeof no === 'number' ? { withdrawn: no } : {}),
      },
    ];
  });

const namedVoices = async (
  table: Table,
  definitions: Definitions,
  voices: readonly Voice[],
): Promise<readonly Voice[]> => {
  const items = await table.getAll(voices.map(({ subject }) => unitItemKey(subject as UnitKey)));
  const named = voices.map((voice, index) => {
    const unit = parseUnitItem(items[index]);
    const subject = unit && strongestOf(definitions, unit.evidence);
    return { ...voice, subject: subject ?? voice.subject };
  });
  return [...groupBy(named, ({ subject }) => subject)].map(([subject, ofSubject]) => ({
    subject,
    sayings: ofSubject.flatMap(({ sayings }) => sayings),
  }));
};

const strongestOf = ({ namespaces }: Definitions, { claims }: EvidenceUnit): string | undefined => {
  const priorityOf = (identifier: EvidenceUnit['claims'][number]['identifier']) =>
    namespaces[namespaceOf(identifier)]?.priority ?? Number.POSITIVE_INFINITY;
  return claims
    .map(({ identifier }) => identifier)
    .sort((a, b) => priorityOf(a) - priorityOf(b) || byText(a, b))[0];
};
