interface Line {
  level: string;
  time: string;
  name?: string;
  msg?: string;
  err?: DescribedError;
  [field: string]: unknown;
}

interface DescribedError {
  type?: string;
  kind?: string;
  code?: string;
  message?: string;
  stack?: string;
  cause?: DescribedError | string;
}

const colours: Record<string, string> = {
  fatal: '35',
  error: '31',
  warn: '33',
  info: '32',
  debug: '36',
  trace: '90',
};

/**
 * One JSON line of the logger as one that people read: `12:00:00.123 INFO  order: placed orderId=7 trace=4f2…`, and for
 * requests `POST /v1/orders 201 7 ms …`. The trace id is all that is needed to find the rest, so the request id, which
 * machines like, is left to them.
 */
export function formatLine(json: string, colour: boolean): string {
  const {
    level,
    time,
    name,
    msg: said = '',
    err,
    traceId,
    requestId: _machines,
    ...rest
  } = JSON.parse(json) as Line;
  const { msg, fields } = headline(said, rest);
  if (traceId !== undefined) fields.trace = traceId;
  const paint = (code: string, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const details = pairs(fields);
  const head = `${time.slice(11, 23)} ${paint(colours[level] ?? '0', level.toUpperCase().padEnd(5))}`;
  return `${head} ${name ? `${name}: ` : ''}${onOneLine(msg)}${paint('90', details)}\n${err ? stackOf(err) : ''}`;
}

/** What a request was and how it went, in the order in which people say it. */
function headline(msg: string, fields: Record<string, unknown>) {
  const { method, path, status, ms, ...others } = fields;
  if (!msg.startsWith('request') || typeof path !== 'string') return { msg, fields };
  const failed = msg === 'request' ? '' : ' failed';
  return { msg: `${method} ${path} ${status} ${ms} ms${failed}`, fields: others };
}

const pairs = (fields: object): string =>
  Object.entries(fields)
    .map(([key, value]) => ` ${key}=${show(value)}`)
    .join('');

const show = (value: unknown): string =>
  typeof value === 'string' && /^[\w:./@+-]+$/.test(value) ? value : onOneLine(JSON.stringify(value));

/** `outage`: it is the cause of one. */
function stackOf(error: DescribedError | string, outage = false): string {
  // `cause` may be anything, and so may what is thrown.
  if (typeof error === 'string') return `    ${onOneLine(error)}\n`;
  const { type, message, stack, cause, ...fields } = error;
  if (outage || isOutage(error))
    return `    ${type}: ${onOneLine(message ?? '')}\n${cause ? stackOf(cause, true) : ''}`;
  const more = pairs(fields);
  const own = `${(stack ?? `${type}: ${message}`).replace(/^/gm, '    ')}\n${more && `   ${more}\n`}`;
  return cause ? `${own}    caused by:\n${stackOf(cause)}` : own;
}

/** Something else was away or full: where in our code we noticed tells nobody, and it comes a hundred times. */
const isOutage = ({ kind, code, message }: DescribedError) =>
  kind === 'transient' ||
  kind === 'unavailable' ||
  /^(E[A-Z]{4,}|08\w{3}|53\d{3}|57P\d\d)$/.test(code ?? '') ||
  /^Connection terminated/.test(message ?? '');

// A line break or a terminal sequence in a message would let a caller forge lines.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
const control = /[\u0000-\u001f\u007f-\u009f]/g;
const onOneLine = (text: string): string =>
  text.replace(control, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
