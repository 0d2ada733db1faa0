import { type Database, statement, uuidv7 } from '@msa-event-market/shared-sdk/db';
import { judge, type Presented } from '../domain/session.js';
import type { User } from '../domain/user.js';
import type { Session, Sessions } from '../use-cases/ports.js';
import { userColumns, userOf } from './user-rows.js';

export interface Lifetimes {
  /** Unused for so long, a refresh token expires. */
  refreshTokenSeconds: number;
  /** However often it is refreshed, a session ends. */
  sessionSeconds: number;
}

interface Issued {
  issuedAt: Date;
  expiresAt: Date;
}

// FOR SHARE waits for a change of password that is under way, and then finds another hash: whoever signs in with the
// old password while it is being replaced gets no session that would outlive it.
const openSession = statement<User & Issued>(
  'sessions_open',
  `WITH u AS (SELECT * FROM users WHERE id = $2 AND password_hash = $3 FOR SHARE),
   session AS (INSERT INTO sessions (id, user_id, ends_at)
     SELECT $1, id, now() + make_interval(secs => $4) FROM u RETURNING id, ends_at),
   token AS (INSERT INTO refresh_tokens (hash, session_id, expires_at)
     SELECT $5, id, least(ends_at, now() + make_interval(secs => $6)) FROM session RETURNING issued_at, expires_at)
   SELECT ${userColumns}, token.issued_at AS "issuedAt", token.expires_at AS "expiresAt" FROM u, token`,
);

// The user's row needs no lock: what changes the role or the password, or deletes the user, ends the session, which
// is locked here.
const lockToken = statement<User & Presented & { sessionId: string }>(
  'sessions_lock_token',
  `SELECT ${userColumns}, s.id AS "sessionId", t.used_at IS NOT NULL AS used, t.expires_at <= now() AS expired,
     s.end_reason IS NOT NULL OR s.ends_at <= now() AS "sessionOver"
   FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id JOIN users u ON u.id = s.user_id
   WHERE t.hash = $1 FOR UPDATE OF t, s`,
);
const useToken = statement('sessions_use_token', 'UPDATE refresh_tokens SET used_at = now() WHERE hash = $1');
const nextToken = statement<Issued>(
  'sessions_next_token',
  `INSERT INTO refresh_tokens (hash, session_id, expires_at)
   SELECT $1, id, least(ends_at, now() + make_interval(secs => $3)) FROM sessions WHERE id = $2
   RETURNING issued_at AS "issuedAt", expires_at AS "expiresAt"`,
);
const endReused = statement(
  'sessions_end_reused',
  `UPDATE sessions SET end_reason = 'TOKEN_REUSED', ends_at = least(ends_at, now()) WHERE id = $1`,
);

export const sessionRepository = (
  db: Database,
  { refreshTokenSeconds, sessionSeconds }: Lifetimes,
): Sessions => ({
  async open({ userId, passwordHash }, refreshTokenHash) {
    const id = uuidv7();
    const values = [id, userId, passwordHash, sessionSeconds, refreshTokenHash, refreshTokenSeconds];
    const row = (await db.query(openSession(values))).rows[0];
    return row && session(id, row, row);
  },

  // Returns instead of throwing, since ending the family has to be committed.
  rotate: (presentedHash, nextHash) =>
    db.transaction(async (tx) => {
      const token = (await tx.query(lockToken([presentedHash]))).rows[0];
      const verdict = judge(token);
      if (!token || verdict === 'refuse') return { outcome: 'refused' };
      const { sessionId } = token;
      if (verdict === 'revoke') {
        tx.query(endReused([sessionId]));
        return { outcome: 'revoked', sessionId };
      }
      tx.query(useToken([presentedHash]));
      const { rows } = await tx.query(nextToken([nextHash, sessionId, refreshTokenSeconds]));
      return { outcome: 'rotated', session: session(sessionId, token, rows[0] as Issued) };
    }),
});

const session = (id: string, user: User, { issuedAt, expiresAt }: Issued): Session => ({
  id,
  user: userOf(user),
  refreshToken: { issuedAt, expiresAt },
});
