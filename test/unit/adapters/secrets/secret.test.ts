import { expect, test } from 'vitest';
import { makeGetSecret, putSecret, SECRET_KEPT_MS } from '#adapters/secrets/secret.ts';

const getSecretOn = (answers: readonly (() => unknown)[], clock = () => 0) => {
  const asked: unknown[] = [];
  const client = {
    send: async ({ input }: { input: unknown }) => {
      asked.push(input);
      return answers[asked.length - 1]?.();
    },
  };
  return { getSecret: makeGetSecret(client as never, clock), asked };
};

test('a secret is read once, also by callers at one time', async () => {
  const { getSecret, asked } = getSecretOn([() => ({ SecretString: 'pepper' })]);
  expect(await Promise.all([getSecret('arn:1'), getSecret('arn:1')])).toEqual(['pepper', 'pepper']);
  expect(await getSecret('arn:1')).toBe('pepper');
  expect(asked).toEqual([{ SecretId: 'arn:1' }]);
});

test('a failed read is not kept', async () => {
  const refuse = () => {
    throw new Error('throttled');
  };
  const { getSecret } = getSecretOn([refuse, () => ({ SecretString: 'pepper' })]);
  await expect(getSecret('arn:1')).rejects.toThrow('throttled');
  expect(await getSecret('arn:1')).toBe('pepper');
});

test('a secret is read anew after a while, and not gone on with when it cannot be', async () => {
  let now = 0;
  const refuse = () => {
    throw new Error('throttled');
  };
  const answers = [() => ({ SecretString: 'one' }), refuse, () => ({ SecretString: 'two' })];
  const { getSecret } = getSecretOn(answers, () => now);
  expect(await getSecret('arn:1')).toBe('one');
  now = SECRET_KEPT_MS - 1;
  expect(await getSecret('arn:1')).toBe('one');
  now = SECRET_KEPT_MS;
  await expect(getSecret('arn:1')).rejects.toThrow('throttled');
  expect(await getSecret('arn:1')).toBe('two');
});

test('another text is put in its place', async () => {
  const sent: unknown[] = [];
  const client = { send: async ({ input }: { input: unknown }) => void sent.push(input) };
  await putSecret(client as never, 'arn:1', 'next');
  expect(sent).toEqual([{ SecretId: 'arn:1', SecretString: 'next' }]);
});

test.each([[{}], [{ SecretString: '' }], [{ SecretBinary: new Uint8Array(1) }]])(
  'a secret without text, %j, is an error',
  async (answer) => {
    const { getSecret } = getSecretOn([() => answer]);
    await expect(getSecret('arn:1')).rejects.toMatchObject({ name: 'SecretError' });
  },
);
