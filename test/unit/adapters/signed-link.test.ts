import { expect, test } from 'vitest';
import { makeS3Client } from '#adapters/s3/client.ts';
import { makeLinks, signLink } from '#adapters/s3/signed-link.ts';

const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const now = Date.UTC(2013, 4, 24);

// The example of the S3 API Reference, "Authenticating Requests: Using Query Parameters".
test('a link is signed as the reference has it', () => {
  const link = signLink({
    url: new URL('https://examplebucket.s3.amazonaws.com/test.txt'),
    region: 'us-east-1',
    credentials,
    now,
    seconds: 86_400,
  });
  expect(link).toBe(
    'https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  );
});

test.each([
  ['ap-east-1', 'https://lists.s3.ap-east-1.amazonaws.com/extracts/a/1.csv?'],
  ['cn-north-1', 'https://lists.s3.cn-north-1.amazonaws.com.cn/extracts/a/1.csv?'],
])('in %s it leads to %s', async (region, address) => {
  const client = makeS3Client({ region, credentials: { ...credentials, sessionToken: 'a/b' } });
  const link = await makeLinks(client, 'lists', () => now)('extracts/a/1.csv', 900);
  expect(link.startsWith(address)).toBe(true);
  expect(new URL(link).searchParams.get('X-Amz-Security-Token')).toBe('a/b');
  client.destroy();
});
