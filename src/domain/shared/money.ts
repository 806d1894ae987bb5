/**
 * Money as text: minor units to a decimal, without floating point.
 * @module
 */
import { minorDigits } from './currency.ts';

/** `formatMoney(-1250, 'HKD')` is `-12.50`. An unknown currency is written in minor units. */
export const formatMoney = (amount: number, currency: string): string => {
  const digits = minorDigits(currency) ?? 0;
  if (digits === 0) return String(amount);
  const text = String(Math.abs(amount)).padStart(digits + 1, '0');
  return `${amount < 0 ? '-' : ''}${text.slice(0, -digits)}.${text.slice(-digits)}`;
};
