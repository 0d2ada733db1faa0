import type { Logger } from '../logging/index.js';
import { counter, histogram } from '../metrics/index.js';
import { runInTrace } from '../tracing/index.js';

/** Work that is done again and again. */
export interface Job {
  name: string;
  /** Pause between the end of one run and the beginning of the next, give or take a tenth. */
  seconds: number;
  run(): Promise<unknown>;
}

export interface RunningJob {
  /** Resolves when its first run has ended, well or not. */
  ranOnce: Promise<void>;
  /** Ends the run under way. */
  stop(): Promise<void>;
}

/** For a job of an hour that fails: what is missing until it has run is not missing for so long. */
const atMostAfterFailure = 5;

/**
 * Runs a job for as long as the service does. The next run is planned when one has ended, so that runs never overlap;
 * replicas that started together drift apart. A failure is logged and counted, and the job goes on.
 */
export function startJob(
  { name, seconds, run }: Job,
  logger: Logger,
  // Not at once: a service that just came back has better things to do, and its replicas came back with it.
  firstAfterSeconds = seconds * Math.random(),
): RunningJob {
  const runs = counter('job_runs_total', 'Runs of a repeated job, by outcome', ['job', 'outcome']);
  const duration = histogram('job_duration_seconds', 'Time of a run of a repeated job', ['job']);
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let stopped = false;
  let failing = false;

  let hasRun = () => {};
  const ranOnce = new Promise<void>((resolve) => {
    hasRun = resolve;
  });

  const plan = (delaySeconds: number) => {
    timer = setTimeout(() => {
      running = once().finally(() => {
        hasRun();
        const pause = failing ? Math.min(seconds, atMostAfterFailure) : seconds;
        if (!stopped) plan(pause * (0.9 + Math.random() * 0.2));
      });
    }, delaySeconds * 1000);
  };

  async function once(): Promise<void> {
    const end = duration.startTimer({ job: name });
    try {
      await runInTrace(undefined, name, async () => run(), { job: name });
      runs.inc({ job: name, outcome: 'ok' });
      if (failing) logger.info({ job: name }, 'the job works again');
      failing = false;
    } catch (err) {
      runs.inc({ job: name, outcome: 'failed' });
      // Once: what fails every second for an hour is counted, not repeated.
      logger[failing ? 'debug' : 'error']({ err, job: name }, 'a job failed, it is tried again');
      failing = true;
    } finally {
      end();
    }
  }

  plan(firstAfterSeconds);
  return {
    ranOnce,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
