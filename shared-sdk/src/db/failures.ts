/** What PostgreSQL or the connection to it said went wrong. */
interface DatabaseFailure {
  code?: string;
  constraint?: string;
  message?: string;
  /** The function of PostgreSQL that refused; its messages come in many languages. */
  routine?: string;
}

// 08 connection, 40 rollback (deadlock, serialization), 53 resources, 57 operator intervention, 58 a disk that fails.
const transientClasses = new Set(['08', '40', '53', '57', '58']);
const statementTimeout = '57014';
// A lock that was not granted in time; a server that takes no writes, as a standby after a switch, or a managed one
// whose disk is nearly full; a connection that PostgreSQL gave up since its transaction stood still, or that has
// forgotten a prepared statement.
const transientCodes = new Set(['55P03', '25006', '25P03', '26000']);
const network = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
// pg reports these without a code.
const lostConnection =
  /Connection terminated|Client was closed|connection error and is not queryable|timeout exceeded when trying to connect|Query read timeout|Cannot use a pool after calling end/;

// A migration has changed what a prepared statement gives: this connection can never run it again, a new one can.
const outdatedStatement = ({ code, routine }: DatabaseFailure) =>
  code === '0A000' && routine === 'RevalidateCachedQuery';

/** True when the same work may succeed later without any change: an outage, a deadlock, a lock not granted in time. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, message } = error as DatabaseFailure;
  if (code === statementTimeout) return false;
  if (code !== undefined && (transientCodes.has(code) || outdatedStatement(error))) return true;
  if (
    code !== undefined &&
    (network.has(code) || (code.length === 5 && transientClasses.has(code.slice(0, 2))))
  )
    return true;
  if (code === undefined && lostConnection.test(message ?? '')) return true;
  return error.cause !== undefined && isTransient(error.cause);
}

/** True when `error` is PostgreSQL's refusal by the constraint or unique index of that name. */
export function violates(error: unknown, constraint: string): boolean {
  return error instanceof Error && (error as DatabaseFailure).constraint === constraint;
}
