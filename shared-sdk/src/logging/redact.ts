/** Whatever the depth and the spelling: `authorization`, `newPassword`, `X-Api-Key`, `set-cookie`. */
const secretKey = /authorization|password|passwd|secret|token|cookie|api[-_]?key/i;
const passwordInUrl = /([a-z][a-z\d+.-]*:\/\/[^\s"':/@]*):[^\s"'/@]+@/gi;
const tooDeep = 6;

/** A copy that is safe to write: secrets by name are masked, errors become their telling fields. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return describeError(value, depth);
  if (value instanceof Date) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth === tooDeep) return '[deep]';
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return redactFields(value, depth);
}

export function redactFields(fields: object, depth = 0): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields))
    safe[key] = secretKey.test(key) && value != null ? '[redacted]' : redact(value, depth + 1);
  return safe;
}

// A PostgreSQL error also carries `detail` and `where` with the row's values, an HTTP one its whole request: take
// what tells the place, never what was in it.
const tellingFields = [
  'code',
  'kind',
  'constraint',
  'table',
  'severity',
  'syscall',
  'address',
  'port',
] as const;

function describeError(error: Error, depth: number): Record<string, unknown> {
  const described: Record<string, unknown> = {
    type: error.name,
    message: error.message,
    stack: error.stack,
  };
  for (const field of tellingFields) {
    const value = (error as unknown as Record<string, unknown>)[field];
    if (value !== undefined && typeof value !== 'object') described[field] = value;
  }
  if (error.cause !== undefined && depth < tooDeep) described.cause = redact(error.cause, depth + 1);
  if (error instanceof AggregateError && depth < tooDeep) described.errors = redact(error.errors, depth + 1);
  return described;
}

/** On the finished line, since a password in an address may stand anywhere: in a message, a stack, a field. */
export const maskPasswords = (line: string): string =>
  line.includes('://') ? line.replace(passwordInUrl, '$1:[redacted]@') : line;
