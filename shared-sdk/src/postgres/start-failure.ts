import { AppError } from '../errors/index.js';

/** What a person can mend: POSTGRES_MISSING, _ROOT, _DATA_FOLDER, _IN_USE, _PORT_TAKEN, _DISK_FULL, _FAILED. */
export const postgresError = (problem: string, message: string, cause?: unknown): AppError =>
  new AppError(`POSTGRES_${problem}`, 'unavailable', message, { cause });

export const addressInUse = /could not bind .*(in use|normally permitted)/i;

/** What failed, and the lines in which PostgreSQL says why. */
export function startFailure(what: string, output: string): AppError {
  const said = lastWords(output);
  if (/No space left on device/i.test(output))
    return postgresError('DISK_FULL', `${what} (the disk is full): ${said}`);
  return postgresError(addressInUse.test(output) ? 'PORT_TAKEN' : 'FAILED', `${what}: ${said}`);
}

function lastWords(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.replace(/^[\d-]+ [\d:.]+ \w+ \[\d+\] /, '').trim())
    .filter((line) => line !== '');
  const errors = lines.filter((line) => /(FATAL|PANIC|ERROR|error|fatal):|could not|No space/.test(line));
  return (errors.length > 0 ? errors : lines.slice(-3)).join('; ') || 'it said nothing';
}
