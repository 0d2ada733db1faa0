export type Role = 'user' | 'admin';

export interface User {
  id: string;
  loginId: string;
  role: Role;
  /** Null only for the admin that configuration made, until they fill it in. */
  phone: string | null;
  email: string | null;
  /** Raised by each change; the user's n-th event carries n, and it is the ETag. */
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

export interface NewUser {
  id: string;
  loginId: string;
  role: Role;
  phone: string | null;
  email: string | null;
}
