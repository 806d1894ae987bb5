/**
 * Figure values: what measures come to at an instant, and what the figures of a measure are called.
 * @module
 */
import type { MeasureDefinition } from '#domain/definitions/types.ts';
import type { Preference } from './preference.ts';

/**
 * Value of a measure: a count, sum or share, minor units per currency or scores by name, an instant (`null` when there is
 * none), a stage, or what is preferred.
 */
export type MeasureValue = number | string | Readonly<Record<string, number>> | Preference | null;

/** Values of measures by name, windows included. */
export type Figures = Readonly<Record<string, MeasureValue>>;

/** Name of a figure over a window: `spend`, 30 → `spend30d`. */
export const windowName = (measure: string, days: number): string => `${measure}${days}d`;

/** Names of all figures of a measure, its total first. */
export const figureNames = ({ measure, windows = [] }: MeasureDefinition): readonly string[] => [
  measure,
  ...windows.map((days) => windowName(measure, days)),
];
