import type { Decision } from '../domain/change-user.js';
import type { NewUser, User } from '../domain/user.js';

/** What the use cases need from outside. Their adapters are in db/ and crypto/; tests may pass others. */
export interface Ports {
  users: Users;
  sessions: Sessions;
  passwords: Passwords;
  attempts: Attempts;
  accessTokens: AccessTokens;
  log: Log;
}

/** For what an operator should see and no caller may. */
export interface Log {
  warn(about: object, message: string): void;
  error(about: object, message: string): void;
}

/**
 * `by` is the id of the admin who asks for it: FORBIDDEN unless they are one at this moment. Their access token says so
 * for minutes after they were one.
 */
export interface Users {
  /** Writes the user and UserCreated. Throws CONFLICT_USER when the login id is or was in use. */
  add(user: NewUser, passwordHash: string, by?: string): Promise<User>;
  /** Adds this admin unless there is one; several replicas may try at once. */
  addFirstAdmin(user: NewUser, passwordHash: string): Promise<User | undefined>;
  hasAdmin(): Promise<boolean>;
  get(id: string): Promise<User>;
  credentialsOf(loginId: string): Promise<Credentials | undefined>;
  /** Locks the user, asks `decide`, writes what it says with UserUpdated. Throws NOT_FOUND_USER, LAST_ADMIN. */
  change(id: string, decide: (user: User) => Decision, by?: string): Promise<User>;
  /** Leaves a tombstone, ends the sessions, writes UserDeleted. Throws NOT_FOUND_USER, LAST_ADMIN. */
  remove(id: string, by?: string): Promise<void>;
}

export interface Credentials {
  userId: string;
  passwordHash: string;
}

/** A sign-in of a user at one place: the family of its refresh tokens. */
export interface Session {
  id: string;
  user: User;
  refreshToken: { issuedAt: Date; expiresAt: Date };
}

export interface Sessions {
  /** Undefined when the verified password is no longer the user's, or the user is gone. */
  open(verified: Credentials, refreshTokenHash: Buffer): Promise<Session | undefined>;
  /** Trades a refresh token for a new one; see domain/session.ts. */
  rotate(presentedHash: Buffer, nextHash: Buffer): Promise<Rotation>;
}

export type Rotation =
  | { outcome: 'rotated'; session: Session }
  | { outcome: 'refused' }
  | { outcome: 'revoked'; sessionId: string };

export interface Passwords {
  hash(password: string): Promise<string>;
  /** The same for somebody new, of whom there may be a crowd: they keep nobody from signing in. */
  hashAtSignUp(password: string): Promise<string>;
  /** Without a hash it takes the same time and is false. Throws HASHING_OVERLOADED. */
  verify(hash: string | undefined, password: string): Promise<boolean>;
}

export interface Attempts {
  /** Counts an attempt before it is evaluated, so that parallel ones cannot slip by. Throws TOO_MANY_ATTEMPTS. */
  count(attempt: Attempt): Promise<void>;
  /** Takes back the count of an attempt that was no wrong guess. */
  uncount(attempt: Attempt): Promise<void>;
  /** Counts a sign-up, whatever comes of it. Throws TOO_MANY_ATTEMPTS. */
  countSignUp(address: string | undefined): Promise<void>;
}

export interface Attempt {
  loginId: string;
  /** Where it comes from, if that is known. */
  address: string | undefined;
}

export interface AccessTokens {
  issue(user: User, sessionId: string): Promise<Token>;
}

export interface Token {
  token: string;
  issuedAt: Date;
  expiresAt: Date;
}

export interface TokenPair {
  accessToken: Token;
  refreshToken: Token;
}
