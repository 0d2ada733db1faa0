import { useDriver } from './trace.js';

export interface TracingOptions {
  serviceName: string;
  /** Base address of an OTLP/HTTP collector; without it ids are made and passed on, but nothing is exported. */
  endpoint?: string | undefined;
  /** Share of the traces begun here that are exported, 0 to 1; a caller's decision is followed. */
  ratio?: number | undefined;
}

/** Sends what is still buffered, and ends exporting. */
export type StopTracing = () => Promise<void>;

let started = false;

/** Exports spans when there is an endpoint. OpenTelemetry's SDK (35 MB) is loaded only then; one start a process. */
export async function startTracing({
  serviceName,
  endpoint,
  ratio = 1,
}: TracingOptions): Promise<StopTracing> {
  if (!endpoint || started) return async () => {};
  started = true;
  const { openTelemetry } = await import('./opentelemetry.js');
  const { driver, stop } = openTelemetry({ serviceName, endpoint, ratio });
  useDriver(driver);
  return async () => {
    if (!started) return;
    useDriver();
    started = false;
    await stop();
  };
}
