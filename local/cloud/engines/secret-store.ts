/**
 * The local secrets: generated once by the template's rules, kept in one file, the same after a restart.
 * @module
 */
import { randomInt, randomUUID } from 'node:crypto';
import { readJsonFile, replaceJsonFile } from '../files.ts';
import type { SecretPlan, SecretRules } from '../plan/model.ts';

/** One stored secret. */
export interface StoredSecret {
  readonly name: string;
  readonly arn: string;
  readonly value: string;
  readonly versionId: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

const CHARACTERS = {
  lowercase: 'abcdefghijklmnopqrstuvwxyz',
  uppercase: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  numbers: '0123456789',
  punctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
  space: ' ',
};

/** Secrets by ARN, kept in a file that only its owner may read. */
export class SecretStore {
  readonly #path: string;
  #secrets: readonly StoredSecret[];

  constructor(path: string) {
    this.#path = path;
    this.#secrets = readJsonFile<StoredSecret[]>(path) ?? [];
  }

  /** Makes a planned secret exist; an existing one keeps its value. */
  ensure(plan: SecretPlan): StoredSecret {
    const value = plan.value.kind === 'literal' ? plan.value.text : generate(plan.value.rules);
    return this.find(plan.arn) ?? this.create(plan.name, plan.arn, value);
  }

  /** Adds a secret. */
  create(name: string, arn: string, value: string): StoredSecret {
    const secret = { name, arn, value, versionId: randomUUID(), createdAt: Date.now() };
    this.#secrets = [...this.#secrets, secret];
    replaceJsonFile(this.#path, this.#secrets);
    return secret;
  }

  /** Puts another value in place of a secret's; `undefined` when there is none of this name or ARN. */
  replace(id: string, value: string): StoredSecret | undefined {
    const known = this.find(id);
    if (!known) return undefined;
    const secret = { ...known, value, versionId: randomUUID() };
    this.#secrets = this.#secrets.map((one) => (one === known ? secret : one));
    replaceJsonFile(this.#path, this.#secrets);
    return secret;
  }

  /** The secret with this name or ARN. */
  find(id: string): StoredSecret | undefined {
    return this.#secrets.find((secret) => secret.arn === id || secret.name === id);
  }
}

/** Generates a value by the rules of GenerateSecretString. */
export const generate = (rules: SecretRules): string => {
  const classes = allowedClasses(rules);
  const all = classes.join('');
  const required = rules.requireEachIncludedType ? classes.map(pick) : [];
  const rest = Array.from({ length: rules.length - required.length }, () => pick(all));
  const text = shuffled([...required, ...rest]).join('');
  if (!rules.template) return text;
  const members = JSON.parse(rules.template.json) as Record<string, unknown>;
  return JSON.stringify({ ...members, [rules.template.key]: text });
};

const allowedClasses = (rules: SecretRules): string[] =>
  [
    rules.excludeLowercase ? '' : CHARACTERS.lowercase,
    rules.excludeUppercase ? '' : CHARACTERS.uppercase,
    rules.excludeNumbers ? '' : CHARACTERS.numbers,
    rules.excludePunctuation ? '' : CHARACTERS.punctuation,
    rules.includeSpace ? CHARACTERS.space : '',
  ]
    .map((letters) => [...letters].filter((it) => !rules.excludeCharacters.includes(it)).join(''))
    .filter((letters) => letters !== '');

const pick = (letters: string): string => letters.charAt(randomInt(letters.length));

const shuffled = (letters: readonly string[]): string[] => {
  const result = [...letters];
  for (let index = result.length - 1; index > 0; index -= 1) {
    const other = randomInt(index + 1);
    [result[index], result[other]] = [result[other] as string, result[index] as string];
  }
  return result;
};
