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

/**
 * Runs a job for as long as the service does. The next run is planned when one has ended, so that runs never overlap;
 * replicas that started together drift apart. A failure is logged and counted, and the job goes on.
 */
export function startJob({ name, seconds, run }: Job, logger: Logger): { stop(): Promise<void> } {
  const runs = counter('job_runs_total', 'Runs of a repeated job, by outcome', ['job', 'outcome']);
  const duration = histogram('job_duration_seconds', 'Time of a run of a repeated job', ['job']);
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let stopped = false;
  let failing = false;

  const plan = (delayMs: number) => {
    timer = setTimeout(() => {
      running = once().finally(() => {
        if (!stopped) plan(seconds * 1000 * (0.9 + Math.random() * 0.2));
      });
    }, delayMs);
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
      logger[failing ? 'debug' : 'error']({ err, job: name }, 'a job failed, it runs again at its time');
      failing = true;
    } finally {
      end();
    }
  }

  // Not at once: a service that just came back has better things to do, and its replicas came back with it.
  plan(seconds * 1000 * Math.random());
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
