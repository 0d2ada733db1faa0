import { isFull } from './disk.js';
import { Problem } from './problem.js';

interface Command {
  help: string;
  about: string;
  run(args: string[]): Promise<number>;
}

// Loaded when asked for: `status` should not load what `start` needs.
const commands: Record<string, () => Promise<Command>> = {
  start: async () => {
    const { start, help } = await import('./start.js');
    return { run: start, help, about: 'run the market' };
  },
  dev: async () => {
    const { dev, help } = await import('./dev.js');
    return { run: dev, help, about: 'run one service from source' };
  },
  status: async () => {
    const { status, help } = await import('./status.js');
    return { run: status, help, about: 'what runs, where, and how it is' };
  },
  check: async () => {
    const { check, help } = await import('./check/check.js');
    return { run: check, help, about: 'is everything right?' };
  },
  demo: async () => {
    const { demo, help } = await import('./demo/demo.js');
    return { run: demo, help, about: 'the story of an order' };
  },
  move: async () => {
    const { move, help } = await import('./move/move.js');
    return { run: move, help, about: 'from the embedded profile to the stack' };
  },
  topics: async () => {
    const { topics, help } = await import('./kafka-topics.js');
    return { run: topics, help, about: 'the topics, for Kubernetes' };
  },
  reset: async () => {
    const { reset, help } = await import('./reset.js');
    return { run: reset, help, about: 'forget all data' };
  },
};

/** What a folder that is not ours, or not a folder, answers; Node says which. */
const ofTheDisk = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'];

/** Runs one command; returns the exit code. What a person can mend is one line, everything else a stack. */
export async function main([name = 'start', ...args]: string[]): Promise<number> {
  const load = commands[name];
  if (!load) {
    process.stderr.write(`There is no command "${name}"; there are: ${Object.keys(commands).join(', ')}\n`);
    return 2;
  }
  const command = await load();
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${command.help}\n`);
    return 0;
  }
  try {
    return await command.run(args);
  } catch (error) {
    const { path } = error as { path?: string };
    const code = String((error as { code?: unknown }).code ?? ''); // kafkajs has numbers
    const known =
      error instanceof Problem ||
      code.startsWith('POSTGRES_') ||
      isFull(error) ||
      (path && ofTheDisk.includes(code));
    process.stderr.write(known ? `${(error as Error).message}\n` : `${(error as Error).stack ?? error}\n`);
    return 1;
  }
}
