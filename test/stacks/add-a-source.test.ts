/**
 * docs/how-to/add-a-source.md, done as it says: the folder with the mall is checked, and the environment knows how to reach it.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { must } from '#domain/shared/assert.ts';
import { readCaptureSources } from '../../lib/config/capture-sources.ts';
import { endpointOf, loadEnvironment } from '../../lib/config/environments.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/how-to/add-a-source.md'), 'utf8');
const block = (language: string, text: string): string => {
  const blocks = PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'));
  return must(
    [...blocks].map(([, code]) => code).find((code) => code?.includes(text)),
    text,
  );
};

let folder: string;

/** Adds to a file what a block says. */
const add = (file: string, change: (before: Content) => Content): void => {
  const path = join(folder, file);
  writeFileSync(path, stringify(change(parse(readFileSync(path, 'utf8')))));
};
type Content = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-mall-'));
  cpSync(join(ROOT, 'definitions'), folder, { recursive: true });
  writeFileSync(join(folder, 'sources/mall.yaml'), block('yaml', 'source: mall'));
  const namespaces = parse(block('yaml', 'mall-member:\n    priority'));
  add('identity.yaml', (before) => ({
    ...before,
    namespaces: { ...before['namespaces'], ...namespaces },
  }));
  const view: Content = parse(block('yaml', 'visitCount'));
  add('views/customer-360.yaml', (before) => ({
    ...before,
    profile: { ...before['profile'], ...view['profile'] },
    measures: { ...before['measures'], ...view['measures'] },
  }));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the check says what stands there', () => {
  const checked = spawnSync(process.execPath, ['tools/definitions.ts', 'check', folder], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const [said] = checked.stdout.split('\n');
  expect([said, checked.stderr]).toEqual([/^\d+ sources, .*$/m.exec(PAGE)?.[0], '']);
});

test('the settings reach the mall, and it is captured', () => {
  const { node } = new App({ context: { definitions: folder } });
  const written = must(/sources: \{ mall: (\{.*\}) \}/.exec(PAGE)?.[1], 'settings');
  const mall = parse(written);
  const dev = loadEnvironment(node);
  const settings = { ...dev, capture: { ...dev.capture, sources: { mall } } };
  expect(endpointOf(settings, 'mall')).toMatchObject({ port: 3306, network: '10.30.0.0/16' });
  expect(readCaptureSources(node).map(({ source }) => source)).toContain('mall');
});
