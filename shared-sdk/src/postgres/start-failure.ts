export const addressInUse = /could not bind .*(in use|normally permitted)/i;

/** What failed, and the lines in which PostgreSQL says why. */
export function startFailure(what: string, output: string): Error {
  const full = /No space left on device/i.test(output) ? ' (the disk is full)' : '';
  return new Error(`${what}${full}: ${lastWords(output)}`);
}

function lastWords(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.replace(/^[\d-]+ [\d:.]+ \w+ \[\d+\] /, '').trim())
    .filter((line) => line !== '');
  const errors = lines.filter((line) => /(FATAL|PANIC|ERROR|error|fatal):|could not|No space/.test(line));
  return (errors.length > 0 ? errors : lines.slice(-3)).join('; ') || 'it said nothing';
}
