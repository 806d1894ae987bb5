/**
 * A folder of small definitions whose rules score pairs: members with a name, a birth date, a phone and a card.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '#adapters/crypto/sha256.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';
import { startModel } from './builders/match.ts';

const { version: _, ...MODEL } = {
  ...startModel('name', 'birth-date', 'account:card'),
  placeholderDates: ['19000101'],
};

/** The files by their path. */
export const SCORED_FILES = {
  'sources/pos.yaml': `source: pos
engine: postgresql
region: HK
tables:
  member:
    key: [id]
    kind: party
    identifiers:
      - { namespace: card, column: card_no }
      - { namespace: phone, column: mobile }
    match: { nm: name, born: birth-date, mobile: phone, card_no: id.card }
    fields:
      name: { column: nm, type: text }
  receipt:
    key: [no]
    kind: fact
    identifiers:
      - { namespace: card, column: card_no }
`,
  'identity.yaml': `namespaces:
  card: { priority: 1, normalise: code, cap: 50 }
  phone: { priority: 2, normalise: phone, cap: 25, blocked: ['+85290000000'] }
matching:
  model: person
  link: 1
  review: -2
  uncorroborated: 4
  coherence: 2
  cap: 10
  keys:
    - [name, birth-date]
    - [birth-date, phone-end]
    - [names]
`,
  'models/person.json': JSON.stringify({ version: sha256(canonicalJson(MODEL)), ...MODEL }),
  'views/customer-360.yaml': 'profile: {}\nmeasures: {}\n',
} as const;

/** Writes a folder of these files, some of them in another form. */
export const writeScoredFolder = (
  folder: string,
  changed: Partial<Record<keyof typeof SCORED_FILES, string>> = {},
): void => {
  for (const part of ['sources', 'models', 'views'])
    mkdirSync(join(folder, part), { recursive: true });
  for (const [path, text] of Object.entries({ ...SCORED_FILES, ...changed }))
    writeFileSync(join(folder, path), text);
};
