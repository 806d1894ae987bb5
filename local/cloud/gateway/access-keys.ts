/**
 * Access keys of the local account: what STS and IAM would have handed to a principal.
 *
 * In memory: whoever needs a key asks for one, as for a token.
 * @module
 */
import { randomBytes } from 'node:crypto';
import { ACCOUNT_ID } from '../template/physical.ts';

/** A key that signs requests, and whom it stands for. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of an assumed role; a request must carry it. */
  readonly sessionToken?: string;
  readonly accountId: string;
  readonly userId: string;
  readonly userArn: string;
}

/** Whom a key is for. */
export interface KeyHolder {
  /** `role/crm-desk` or `user/bi`. */
  readonly principal: string;
  /** Name of the role's session. */
  readonly session?: string;
  readonly accountId?: string;
}

/** The keys that were handed out. */
export class AccessKeys {
  readonly #keys = new Map<string, AccessKey>();

  /** Hands a key out. */
  issue({ principal, session = 'local', accountId = ACCOUNT_ID }: KeyHolder): AccessKey {
    const [kind = '', ...names] = principal.split('/');
    const name = names.at(-1) ?? '';
    const isRole = kind === 'role';
    const key: AccessKey = {
      accessKeyId: `${isRole ? 'ASIA' : 'AKIA'}${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      ...(isRole ? { sessionToken: randomBytes(48).toString('base64') } : {}),
      accountId,
      userId: isRole ? `AROALOCAL:${session}` : 'AIDALOCAL',
      userArn: isRole
        ? `arn:aws:sts::${accountId}:assumed-role/${name}/${session}`
        : `arn:aws:iam::${accountId}:${principal}`,
    };
    this.#keys.set(key.accessKeyId, key);
    return key;
  }

  /** The key of this id. */
  find(accessKeyId: string): AccessKey | undefined {
    return this.#keys.get(accessKeyId);
  }
}
