export interface ConnectorStatus {
  /** RUNNING when all of it runs; FAILED, PAUSED … as the worst of it; MISSING when Connect does not know it. */
  state: string;
  /** In Connect's words, connector and tasks by themselves: a connector runs on when its task has failed. */
  parts: string;
  /** Connect's own words of what went wrong. */
  reason?: string;
}

/** Kafka Connect's REST interface, as far as we need it. */
export function connectRest(url: string) {
  const ask = (path: string, method = 'GET', body?: object) =>
    fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body ? JSON.stringify(body) : null,
      signal: AbortSignal.timeout(10_000),
    });

  return {
    async status(name: string): Promise<ConnectorStatus> {
      const response = await ask(`/connectors/${name}/status`);
      if (response.status === 404) return { state: 'MISSING', parts: 'MISSING' };
      if (!response.ok) throw new Error(`Kafka Connect answered ${response.status}`);
      const { connector, tasks } = (await response.json()) as {
        connector: { state: string; trace?: string };
        tasks: { state: string; trace?: string }[];
      };
      const parts = `${connector.state}, ${tasks.map((task) => `task ${task.state}`).join(', ') || 'no task yet'}`;
      const failed = [connector, ...tasks].find(({ state }) => state === 'FAILED');
      if (failed) return { state: 'FAILED', parts, reason: reasonIn(failed.trace ?? '') };
      return { state: tasks[0]?.state ?? 'STARTING', parts };
    },
    /** Resolves with what Connect has against it, if anything. */
    async put(name: string, config: Record<string, string>): Promise<string | undefined> {
      const response = await ask(`/connectors/${name}/config`, 'PUT', config);
      if (response.ok) return undefined;
      const { message } = (await response.json()) as { message?: string };
      return `${message ?? response.status}`
        .replaceAll('\n', ' ')
        .replace(/ You can also find the above list.*$/, '');
    },
    async restart(name: string): Promise<void> {
      await ask(`/connectors/${name}/restart?includeTasks=true&onlyFailed=true`, 'POST');
    },
  };
}

/** The last cause says what happened; what stands above it says where it was noticed. */
function reasonIn(trace: string): string {
  const lines = trace.split('\n').filter((line) => line && !/^\s/.test(line));
  return (lines.at(-1) ?? 'no reason given').replace(/^Caused by: /, '').replace(/^(\w+\.)+|\.$/g, '');
}
