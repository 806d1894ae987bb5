/**
 * Account: who the database server runs as.
 *
 * PostgreSQL refuses to run as root. Started by root (a container, a CI machine), it runs as an unprivileged account
 * instead, which must have a name: `initdb` looks its own user up.
 * @module
 */
import { execFileSync } from 'node:child_process';
import { userInfo } from 'node:os';

/** An operating system account. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const CANDIDATES = ['postgres', 'nobody', 'daemon'];

/**
 * The account to run the server as; undefined when this process is unprivileged and keeps its own.
 * @throws Error when this is root and the machine has none of the accounts, or when this user has no name
 */
export const serverAccount = (): Account | undefined => {
  if (process.getuid?.() !== 0) return requireName();
  const found = CANDIDATES.map(lookUp).find((account) => account !== undefined);
  if (found) return found;
  throw new Error(
    `PostgreSQL does not run as root and this machine has no account ${CANDIDATES.join(', ')}: run as a normal user`,
  );
};

const requireName = (): undefined => {
  try {
    userInfo();
  } catch {
    throw new Error(
      `PostgreSQL asks for the name of its user, and user ${process.getuid?.()} has none here: run as a user with an entry in /etc/passwd`,
    );
  }
};

const lookUp = (name: string): Account | undefined => {
  try {
    const [uid, gid] = [idOf('-u', name), idOf('-g', name)];
    return uid > 0 ? { name, uid, gid } : undefined;
  } catch {
    return undefined;
  }
};

const idOf = (flag: '-u' | '-g', name: string): number =>
  Number(
    execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
