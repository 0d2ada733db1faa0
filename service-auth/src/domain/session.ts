/** A refresh token that somebody presents, and the sign-in (family) it belongs to; times are judged by the database. */
export interface Presented {
  used: boolean;
  expired: boolean;
  sessionOver: boolean;
}

/**
 * A refresh token works once. Presented again, either the thief or the owner has been served before: nobody can tell
 * which, so the whole family ends (RFC 9700, 4.14.2). There is no grace for two parallel refreshes of one client.
 */
export function judge(token: Presented | undefined): 'rotate' | 'revoke' | 'refuse' {
  if (!token || token.sessionOver) return 'refuse';
  if (token.used) return 'revoke';
  return token.expired ? 'refuse' : 'rotate';
}
