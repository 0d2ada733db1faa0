// Generated from proto/market/auth/v1/auth.proto by `npm run proto`: do not edit.

import type { ListMetadata } from '../../common/v1/common.js';

/** What a user may do. */
export type Role =
  | 'ROLE_UNSPECIFIED'
  | 'ROLE_USER'
  | 'ROLE_ADMIN';

/** A user, without anything secret. */
export interface User {
  /** UUIDv7. */
  id: string;
  /** The name to sign in with, as it was typed at sign-up. */
  loginId: string;
  /** What the user may do. */
  role: Role;
  /** Missing only for an admin that the configuration made. */
  phone?: string;
  /** Missing only for an admin that the configuration made. */
  email?: string;
  /** Raised by each change; a change states the version that it was made from. */
  version: number;
  /** RFC 3339, UTC. */
  createdAt: string;
  /** RFC 3339, UTC. */
  updatedAt: string;
}

/** A token and its life. */
export interface Token {
  /** To be kept secret. */
  token: string;
  /** RFC 3339, UTC. */
  issuedAt: string;
  /** RFC 3339, UTC. */
  expiresAt: string;
}

/** Asks for a new user. */
export interface CreateUserRequest {
  /** 3 to 32 letters, digits and single separators; unique, whatever its case. */
  loginId: string;
  /** 8 to 128 characters; common ones are refused. */
  password: string;
  /** ROLE_USER by default. */
  role: Role;
  /** Digits with an optional leading plus. */
  phone: string;
  /** An e-mail address. */
  email: string;
}

/** The new user. */
export interface CreateUserResponse {
  /** As it was stored. */
  user: User;
}

/** Asks to sign in. */
export interface LoginTokenRequest {
  /** The name chosen at sign-up. */
  loginId: string;
  /** Its password. */
  password: string;
}

/** A new session. */
export interface LoginTokenResponse {
  /** For the calls of the next minutes. */
  accessToken: Token;
  /** To get the next pair with. */
  refreshToken: Token;
}

/** Asks for the next pair of tokens. */
export interface RefreshTokenRequest {
  /** The last one received. */
  refreshToken: string;
}

/** The session goes on. */
export interface RefreshTokenResponse {
  /** For the calls of the next minutes. */
  accessToken: Token;
  /** To get the next pair with; the old one is used up. */
  refreshToken: Token;
}

/** Asks for one user. */
export interface GetUserRequest {
  /** The user's id. */
  id: string;
}

/** One user. */
export interface GetUserResponse {
  /** As it is now. */
  user: User;
}

/** Asks for a page of users. */
export interface ListUserRequest {
  /** 1 to 100; 0 stands for 50. */
  limit: number;
  /** How many to skip. */
  offset: number;
}

/** A page of users. */
export interface ListUserResponse {
  /** The oldest first. */
  users: User[];
  /** Which part of the list this is. */
  metadata: ListMetadata;
}

/** Asks to change a user. */
export interface UpdateUserRequest {
  /** The user's id. */
  id: string;
  /** The version that the change was made from; another one is a conflict. */
  version: number;
  /** ROLE_UNSPECIFIED leaves it; only an admin changes it. */
  role: Role;
  /** Digits with an optional leading plus. */
  phone: string;
  /** An e-mail address. */
  email: string;
  /** Changes the password and ends the sessions. */
  password?: string;
  /** Needed by users who change their own password. */
  currentPassword?: string;
}

/** The changed user. */
export interface UpdateUserResponse {
  /** As it is now. */
  user: User;
}

/** Asks to delete a user. */
export interface DeleteUserRequest {
  /** The user's id. */
  id: string;
}

/** The user is gone. */
export type DeleteUserResponse = Record<string, never>;

/** Asks about an access token. */
export interface IntrospectTokenRequest {
  /** The access token. */
  token: string;
}

/** What the token says. All but `active` is missing when it is not valid. */
export interface IntrospectTokenResponse {
  /** Whether it is genuine and has not expired. */
  active: boolean;
  /** Whose token it is. */
  userId?: string;
  /** What its user may do. */
  role?: Role;
  /** The user's login id. */
  loginId?: string;
  /** The session it belongs to. */
  sessionId?: string;
  /** RFC 3339, UTC. */
  expiresAt?: string;
}

/** Users and their tokens. The same rules as REST; the access token travels in the metadata `authorization`. */
export interface AuthService {
  /** Signs up. Anyone may create a user; only an admin creates an admin. */
  CreateUser: { request: CreateUserRequest; response: CreateUserResponse };
  /** Trades a login id and a password for a pair of tokens. */
  LoginToken: { request: LoginTokenRequest; response: LoginTokenResponse };
  /** Trades a refresh token for a new pair. Each refresh token serves once; a second use ends the session. */
  RefreshToken: { request: RefreshTokenRequest; response: RefreshTokenResponse };
  /** Reads a user. For admins, and for users about themselves. */
  GetUser: { request: GetUserRequest; response: GetUserResponse };
  /** Lists users in the order of their sign-up. For admins. */
  ListUser: { request: ListUserRequest; response: ListUserResponse };
  /** Changes a user. For admins, and for users about themselves, but for their role. */
  UpdateUser: { request: UpdateUserRequest; response: UpdateUserResponse };
  /** Deletes a user and ends all sessions. For admins, and for users about themselves. */
  DeleteUser: { request: DeleteUserRequest; response: DeleteUserResponse };
  /** Says whether an access token is valid and whose it is. Anyone who holds a token may ask about it. */
  IntrospectToken: { request: IntrospectTokenRequest; response: IntrospectTokenResponse };
}
