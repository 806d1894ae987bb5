/**
 * Runbook headings: every alarm names one, and synthesis fails when the runbook does not have it. A page at night
 * without instructions is worse than no page.
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const RUNBOOK = join(import.meta.dirname, '../../docs/operate/runbook.md');

/** Headings of the runbook, of every level, in order. */
export const runbookHeadings = (): readonly string[] =>
  readFileSync(RUNBOOK, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('#'))
    .map((line) => line.replace(/^#+ /, ''));

/**
 * Link to a heading, in the form in which Markdown hosts make anchors.
 * @param address where the runbook is published
 * @throws Error when the runbook has no such heading
 */
export const runbookLink = (address: string, heading: string): string => {
  if (!runbookHeadings().includes(heading)) {
    throw new Error(`docs/operate/runbook.md has no heading "${heading}"`);
  }
  const anchor = heading.toLowerCase().replaceAll(/[^a-z0-9 -]/g, '');
  return `${address}#${anchor.replaceAll(' ', '-')}`;
};
