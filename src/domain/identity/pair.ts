/**
 * Pair: stands for the identifier of a scored link, which rests on everything the two rows say and not on one value.
 * @module
 */
import { type IdentifierKey, identifierKey, namespaceOf, type UnitKey } from './evidence.ts';

/** Namespace of pairs. No definition can name it. */
const PAIR_NAMESPACE = 'score';

/** `score#crm.row.1 crm.row.2`, for two units in key order. */
export const pairIdentifier = (a: UnitKey, b: UnitKey): IdentifierKey =>
  identifierKey(PAIR_NAMESPACE, undefined, `${escaped(a)} ${escaped(b)}`);

/** The two units of a pair; `undefined` for any other identifier. */
export const unitsOfPair = (identifier: IdentifierKey): readonly [UnitKey, UnitKey] | undefined => {
  if (namespaceOf(identifier) !== PAIR_NAMESPACE) return undefined;
  const [a = '', b = ''] = identifier.slice(PAIR_NAMESPACE.length + 1).split(' ');
  return [plain(a) as UnitKey, plain(b) as UnitKey];
};

// What stands before the last number sign of an identifier is its scope.
const escaped = (unit: UnitKey): string =>
  unit.replaceAll('%', '%25').replaceAll(' ', '%20').replaceAll('#', '%23');

const plain = (text: string): string =>
  text.replaceAll('%23', '#').replaceAll('%20', ' ').replaceAll('%25', '%');
